//! `validate`: every environment of the manifest, without rendering.

use clap::Args as ClapArgs;

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
    let (stacks, warnings) = workspace.validate(&wanted, shell)?;
    report::problems(&shell.printer, &warnings);
    let releases: usize = stacks.iter().map(|stack| stack.releases.len()).sum();
    shell.printer.tell(&format!(
        "{} is valid: {}, {}",
        shell.printer.place(&workspace.file),
        count(stacks.len(), "environment"),
        count(releases, "release"),
    ));
    Ok(Reason::Done)
}
