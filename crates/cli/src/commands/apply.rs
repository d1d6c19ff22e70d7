//! `apply`: one plan, confirmed, carried out wave by wave.

use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};

use crate::args::{
    Charts, Contest, Environments, Inputs, Kube, Output, Overrides, Reach, Selection, Sure,
    Workspace, duration,
};
use crate::cluster::RunPolicy;
use crate::execute::{self, Permission};
use crate::pipeline::{self, Asked};
use crate::render;
use crate::report::{Failure, Reason};
use crate::results::Results;
use crate::resume;
use crate::shell::Shell;
use crate::workspace::{self, Wanted};

/// Bring environments to what the manifest says, wave by wave
///
/// Shows the plan and asks. Protected environments want their name typed. Without a terminal nothing is written unless
/// --yes says so. Releases that the manifest no longer has are asked about apart, or deleted with --prune.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta apply -e dev\n  regatta apply -e dev --yes --release 'worker.*' --with-needs\n  regatta apply -e dev --continue\n  regatta apply -e prod --yes=prod --prune -o json"
)]
pub struct Args {
    /// Also delete releases that the manifest no longer has
    #[arg(long, help_heading = "Permission")]
    pub prune: bool,
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
    pub overrides: Overrides,
    #[command(flatten)]
    pub kube: Kube,
    #[command(flatten)]
    pub charts: Charts,
    /// Begin releases with their `waves`, or `eager`: as soon as their own needs are ready
    #[arg(
        long,
        value_name = "HOW",
        default_value = "waves",
        hide_possible_values = true,
        env = "REGATTA_SCHEDULE",
        hide_env = true
    )]
    pub schedule: Schedule,
    /// After a failure: `stop`, or `continue` with what does not need it
    #[arg(
        long,
        value_name = "WHAT",
        default_value = "stop",
        hide_possible_values = true,
        env = "REGATTA_ON_FAILURE",
        hide_env = true,
        help_heading = "Failures"
    )]
    pub on_failure: OnFailure,
    /// After a failure take back everything that this run did
    #[arg(long, help_heading = "Failures")]
    pub rollback_all: bool,
    /// Only go on with what the last run left: what failed, was interrupted or not reached
    #[arg(long = "continue", conflicts_with_all = ["selector", "release", "with_needs", "prune"],
          help_heading = "Failures")]
    pub resume: bool,
    /// Time for the whole run: `90s`, `1h`
    #[arg(long, value_name = "TIME", env = "REGATTA_TIMEOUT", hide_env = true,
          value_parser = duration, help_heading = "Failures")]
    pub timeout: Option<Duration>,
    #[command(flatten)]
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

/// When a release begins.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Schedule {
    Waves,
    Eager,
}

/// What a failed release means to the rest of the run.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OnFailure {
    Stop,
    Continue,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut results = Results::new("apply", args.output.format);
    let outcome = apply(&args, shell, &mut results);
    results.finish(outcome, shell)
}

/// One environment after the other; the first that fails is the last.
fn apply(args: &Args, shell: &Shell, results: &mut Results) -> Result<(), Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted =
        Wanted::new(&args.environments, &args.selection, &args.inputs, Some(&args.overrides))?;
    warn_of_flags(&wanted, shell);
    let run = render::Run::new(&args.kube, &args.charts, shell)?;
    let asked = Asked { run: &run, reach: &args.reach, contest: &args.contest };
    let policy = RunPolicy {
        schedule: match args.schedule {
            Schedule::Waves => cluster::Schedule::Waves,
            Schedule::Eager => cluster::Schedule::Eager,
        },
        on_failure: match args.on_failure {
            OnFailure::Stop => cluster::OnFailure::Stop,
            OnFailure::Continue => cluster::OnFailure::Continue,
        },
        rollback_all: args.rollback_all,
        timeout: args.timeout,
        resumes: args.resume,
        jobs: args.kube.jobs.unwrap_or(RunPolicy::default().jobs),
    };
    let (prune, output) = (args.prune, args.output.format);
    let permission =
        Permission { sure: &args.sure, prune, verb: "apply", output, events: true, policy };
    for environment in workspace.choose_by_name(&args.environments)? {
        let wanted = match args.resume {
            true => {
                let reach = (&args.reach, &args.contest);
                resume::wanted(&workspace, &environment, &wanted, reach, shell)?
            }
            false => wanted.clone(),
        };
        let mut tries = 0;
        let ended = loop {
            let options =
                |stack: &stack::Stack| pipeline::options(&args.sure, &args.contest, stack.prune);
            let planned =
                pipeline::plan_apply(&workspace, &environment, &wanted, &asked, options, shell)?;
            let ended = execute::carry_out(planned, &permission, shell)?;
            tries += 1;
            // Another run went first. Who said yes to whatever the plan is means the plan of now.
            let again = ended.reason == Reason::Stale && !args.sure.yes.is_empty();
            if !again || tries == TRIES {
                break ended;
            }
            shell.printer.tell("planning again, from what is there now");
        };
        if !results.add(ended) {
            break;
        }
    }
    Ok(())
}

/// How often a plan is made anew because another run came in between.
const TRIES: usize = 3;

/// What is set on the command line is in nobody's git.
fn warn_of_flags(wanted: &Wanted<'_>, shell: &Shell) {
    if !wanted.overrides.is_empty() {
        let paint = shell.printer.talk_paint();
        shell.printer.tell(&format!(
            "{} values from the command line are not in git; the next apply without them takes them back",
            paint.yellow("warning:")
        ));
    }
}
