//! One release, or a part of one: `defaults`, `templates` and overrides have the same form.

use schemars::JsonSchema;
use serde::Deserialize;

use super::union::{Anything, DurationText, Labels, OneOrMany, StringOr, ValueSources, Wait};
use super::{Named, Provenance};

/// A chart under a name in a namespace.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Release {
    /// Templates to take everything from; later ones win.
    pub(crate) extends: Option<OneOrMany>,
    /// `./charts/api` (a folder or a .tgz), `repository/chart`, or an address: `oci://…`, `https://….tgz`,
    /// `git+https://HOST/REPO//PATH?ref=TAG`.
    pub(crate) chart: Option<String>,
    /// The version or range of a remote chart; text, so quote it.
    pub(crate) version: Option<String>,
    /// The name that Helm knows; otherwise the id with `-` for `.`.
    pub(crate) name: Option<String>,
    /// Otherwise the environment's.
    pub(crate) namespace: Option<String>,
    /// A key of `clusters`; otherwise the target's.
    pub(crate) cluster: Option<String>,
    pub(crate) labels: Option<Labels>,
    /// What must be ready, or applied, before: ids, groups, or `{ release, until, optional }`.
    pub(crate) needs: Option<Needs>,
    /// Whether the release exists in this environment; edges through one that does not are contracted.
    pub(crate) when: Option<bool>,
    /// One release for each item.
    pub(crate) for_each: Option<ForEach>,
    /// What differs in one environment.
    pub(crate) environments: Named<Self>,
    /// Files and maps; later ones win.
    pub(crate) values: Option<ValueSources>,
    /// False removes the release if it is ours.
    pub(crate) installed: Option<bool>,
    /// Never deleted or replaced without `--allow-protected`.
    pub(crate) protect: Option<bool>,
    pub(crate) description: Option<String>,
    pub(crate) create_namespace: Option<bool>,
    pub(crate) crds: Option<Crds>,
    /// `true` as Helm's `--wait`; `jobs`: Jobs also complete.
    pub(crate) wait: Option<Wait>,
    pub(crate) timeout: Option<DurationText>,
    pub(crate) on_failure: Option<OnFailure>,
    pub(crate) fail_fast: Option<FailFast>,
    /// When objects count as ready.
    pub(crate) readiness: Option<Vec<Readiness>>,
    /// How many revisions are kept.
    pub(crate) history: Option<u32>,
    pub(crate) take_ownership: Option<bool>,
    pub(crate) force: Option<bool>,
    pub(crate) skip_schema_validation: Option<bool>,
    /// What templates see off a cluster: `1.34.0`.
    pub(crate) kube_version: Option<String>,
    /// What templates see off a cluster beside the built-in ones.
    pub(crate) api_versions: Option<Vec<String>>,
    /// Its former Helm name.
    pub(crate) was: Option<String>,
    /// False takes the newest version in range on every run.
    pub(crate) pinned: Option<bool>,
    /// Whose signature a remote chart must carry.
    pub(crate) provenance: Option<Provenance>,
    /// Which Helm's rules hold for values and templates; otherwise the workspace's.
    pub(crate) compat: Option<Compat>,
    /// Not yet supported.
    pub(crate) secrets: Option<Anything>,
    /// Not yet supported.
    pub(crate) hooks: Option<Anything>,
    /// Not yet supported.
    pub(crate) policies: Option<Anything>,
    /// Not yet supported.
    pub(crate) patches: Option<Anything>,
    /// Not yet supported.
    pub(crate) manifests: Option<Anything>,
    /// Not yet supported.
    pub(crate) verify: Option<Anything>,
    /// Not yet supported.
    pub(crate) post_renderer: Option<Anything>,
    /// Not yet supported.
    pub(crate) ignore: Option<Anything>,
}

/// What a release needs.
pub(crate) type Needs = Vec<StringOr<LongNeed>>;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LongNeed {
    pub(crate) release: Option<String>,
    /// How far it must have come: `ready` (the default), or `applied`, when all its objects are sent. `verified` is not yet
    /// supported.
    pub(crate) until: Option<Until>,
    /// The manifest may lack it.
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Until {
    Ready,
    Applied,
    Verified,
}

/// Exactly one of the two. Expressions of the release see `each`: the values of a matrix, or the fields of a map; and always
/// `each.key`, for a list or a map also `each.value`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ForEach {
    /// Every combination of the lists.
    pub(crate) matrix: Option<Named<Vec<Anything>>>,
    /// A list or a map.
    #[serde(rename = "in")]
    pub(crate) items: Option<Anything>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Crds {
    /// Only those that are not there yet.
    Create,
    Apply,
    Skip,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compat {
    /// Helm 4.3.
    Helm4,
    /// Helm 3.22.
    Helm3,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnFailure {
    Rollback,
    Keep,
}

/// When a likely failure ends the wait.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct FailFast {
    pub(crate) restarts: Option<u32>,
    pub(crate) image_pull: Option<DurationText>,
    pub(crate) config_error: Option<DurationText>,
}

/// When an object counts as ready: every path has its value.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Readiness {
    pub(crate) api_version: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) name: Option<String>,
    /// Paths into the object and what must stand there: `status.phase: Running`.
    pub(crate) ready: Option<Named<Anything>>,
}
