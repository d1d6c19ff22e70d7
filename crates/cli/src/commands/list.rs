//! `list`: the releases of an environment and where they go.

use clap::Args as ClapArgs;
use manifest::Purpose;

use crate::args::{Environments, Inputs, Output, Selection, TextOrJson, Workspace};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views;
use crate::workspace::{self, Wanted};

/// List releases with their waves, needs and labels
#[derive(ClapArgs, Debug)]
#[command(
    visible_alias = "ls",
    after_help = "Examples:\n  regatta list -e dev\n  regatta list -e '*' -o json | jq -r '.[].chart' | sort -u"
)]
pub struct Args {
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
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::new(&args.environments, &args.selection, &args.inputs, None)?;
    let reads = workspace.stacks(&args.environments, &wanted, Purpose::Inspect, shell)?;
    let stacks: Vec<_> = reads.iter().map(|read| &read.stack).collect();
    let text = match args.output.format {
        TextOrJson::Text => {
            let sections: Vec<_> =
                stacks.iter().map(|stack| views::list::text(stack, &shell.printer)).collect();
            sections.join("\n")
        }
        TextOrJson::Json => format!("{:#}\n", views::list::json(&stacks)),
    };
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}
