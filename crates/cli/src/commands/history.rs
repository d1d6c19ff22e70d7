//! `history`: the revisions that Helm's records tell of.

use clap::Args as ClapArgs;
use plan::record::Record;

use crate::args::{Contest, Environments, Inputs, Output, Reach, TextOrJson, Workspace};
use crate::cluster::failure;
use crate::recorded::{self, Located};
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views;
use crate::workspace::{self, Wanted};

/// Show the revisions of a release, or the newest one of each
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta history -e prod\n  regatta history -e prod api\n  regatta history -e prod api -o json"
)]
pub struct Args {
    /// Release by id or by Helm's name [default: the newest revision of each]
    #[arg(value_name = "RELEASE")]
    pub release: Option<String>,
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
    let wanted = Wanted::located(&args.environments, &args.inputs);
    let mut sections = Vec::new();
    let mut documents = Vec::new();
    for environment in workspace.choose(&args.environments)? {
        let contest = Contest::default();
        let Located { stack, opened } =
            recorded::locate(&workspace, &environment, &wanted, &args.reach, &contest, shell)?;
        let cluster = opened.recorded_alone(&stack)?;
        let word: Vec<String> = args.release.iter().cloned().collect();
        let mut histories = Vec::new();
        for release in recorded::releases(&cluster, &word)? {
            let records = match &args.release {
                Some(_) => {
                    let history = cluster::history(&opened.connection, &release.key);
                    opened.block_on(history).map_err(failure)?
                }
                None => newest(cluster.recorded.get(&release.key)),
            };
            histories.push((release, records));
        }
        let (paint, place) = (shell.printer.data_paint(), opened.shown());
        sections.push(views::history::text(&stack.id, &place, &histories, paint));
        documents.push(views::history::json(&stack.id, &histories));
    }
    match args.output.format {
        TextOrJson::Text => shell.printer.show(&sections.join("\n"))?,
        TextOrJson::Json => shell.printer.show(&format!("{:#}\n", serde_json::json!(documents)))?,
    }
    Ok(Reason::Done)
}

fn newest(recorded: Option<&plan::live::Recorded>) -> Vec<Record> {
    recorded.and_then(|recorded| recorded.last()).cloned().into_iter().collect()
}
