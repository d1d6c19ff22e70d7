//! `validate`: every environment of the manifest, without rendering.

use clap::Args as ClapArgs;
use manifest::Purpose;
use source::{Problems, arrange};

use crate::args::{Inputs, Workspace};
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::views::table::count;
use crate::workspace::{self, Wanted};

/// Check the manifest for every environment, without rendering
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta validate && regatta lint -e prod")]
pub struct Args {
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub inputs: Inputs,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted { inputs: Some(&args.inputs), ..Wanted::default() };
    let mut problems = Problems::new();
    let mut stacks = Vec::new();
    let environments = workspace.environments()?;
    for environment in environments.iter().filter(|environment| !environment.is_abstract) {
        match workspace.read(environment, &wanted, Purpose::Inspect, shell) {
            Ok(read) => {
                problems.extend(read.warnings);
                stacks.push(read.stack);
            }
            Err(found) => problems.extend(found),
        }
    }
    let problems = arrange(problems);
    report::problems(&shell.printer, &problems);
    if report::has_errors(&problems) {
        return Err(Failure::Silent(Reason::Failed));
    }
    let releases: usize = stacks.iter().map(|stack| stack.releases.len()).sum();
    shell.printer.tell(&format!(
        "{} is valid: {}, {}",
        shell.printer.place(&workspace.file),
        count(stacks.len(), "environment"),
        count(releases, "release"),
    ));
    Ok(Reason::Done)
}
