//! The command line: what a user may type, and what it becomes.

mod alone;
mod common;
mod idle;
mod later;
mod source;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _, Parser};

pub(crate) use alone::commands;

pub use common::{
    Charts, Color, Contest, Environments, Helm, Inputs, Kube, Output, Overrides, Reach, Run,
    Selection, Sure, Talk, TextOrJson, Workspace, duration,
};
pub use idle::Idle;
pub use source::{Choice, Manifest, Offline, Server, Tls};

use crate::commands::{
    apply, cache, chart, completion, deps, destroy, diff, gc, graph, history, init, lint, list,
    rbac, rollback, schema, status, template, test, unlock, validate, values, version,
};
use crate::report::Failure;

/// Deploy many Helm charts as one workspace
///
/// A manifest (regatta.yaml) declares releases, environments and the order between releases. Regatta renders all releases
/// of an environment at once, shows one plan, and applies it in waves.
#[derive(Debug, Parser)]
#[command(
    name = "regatta",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 110,
    after_help = "Start here:\n  regatta init              write a small workspace that works at once\n  regatta diff -e dev       show what an apply would change\n  regatta apply -e dev      do it\n\nFlags may be set in the environment: REGATTA_ENVIRONMENT=dev is -e dev. Not so --yes, --prune, --force… and --set…."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub talk: Talk,
}

alone::commands! {
    "init" => Init(init::Args),
    "list" => List(list::Args),
    "graph" => Graph(graph::Args),
    "template" => Template(template::Args),
    "lint" => Lint(lint::Args),
    "validate" => Validate(validate::Args),
    "values" => Values(values::Args),
    #[command(visible_alias = "plan")]
    "diff" => Diff(diff::Args),
    "apply" => Apply(apply::Args),
    "destroy" => Destroy(destroy::Args),
    "status" => Status(status::Args),
    "history" => History(history::Args),
    "test" => Test(test::Args),
    "rollback" => Rollback(rollback::Args),
    "unlock" => Unlock(unlock::Args),
    "gc" => Gc(gc::Args),
    "rbac" => Rbac(rbac::Args),
    "deps" => Deps(deps::Args),
    "chart" => Chart(chart::Args),
    "cache" => Cache(cache::Args),
    "schema" => Schema(schema::Args),
    "completion" => Completion(completion::Args),
    "version" => Version(version::Args),
}

/// Reads the command line. Help and version come back as a text for stdout; a mistake is a usage failure (64, not clap's 2).
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, Parsed> {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let read = |program: clap::Command| {
        let matches = program.try_get_matches_from(&words)?;
        Arguments::from_arg_matches(&matches)
    };
    let parsed = alone::program(&words).and_then(|program| read(program).ok());
    let parsed = parsed.map_or_else(|| read(command()), Ok);
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Shown(Box::new(error)),
        _ => Parsed::Wrong(
            later::explain(&error).unwrap_or_else(|| Failure::CommandLine(Box::new(error))),
        ),
    })
}

/// What the command line was, when it was nothing to run.
#[derive(Debug)]
pub enum Parsed {
    /// Help or a version, for stdout.
    Shown(Box<clap::Error>),
    Wrong(Failure),
}

/// The whole command line as clap knows it, for completion scripts and the tests of help.
pub fn command() -> clap::Command {
    Arguments::command()
}
