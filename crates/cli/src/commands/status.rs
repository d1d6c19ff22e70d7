//! `status`: what was applied, and whether it is still as it was written.

use clap::Args as ClapArgs;

use crate::args::{Environments, Inputs, TextOrJson, Workspace};
use crate::instances;
use crate::pipeline;
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views;
use crate::workspace::{self, Wanted};

/// Show what was applied and whether it is still as it was written
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta status -e prod\n  regatta status -e e2e --all-instances"
)]
pub struct Args {
    /// Every instance that there is
    #[arg(long, conflicts_with = "instance")]
    pub all_instances: bool,
    /// `text` for people, or `json`
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
    pub inputs: Inputs,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted {
        inputs: Some(&args.inputs),
        instance: args.environments.instance.as_deref(),
        ..Wanted::default()
    };
    let mut sections = Vec::new();
    let mut documents = Vec::new();
    for environment in workspace.choose(&args.environments)? {
        for stack in
            instances::stacks(&workspace, &environment, &wanted, args.all_instances, shell)?
        {
            let root = pipeline::directory_of(&workspace, &stack)?;
            let observed = pipeline::observe(&root, &stack.id)?;
            match args.output {
                TextOrJson::Text => {
                    let place = root.display().to_string();
                    let paint = shell.printer.data_paint();
                    sections.push(views::status::text(&stack.id, &place, &observed, paint));
                }
                TextOrJson::Json => documents.push(views::status::json(&stack.id, &observed)),
            }
        }
    }
    match args.output {
        TextOrJson::Text if sections.is_empty() => shell.printer.tell("no instance is there"),
        TextOrJson::Text => shell.printer.show(&sections.join("\n"))?,
        TextOrJson::Json => shell.printer.show(&format!("{:#}\n", serde_json::json!(documents)))?,
    }
    Ok(Reason::Done)
}
