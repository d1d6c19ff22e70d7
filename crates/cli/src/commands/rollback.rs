//! `rollback`: a release, or all that the last run changed, goes back to an earlier revision. A plan like any other.

use clap::{ArgGroup, Args as ClapArgs};

use crate::args::{Contest, Environments, Inputs, Output, Reach, Sure, Workspace};
use crate::cluster::RunPolicy;
use crate::execute::{self, Permission};
use crate::pipeline::{self, Back};
use crate::report::Failure;
use crate::report::Reason;
use crate::results::Results;
use crate::shell::Shell;
use crate::workspace::{self, Wanted};

/// Go back to an earlier revision, of one release or of all that the last run changed
///
/// Shows what that changes, asks, and writes a new revision with the content of the old one. Without REVISION a release goes
/// back to the newest one that was deployed before the present one. The next apply brings back what the manifest says.
#[derive(ClapArgs, Debug)]
#[command(
    group(ArgGroup::new("what").required(true).args(["release", "run"])),
    after_help = "Examples:\n  regatta rollback -e prod api\n  regatta rollback -e prod api 7 --yes=prod\n  regatta rollback -e prod --run"
)]
pub struct Args {
    /// Release by id or by Helm's name
    #[arg(value_name = "RELEASE")]
    pub release: Option<String>,
    /// Revision as `regatta history` shows it
    #[arg(value_name = "REVISION", value_parser = clap::value_parser!(u64).range(1..))]
    pub revision: Option<u64>,
    /// Every release goes back to what it was before the last run
    #[arg(long, conflicts_with = "revision")]
    pub run: bool,
    #[command(flatten)]
    pub sure: Sure,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut results = Results::new("rollback", args.output.format);
    let outcome = rollback(&args, shell, &mut results);
    results.finish(outcome, shell)
}

fn rollback(args: &Args, shell: &Shell, results: &mut Results) -> Result<(), Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::located(&args.environments, &args.inputs);
    let back = match &args.release {
        Some(release) => Back::Release(release, args.revision),
        None => Back::Run,
    };
    let permission = Permission {
        sure: &args.sure,
        prune: true,
        verb: "rollback",
        output: args.output.format,
        events: true,
        policy: RunPolicy::default(),
    };
    for environment in workspace.choose_by_name(&args.environments)? {
        let options = pipeline::options(&args.sure, &args.contest, stack::Prune::Never);
        let planned = pipeline::plan_rollback(
            &workspace,
            &environment,
            &wanted,
            back,
            (&args.reach, &args.contest),
            &options,
            shell,
        )?;
        let ended = execute::carry_out(planned, &permission, shell)?;
        if !results.add(ended) {
            break;
        }
    }
    Ok(())
}
