//! `graph`: who needs whom.

use clap::{Args as ClapArgs, ValueEnum};
use manifest::Purpose;

use crate::args::{Environments, Inputs, Selection, Workspace};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views;
use crate::workspace::{self, Wanted};

/// Show who needs whom
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta graph -e prod\n  regatta graph -e prod -o dot | dot -Tsvg > graph.svg\n\nIn dot and Mermaid, arrows lead from what is needed to what needs it."
)]
pub struct Args {
    /// `tree` for people, `dot` for Graphviz, `mermaid` for Markdown
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "tree",
        hide_possible_values = true,
        env = "REGATTA_OUTPUT",
        hide_env = true
    )]
    pub output: Format,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub inputs: Inputs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    #[value(alias = "text")]
    Tree,
    Dot,
    Mermaid,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted::new(&args.environments, &args.selection, &args.inputs, None)?;
    let reads = workspace.stacks(&args.environments, &wanted, Purpose::Inspect, shell)?;
    let drawn = reads.iter().map(|read| match args.output {
        Format::Tree => views::graph::tree(&read.stack, shell.printer.data_paint()),
        Format::Dot => views::graph::dot(&read.stack),
        Format::Mermaid => views::graph::mermaid(&read.stack),
    });
    shell.printer.show(&drawn.collect::<Vec<_>>().join("\n"))?;
    Ok(Reason::Done)
}
