//! `status`: what was applied, and whether it is still as it was written.

use clap::Args as ClapArgs;

use crate::args::{Contest, Environments, Inputs, Output, Reach, TextOrJson, Workspace};
use crate::instances;
use crate::place::{self, Place};
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
    #[command(flatten)]
    pub output: Output,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub reach: Reach,
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
        for stack in instances::stacks(
            &workspace,
            &environment,
            &wanted,
            args.all_instances,
            &args.reach,
            shell,
        )? {
            let place = Place::open(&workspace, &stack, &args.reach, &Contest::default(), shell)?;
            let paint = shell.printer.data_paint();
            let shown = place.to_string();
            match &place {
                Place::Directory(root) => {
                    let observed = directory::observe(root, Some(&stack.id), None);
                    let observed = observed.map_err(place::world)?;
                    sections
                        .push(views::status::directory::text(&stack.id, &shown, &observed, paint));
                    documents.push(views::status::directory::json(&stack.id, &observed));
                }
                Place::Cluster(opened) => {
                    let cluster = opened.everything_recorded(&stack)?;
                    sections.push(views::status::cluster::text(&stack.id, &shown, &cluster, paint));
                    documents.push(views::status::cluster::json(&stack.id, &cluster));
                }
            }
            place.tell_costs(shell);
        }
    }
    match args.output.format {
        TextOrJson::Text if sections.is_empty() => shell.printer.tell("no instance is there"),
        TextOrJson::Text => shell.printer.show(&sections.join("\n"))?,
        TextOrJson::Json => shell.printer.show(&format!("{:#}\n", serde_json::json!(documents)))?,
    }
    Ok(Reason::Done)
}
