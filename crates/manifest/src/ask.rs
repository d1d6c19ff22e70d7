//! What a caller asks of a manifest, and what it gets. All that the world knows arrives here; nothing else is looked at.

use std::collections::BTreeMap;

use source::{Problems, Redactor, Tree};
use stack::set::Kind;
use stack::{EnvironmentName, Selection, Stack};

pub struct Ask<'a> {
    /// The manifest, relative to the repository's root.
    pub file: &'a str,
    /// None takes the only one.
    pub environment: Option<&'a str>,
    /// `--instance`: instead of what the environment's `instance` says.
    pub instance: Option<&'a str>,
    /// `--input name=value`, as given.
    pub inputs: &'a [String],
    /// The process's environment variables.
    pub env: &'a BTreeMap<String, String>,
    /// `--var a.b=v`, as given.
    pub vars: &'a [String],
    /// `--vars-file`, as given.
    pub vars_files: &'a [String],
    /// `--values` and `--set…`, as given and in their order.
    pub overrides: &'a [Override],
    pub selection: Selection,
    pub purpose: Purpose,
    /// Asked only for what an expression reads: text, a boolean for `Dirty`, null for what does not exist. An error says
    /// what to do (`fetch tags: git fetch --tags --unshallow`).
    pub git: &'a dyn Fn(GitFact) -> Result<Tree, String>,
    /// Reads a file that a flag names; it may lie outside the repository. An error is what the system said.
    pub flag_file: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

/// One `--values RELEASE:FILE` or `--set… RELEASE:key=value`; the part up to `:` may be missing where exactly one release is
/// selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub flag: Flag,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Values,
    /// `--set`, `--set-string`, …
    Set(Kind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Something is rendered: what is missing is an error where it is used.
    Render,
    /// Something is only looked at (`list`, `graph`, `validate`): a missing secret input has a placeholder.
    Inspect,
    /// Only the stack itself matters (`destroy`, `status`): releases and their charts are not looked at.
    Locate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GitFact {
    Sha,
    Short,
    Branch,
    Tag,
    Describe,
    Dirty,
}

#[derive(Clone, Debug)]
pub struct Read {
    pub stack: Stack,
    /// Things to say that stop nothing.
    pub warnings: Problems,
    /// The secrets that the manifest knows.
    pub redactor: Redactor,
}

/// What can be said of an environment without evaluating anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    pub name: EnvironmentName,
    /// Cannot be selected.
    pub is_abstract: bool,
    /// Lives in instances.
    pub has_instances: bool,
}
