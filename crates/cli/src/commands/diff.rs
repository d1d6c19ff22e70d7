//! `diff`: what an apply would do. Cannot write.

use clap::Args as ClapArgs;
use plan::StackReport;
use stack::Prune;

use crate::args::{
    Charts, Contest, Environments, Inputs, Kube, Overrides, Reach, Run, Selection, TextOrJson,
    Workspace,
};
use crate::pipeline::{self, Asked};
use crate::report::{self, Failure, Reason};
use crate::results::Results;
use crate::shell::Shell;
use crate::workspace::{self, Wanted};
use crate::{render, views};

/// Show what an apply would change, and write nothing
///
/// One line per object, then what changes in it. Secret values are masked; what others changed since the last apply is told
/// apart from what an apply would do.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta diff -e prod\n  regatta diff -e '*' --detailed-exitcode\n  regatta diff -e prod -l tier=frontend -o json"
)]
pub struct Args {
    #[command(flatten)]
    pub run: Run,
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
    #[command(flatten)]
    pub contest: Contest,
    #[command(flatten)]
    pub reach: Reach,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut results = Results::new("diff", args.run.output.format);
    let outcome = diff(&args, shell, &mut results);
    results.finish(outcome, shell)
}

fn diff(args: &Args, shell: &Shell, results: &mut Results) -> Result<(), Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted =
        Wanted::new(&args.environments, &args.selection, &args.inputs, Some(&args.overrides))?;
    let run = render::Run::new(&args.kube, &args.charts, shell)?;
    let asked = Asked { run: &run, reach: &args.reach, contest: &args.contest };
    let printer = &shell.printer;
    // A diff shows what would go; an apply asks before it goes.
    let options = |stack: &stack::Stack| plan::Options {
        prune: if stack.prune == Prune::Never { Prune::Never } else { Prune::Auto },
        allow_protected: false,
        force_conflicts: args.contest.force_conflicts,
        take_release: args.contest.take_release,
    };
    for (position, environment) in workspace.choose(&args.environments)?.iter().enumerate() {
        let planned =
            pipeline::plan_apply(&workspace, environment, &wanted, &asked, options, shell)?;
        if args.run.output.format == TextOrJson::Text {
            let text = views::plan::text(
                &planned.plan,
                &planned.place.to_string(),
                printer.data_paint(),
                printer.width(),
            );
            let gap = if position > 0 { "\n" } else { "" };
            printer.show(&format!("{gap}{text}"))?;
        }
        if !planned.plan.refusals.is_empty() {
            printer.tell(&printer.talk_paint().yellow("an apply would be refused:"));
            report::problems(printer, &views::refusals::problems(&planned.plan.refusals));
        }
        planned.place.tell_costs(shell);
        let changes = args.run.detailed_exitcode && planned.plan.has_changes();
        let reason = if changes { Reason::ChangesPresent } else { Reason::Done };
        results.found(reason, StackReport { plan: planned.plan, result: None });
    }
    Ok(())
}
