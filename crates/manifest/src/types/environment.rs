//! Where a workspace goes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::union::{DurationText, OneOrMany, ValueSources, VarSources};
use super::{Named, Release};

/// A stage such as dev or prod, or with `instance` many stacks of one kind.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Environment {
    /// Environments to take everything from; later ones win.
    pub(crate) extends: Option<OneOrMany>,
    /// Only there to be extended; cannot be selected.
    #[serde(rename = "abstract")]
    pub(crate) is_abstract: Option<bool>,
    pub(crate) target: Option<Target>,
    /// Where releases go that name no namespace.
    pub(crate) namespace: Option<String>,
    /// Tells stacks of one environment apart: `${{ inputs.build | slug }}`.
    pub(crate) instance: Option<String>,
    /// The stack has an end.
    pub(crate) ephemeral: Option<Ephemeral>,
    /// Apply and destroy ask for the environment's name.
    pub(crate) protected: Option<bool>,
    /// What happens to releases that are no longer in the manifest.
    pub(crate) prune: Option<Prune>,
    /// Variables, over the workspace's.
    pub(crate) vars: Option<VarSources>,
    /// Values for every release; `global` is the only key allowed.
    pub(crate) values: Option<ValueSources>,
    /// What differs here, by release.
    pub(crate) releases: Named<Release>,
    /// Where a cluster keeps what is known of the stack; over the workspace's.
    pub(crate) state: Option<State>,
}

/// Where a stack is applied: exactly one of the two.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Target {
    /// A key of `clusters`.
    pub(crate) cluster: Option<String>,
    /// A folder for rendered files, instead of a cluster.
    pub(crate) directory: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Ephemeral {
    /// How long the stack lives after its last apply: `2h`.
    pub(crate) ttl: Option<DurationText>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Prune {
    /// Asked apart from the rest; without a terminal only with `--prune`.
    Ask,
    Auto,
    Never,
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct State {
    /// Of the inventory and the lock; otherwise the environment's.
    pub(crate) namespace: Option<String>,
}
