//! One release of a plan: what becomes of it, the hooks that run, and its objects.

use std::fmt::Write as _;

use plan::{
    Cause, Deferral, HookEvent, HookRun, ObjectPlan, ReleaseAction, ReleasePlan, ReleaseRecord,
};

use super::{fold, object, words};
use crate::printer::Paint;

pub(super) fn text(release: &ReleasePlan, paint: Paint, width: usize) -> String {
    let objects: Vec<&ObjectPlan> =
        release.objects.iter().filter(|object| object::is_shown(object, release)).collect();
    let predicted = !objects.is_empty() && objects.iter().all(|object| object.predicted);
    let told = object::Told { predicted, impure: impure(&objects) };
    let mut text = head(release, &objects, predicted, paint);
    for line in &told.impure {
        let _ = writeln!(text, "      {}", paint.dim(&format!("· {line}")));
    }
    if release.migrated {
        let note =
            "its objects move from client-side to server-side apply, which by itself changes none";
        let _ = writeln!(text, "      {}", paint.dim(&format!("· {note}")));
    }
    text.push_str(&deferred(release, paint));
    let (before, after): (Vec<&HookRun>, Vec<&HookRun>) =
        release.hooks.iter().partition(|hook| runs_before(hook.event));
    text.push_str(&hooks(&before, release, paint));
    for part in fold::parts(&objects, release, &told) {
        match part {
            fold::Part::One(one) => {
                text.push_str(&object::text(one, release, &told, paint, width));
            }
            fold::Part::Many(many) => text.push_str(&fold::text(many, paint, width)),
        }
    }
    text.push_str(&hooks(&after, release, paint));
    text
}

/// Why what follows is not yet what will be.
fn deferred(release: &ReleasePlan, paint: Paint) -> String {
    let mut text = String::new();
    for Deferral { template, line, object, release: other } in &release.deferred {
        let object = object.shown_in(release.key.namespace.as_str());
        let why = format!("{template}:{line} looks up {object}, which `{other}` changes first");
        let _ = writeln!(text, "      {} {}", paint.yellow("deferred:"), paint.dim(&why));
    }
    if !text.is_empty() {
        let what = match release.action {
            ReleaseAction::Unchanged => "as rendered now nothing changes",
            _ => "what follows is as rendered now",
        };
        let _ =
            writeln!(text, "      {}", paint.dim(&format!("rendered again after that; {what}")));
    }
    text
}

/// `~ api (shop)  upgrade: values changed · revision 3 → 4`
fn head(release: &ReleasePlan, shown: &[&ObjectPlan], predicted: bool, paint: Paint) -> String {
    let (mark, verb) = match release.action {
        ReleaseAction::Install => (paint.green("+"), "install"),
        ReleaseAction::Upgrade => (paint.yellow("~"), "upgrade"),
        ReleaseAction::Adopt => (paint.cyan(">"), "adopt"),
        ReleaseAction::Record => (paint.yellow("~"), "record"),
        ReleaseAction::Unchanged if release.is_deferred() => (paint.yellow("~"), "render again"),
        ReleaseAction::Unchanged => (paint.dim("="), "unchanged"),
        ReleaseAction::Delete => (paint.red("-"), "delete"),
    };
    let back_to = back_to(release);
    let verb = match back_to {
        Some(revision) => format!("roll back to revision {revision}"),
        None => verb.to_owned(),
    };
    let mut told = release.causes.clone();
    // The verb says so already.
    told.retain(|cause| *cause != Cause::Rollback || back_to.is_none());
    let why = match told.as_slice() {
        [] | [Cause::New | Cause::NotInManifest | Cause::Destroy] => String::new(),
        several => format!(": {}", words::causes(several)),
    };
    let name = match release.key.name.as_str() == release.id.as_str() {
        true => release.key.namespace.to_string(),
        false => release.key.to_string(),
    };
    let name = paint.dim(&format!("({name})"));
    let mut notes: Vec<String> = chart(release).into_iter().chain(revision(release)).collect();
    let changes = shown.iter().any(|object| object.action.is_change());
    if release.revision.is_some() && !changes {
        notes.push("no object changes".to_owned());
    }
    if predicted {
        notes.push("predicted".to_owned());
    }
    let notes: String = notes.iter().map(|note| format!(" · {note}")).collect();
    let id = paint.bold(release.id.as_str());
    format!("  {mark} {id} {name}  {verb}{why}{}\n", paint.dim(&notes))
}

/// The calls that every object which changes owes to: a helper of the chart, say.
fn impure(shown: &[&ObjectPlan]) -> Vec<String> {
    let mut changed = shown.iter().filter(|object| object.action.is_change());
    let Some(first) = changed.next() else { return Vec::new() };
    let mut calls = object::impure(first);
    let mut several = false;
    for other in changed {
        several = true;
        let others = object::impure(other);
        calls.retain(|call| others.contains(call));
    }
    if several { calls } else { Vec::new() }
}

/// The revision that a rollback takes it to.
fn back_to(release: &ReleasePlan) -> Option<u64> {
    release.deploy.as_ref()?.record.as_ref()?.info.rollback_revision
}

fn chart(release: &ReleasePlan) -> Option<String> {
    let charts = |record: &ReleaseRecord| (record.chart.name.clone(), record.chart.version.clone());
    let (name_before, before) = release.before.as_ref().map(charts)?;
    let (name, after) = release.record.as_ref().map(charts)?;
    match (name_before == name, before == after) {
        (true, true) => None,
        (true, false) => Some(format!("{name} {before} → {after}")),
        (false, _) => Some(format!("{name_before} {before} → {name} {after}")),
    }
}

fn revision(release: &ReleasePlan) -> Option<String> {
    match (release.revision_before, release.revision) {
        (Some(before), Some(after)) => Some(format!("revision {before} → {after}")),
        (None, Some(after)) => Some(format!("revision {after}")),
        (Some(before), None) if release.action == ReleaseAction::Delete => {
            Some(format!("revision {before}"))
        }
        (_, None) => None,
    }
}

fn hooks(hooks: &[&HookRun], release: &ReleasePlan, paint: Paint) -> String {
    let line = |hook: &&HookRun| {
        let id = hook.object.shown_in(release.key.namespace.as_str());
        format!("      {} {id}  {}\n", paint.cyan("·"), paint.dim(&format!("{} hook", hook.event)))
    };
    hooks.iter().map(line).collect()
}

fn runs_before(event: HookEvent) -> bool {
    use HookEvent::{PreDelete, PreInstall, PreRollback, PreUpgrade};
    matches!(event, PreInstall | PreUpgrade | PreDelete | PreRollback)
}
