//! Causes in words.

use plan::Cause;

/// Why, in words: `values changed, changed by others`.
pub(super) fn causes(causes: &[Cause]) -> String {
    causes.iter().map(|cause| word(*cause)).collect::<Vec<_>>().join(", ")
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Chart => "chart changed",
        Cause::Values => "values changed",
        Cause::Capabilities => "Kubernetes version, APIs or `compat` changed",
        Cause::Settings => "labels, needs or protection changed",
        Cause::Lookup => "what it looks up changed",
        Cause::Renderer => "rendered differently by this version of Regatta",
        Cause::Rollback => "rollback",
        Cause::RolledBack => "rolled back since the last apply",
        Cause::Drift => "changed by others",
        Cause::Unfinished => "the last apply did not finish",
        Cause::Foreign => "there already, not ours",
        Cause::NotInManifest => "not in the manifest",
        Cause::NotInstalled => "`installed: false`",
        Cause::NotInRelease => "no longer in the chart's output",
        Cause::Moved => "moved",
        Cause::Immutable => "a field cannot be changed",
        Cause::Destroy => "destroy",
        Cause::KeepPolicy => "`helm.sh/resource-policy: keep`",
        Cause::NotDeterministic => "not deterministic",
    }
}
