//! `lint`: renders, then applies Helm's lint rules.

use clap::Args as ClapArgs;
use manifest::Purpose;
use source::{Problems, Severity, arrange};

use crate::args::{Charts, Environments, Inputs, Kube, Overrides, Selection, Workspace};
use crate::render::World;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::views::table::count;
use crate::workspace::{self, Wanted};
use crate::{render, threads};

/// Render releases and check their charts with Helm's lint rules
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta lint -e '*' --strict")]
pub struct Args {
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
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
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted =
        Wanted::new(&args.environments, &args.selection, &args.inputs, Some(&args.overrides))?;
    let run = render::Run::new(&args.kube, &args.charts, shell)?;
    let mut problems = Problems::new();
    let mut linted = 0;
    for read in workspace.stacks(&args.environments, &wanted, Purpose::Render, shell)? {
        let jobs = render::prepare(&workspace, &read.stack, &run, &World::nowhere(), shell)?;
        linted += jobs.len();
        let lint = |job: &render::Job<'_>| render::lint(job, &run);
        threads::in_order(&threads::pool(run.jobs, jobs.len()), &jobs, lint, |_, found| {
            problems.extend(found);
            Ok::<(), Failure>(())
        })?;
    }
    let problems = arrange(problems);
    report::problems(&shell.printer, &problems);
    let lowest = if args.strict { Severity::Warning } else { Severity::Error };
    if problems.iter().any(|problem| problem.severity >= lowest) {
        return Err(Failure::Silent(Reason::Failed));
    }
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning);
    let warnings = match warnings.count() {
        0 => "nothing to complain about".to_owned(),
        some => count(some, "warning"),
    };
    shell.printer.tell(&format!("{} linted: {warnings}", count(linted, "release")));
    Ok(Reason::Done)
}
