//! `schema`: the JSON Schemas of what Regatta reads and writes.

use clap::{Args as ClapArgs, ValueEnum};

use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Write the JSON Schema of the manifest, or of JSON output
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Example:\n  regatta schema > regatta.schema.json\n\nEditors that speak YAML find it by the manifest's first line:\n  # yaml-language-server: $schema=regatta.schema.json"
)]
pub struct Args {
    /// `manifest`: regatta.yaml; `plan`: what `diff -o json` prints, and the last line of `apply -o json` and `destroy -o json`;
    /// `events`: their lines before it
    #[arg(value_name = "WHAT", default_value = "manifest", hide_possible_values = true)]
    pub what: What,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum What {
    Manifest,
    Plan,
    Events,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    shell.printer.show(match args.what {
        What::Manifest => include_str!("../../../../schemas/regatta.json"),
        What::Plan => include_str!("../../../../schemas/plan.json"),
        What::Events => include_str!("../../../../schemas/events.json"),
    })?;
    Ok(Reason::Done)
}
