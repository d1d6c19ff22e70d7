//! `values`: what a release's chart gets, and where each value came from.

use std::collections::BTreeMap;

use clap::{Args as ClapArgs, ValueEnum};
use manifest::Purpose;
use source::redact::MASK;
use source::{Map, Node, Problem, Tree};
use stack::Selection;

use crate::args::{Charts, Environments, Inputs, Overrides, Workspace};
use crate::charts::Remote;
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::workspace::{self, Wanted};
use crate::{render, views};

/// Show a release's values, and with --explain where each came from
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta values api -e prod\n  regatta values api -e prod --explain --all"
)]
pub struct Args {
    /// The release's id
    #[arg(value_name = "RELEASE")]
    pub release: String,
    /// Each value with the file and line that it came from
    #[arg(long)]
    pub explain: bool,
    /// Also the chart's own defaults
    #[arg(long)]
    pub all: bool,
    /// `yaml` (with --explain a table), or `json`
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml", hide_possible_values = true)]
    pub output: Format,
    #[command(flatten)]
    pub workspace: Workspace,
    #[command(flatten)]
    pub environments: Environments,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub overrides: Overrides,
    #[command(flatten)]
    pub charts: Charts,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    #[value(alias = "table", alias = "text")]
    Yaml,
    Json,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let workspace = workspace::find(&args.workspace, shell)?;
    let wanted = Wanted {
        inputs: Some(&args.inputs),
        selection: Selection { releases: vec![args.release.clone()], ..Selection::default() },
        overrides: workspace::overrides(&args.overrides),
        instance: args.environments.instance.as_deref(),
    };
    let reads = workspace.stacks(&args.environments, &wanted, Purpose::Inspect, shell)?;
    let remote = Remote::new(&args.charts, shell)?;
    let several = reads.len() > 1;
    for read in &reads {
        let mut found = false;
        let mut defaults = match args.all {
            true => render::defaults(&workspace, &read.stack, &remote, shell)?,
            false => BTreeMap::new(),
        };
        for (release, body) in read.stack.selected() {
            found = true;
            let defaults = defaults.remove(&release.id).unwrap_or_else(|| Tree::from(Map::new()));
            if several && matches!(args.output, Format::Yaml) {
                shell.printer.show(&format!("# {} {}\n", read.stack.id, release.id))?;
            }
            let text = if args.explain {
                let leaves = stack::explain(&body.values, &defaults).map_err(Failure::from)?;
                match args.output {
                    Format::Yaml => {
                        views::explain::text(&leaves, &shell.printer, shell.printer.data_paint())
                    }
                    Format::Json => {
                        format!("{:#}\n", views::explain::json(&leaves, &shell.printer))
                    }
                }
            } else {
                let merged = stack::merge(&body.values).map_err(Failure::from)?;
                let mut merged = stack::layers::over(defaults, merged);
                mask(&mut merged);
                match args.output {
                    Format::Yaml => {
                        written(source::yaml::write(&merged, source::yaml::Dialect::Helm))?
                    }
                    Format::Json => {
                        let json = source::json::write(
                            &merged,
                            source::json::Html::Plain,
                            source::json::Layout::Indented,
                        );
                        format!("{}\n", written(json)?)
                    }
                }
            };
            shell.printer.show(&text)?;
        }
        if !found {
            return Err(unknown(&args.release, &read.stack).into());
        }
    }
    Ok(Reason::Done)
}

fn written<E: std::fmt::Display>(text: Result<String, E>) -> Result<String, Failure> {
    text.map_err(|why| Failure::said(Reason::Failed, format!("write the values: {why}")))
}

fn unknown(wanted: &str, stack: &stack::Stack) -> Problem {
    let near = source::suggest(wanted, stack.releases.keys().map(|id| id.as_str()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`regatta list` shows what there is".to_owned(),
    };
    Problem::error("unknown-release", format!("`{}` has no release `{wanted}`", stack.id))
        .help(help)
}

/// Secret leaves give way to the mask, whatever they are.
fn mask(tree: &mut Tree) {
    if tree.secret {
        tree.node = Node::Text(MASK.into());
        return;
    }
    match &mut tree.node {
        Node::Map(map) => map.values_mut().for_each(mask),
        Node::List(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}
