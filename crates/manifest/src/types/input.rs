//! Typed parameters of a run.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Anything;

/// A parameter that a run may set.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Input {
    #[serde(rename = "type")]
    pub(crate) kind: InputType,
    pub(crate) description: Option<String>,
    /// An environment variable that sets it, after `--input` and `REGATTA_INPUT_…`.
    pub(crate) env: Option<String>,
    /// What it is when nothing sets it. Without a default a missing input is an error where it is used.
    pub(crate) default: Option<Anything>,
    /// The only values that are allowed.
    #[serde(rename = "enum")]
    pub(crate) one_of: Option<Vec<Anything>>,
    /// Masked in everything shown.
    pub(crate) secret: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InputType {
    #[default]
    String,
    Integer,
    Number,
    Boolean,
}
