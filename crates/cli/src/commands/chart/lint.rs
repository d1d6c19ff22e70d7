//! `chart lint`: Helm's lint rules over charts here, printed and judged as `helm lint` does (pkg/cmd/lint.go).

use std::fmt::Write as _;

use ::chart::Chart;
use clap::Args as ClapArgs;
use source::{Problem, Problems, Severity, Tree};

use super::rendering::Rendering;
use crate::args::Charts;
use crate::charts::single;
use crate::printer::Printer;
use crate::render::Run;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Check charts with Helm's lint rules
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta chart lint ./charts/api\n  regatta chart lint ./charts/* --strict -f values.yaml"
)]
pub struct Args {
    /// Folder or archive; repeat for several
    #[arg(value_name = "CHART", required = true)]
    pub charts: Vec<String>,
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
    /// Also the charts in `charts/`
    #[arg(long)]
    pub with_subcharts: bool,
    #[command(flatten)]
    pub rendering: Rendering,
}

pub fn run(args: &Args, shell: &Shell) -> Result<Reason, Failure> {
    let run = args.rendering.run(&Charts::default(), shell)?;
    let values = args.rendering.values()?;
    let mut linted = Vec::new();
    let mut subcharts = Vec::new();
    for path in &args.charts {
        match single::with_definition(path) {
            Ok(chart) => {
                linted.push((path.clone(), findings(&chart, args, &run, &values)?));
                if args.with_subcharts {
                    below(&chart, args, &run, &values, &mut subcharts)?;
                }
            }
            Err(failure) => linted.push((path.clone(), as_problems(failure)?)),
        }
    }
    linted.append(&mut subcharts);
    let lowest = if args.strict { Severity::Warning } else { Severity::Error };
    let mut text = String::new();
    let mut failed = 0;
    let mut complaints = 0;
    for (name, found) in &linted {
        complaints += found.iter().filter(|problem| problem.severity > Severity::Advice).count();
        failed += usize::from(found.iter().any(|problem| problem.severity >= lowest));
        text.push_str(&shown(name, found, &shell.printer));
    }
    let verdict = format!("{} chart(s) linted, {failed} chart(s) failed", linted.len());
    if failed > 0 {
        shell.printer.show(&text)?;
        return Err(Failure::said(Reason::Failed, verdict));
    }
    if complaints > 0 || !shell.printer.is_quiet() {
        writeln!(text, "{verdict}").expect("memory takes it");
    }
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}

type Linted = (String, Problems);

fn findings(chart: &Chart, args: &Args, run: &Run, values: &Tree) -> Result<Problems, Failure> {
    Ok(::chart::lint(chart, &args.rendering.input(run, "test-release", values)?))
}

/// Each subchart by itself with the same values, as Helm does it.
fn below(
    chart: &Chart,
    args: &Args,
    run: &Run,
    values: &Tree,
    linted: &mut Vec<Linted>,
) -> Result<(), Failure> {
    for subchart in &chart.dependencies {
        linted.push((subchart.origin.clone(), findings(subchart, args, run, values)?));
        below(subchart, args, run, values, linted)?;
    }
    Ok(())
}

/// A chart that cannot be read has failed, and the others are still looked at.
fn as_problems(failure: Failure) -> Result<Problems, Failure> {
    match failure {
        Failure::Problems(problems) => Ok(problems),
        Failure::Said { message, help, .. } => {
            Ok(vec![Problem::error("lint-chart", message).help_if(help)])
        }
        other => Err(other),
    }
}

/// With `--quiet` only what is worse than advice, and nothing of a chart without.
fn shown(name: &str, found: &[Problem], printer: &Printer) -> String {
    let is_told = |problem: &&Problem| !printer.is_quiet() || problem.severity > Severity::Advice;
    let lines: String =
        found.iter().filter(is_told).map(|problem| line(problem, printer)).collect();
    match lines.is_empty() && printer.is_quiet() {
        true => String::new(),
        false => format!("==> Linting {name}\n{lines}\n"),
    }
}

/// `[WARNING] charts/api/Chart.yaml:3:1: …`
fn line(problem: &Problem, printer: &Printer) -> String {
    let severity = match problem.severity {
        Severity::Advice => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    };
    let place = problem.labels.first().map(|label| {
        let (line, column) = label.span.source.line_column(label.span.start as usize);
        format!("{}:{line}:{column}: ", printer.place(&label.span.source.name))
    });
    let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    let text = format!("{}{}{help}", place.unwrap_or_default(), problem.message);
    format!("[{severity}] {}\n", text.replace('\n', " "))
}
