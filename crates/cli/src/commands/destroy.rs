//! `destroy`: everything that a stack wrote, in reverse.

use clap::Args as ClapArgs;

use crate::args::{Contest, Environments, Inputs, Output, Reach, Selection, Sure, Workspace};
use crate::cluster::RunPolicy;
use crate::execute::{self, Permission};
use crate::instances;
use crate::pipeline;
use crate::report::{Failure, Reason};
use crate::results::Results;
use crate::shell::Shell;
use crate::workspace::{self, Wanted};

/// Delete what was applied, in reverse order
///
/// Works from what was recorded, so it needs no chart. Deletes nothing that Regatta did not write, nor protected releases
/// without --allow-protected.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta destroy -e dev\n  regatta destroy -e e2e --instance pr-41 --yes\n  regatta destroy -e e2e --all-instances --yes"
)]
pub struct Args {
    /// Every instance that there is
    #[arg(long, conflicts_with = "instance")]
    pub all_instances: bool,
    #[command(flatten)]
    pub sure: Sure,
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut results = Results::new("destroy", args.output.format);
    let outcome = destroy(&args, shell, &mut results);
    results.finish(outcome, shell)
}

fn destroy(args: &Args, shell: &Shell, results: &mut Results) -> Result<(), Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::new(&args.environments, &args.selection, &args.inputs, None)?;
    let permission = Permission {
        sure: &args.sure,
        prune: true,
        verb: "destroy",
        output: args.output.format,
        events: true,
        policy: RunPolicy::default(),
    };
    for environment in workspace.choose_by_name(&args.environments)? {
        for stack in instances::stacks(
            &workspace,
            &environment,
            &wanted,
            args.all_instances,
            &args.reach,
            shell,
        )? {
            let options = pipeline::options(&args.sure, &args.contest, stack.prune);
            let planned = pipeline::plan_destroy(
                &workspace,
                stack,
                &args.reach,
                &args.contest,
                &options,
                shell,
            )?;
            if !planned.plan.has_changes() && environment.has_instances {
                instances::hint(&workspace, &environment, &wanted, &args.reach, shell)?;
            }
            let ended = execute::carry_out(planned, &permission, shell)?;
            if !results.add(ended) {
                return Ok(());
            }
        }
    }
    Ok(())
}
