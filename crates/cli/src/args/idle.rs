//! Flags of `helm template` that change nothing of what is rendered: scripts may keep them.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

const SWITCHES: [&str; 14] = [
    "atomic",
    "create-namespace",
    "debug",
    "disable-openapi-validation",
    "force",
    "force-conflicts",
    "force-replace",
    "hide-notes",
    "render-subchart-notes",
    "replace",
    "rollback-on-failure",
    "skip-crds",
    "take-ownership",
    "wait-for-jobs",
];

const WITH_A_VALUE: [&str; 3] = ["description", "labels", "timeout"];

const WITH_A_VALUE_OR_WITHOUT: [&str; 2] = ["server-side", "wait"];

/// Taken and forgotten; help does not show them.
#[derive(Clone, Copy, Debug)]
pub struct Idle;

impl Args for Idle {
    fn augment_args(command: Command) -> Command {
        let hidden = |name: &'static str| Arg::new(name).long(name).hide(true);
        let switches = SWITCHES.map(|name| hidden(name).action(ArgAction::SetTrue));
        let valued = WITH_A_VALUE.map(|name| hidden(name).action(ArgAction::Append));
        let either =
            WITH_A_VALUE_OR_WITHOUT.map(|name| hidden(name).num_args(0..=1).require_equals(true));
        command.args(switches).args(valued).args(either)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Idle {
    fn from_arg_matches(_: &ArgMatches) -> Result<Self, Error> {
        Ok(Self)
    }

    fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), Error> {
        Ok(())
    }
}
