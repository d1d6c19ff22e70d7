//! `apply`: one plan, confirmed, carried out wave by wave.

use clap::Args as ClapArgs;

use crate::args::{
    Contest, Environments, Inputs, Kube, Overrides, Reach, Selection, Sure, TextOrJson, Workspace,
};
use crate::execute::{self, Permission};
use crate::pipeline::{self, Asked};
use crate::render;
use crate::report::{Failure, Reason};
use crate::results::Results;
use crate::shell::Shell;
use crate::workspace::{self, Wanted};

/// Bring environments to what the manifest says, wave by wave
///
/// Shows the plan and asks. Protected environments want their name typed. Without a terminal nothing is written unless
/// --yes says so. Releases that the manifest no longer has are asked about apart, or deleted with --prune.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta apply -e dev\n  regatta apply -e dev --yes --release 'worker.*' --with-needs\n  regatta apply -e prod --yes=prod --prune -o json"
)]
pub struct Args {
    /// Also delete releases that the manifest no longer has
    #[arg(long, help_heading = "Permission")]
    pub prune: bool,
    #[command(flatten)]
    pub sure: Sure,
    /// `text` for people, or `json` (schema: `regatta schema plan`)
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true,
        env = "REGATTA_OUTPUT",
        hide_env = true
    )]
    pub output: TextOrJson,
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
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut results = Results::new("apply", args.output);
    let outcome = apply(&args, shell, &mut results);
    results.finish(outcome, shell)
}

/// One environment after the other; the first that fails is the last.
fn apply(args: &Args, shell: &Shell, results: &mut Results) -> Result<(), Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted =
        Wanted::new(&args.environments, &args.selection, &args.inputs, Some(&args.overrides))?;
    warn_of_flags(&wanted, shell);
    let run = render::Run::new(&args.kube)?;
    let asked = Asked { run: &run, reach: &args.reach, contest: &args.contest };
    let permission =
        Permission { sure: &args.sure, prune: args.prune, verb: "apply", output: args.output };
    for environment in workspace.choose_by_name(&args.environments)? {
        let options =
            |stack: &stack::Stack| pipeline::options(&args.sure, &args.contest, stack.prune);
        let planned =
            pipeline::plan_apply(&workspace, &environment, &wanted, &asked, options, shell)?;
        let ended = execute::carry_out(planned, &permission, shell)?;
        if !results.add(ended) {
            break;
        }
    }
    Ok(())
}

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
