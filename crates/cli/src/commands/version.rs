//! `version`: what this program is.

use clap::Args as ClapArgs;

use crate::args::TextOrJson;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Show the version of this program
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  regatta version -o json")]
pub struct Args {
    /// `text` for people, or `json`
    #[arg(short, long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub output: TextOrJson,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let text = match args.output {
        TextOrJson::Text => format!("regatta {version} (renders as Helm 4.3)\n"),
        TextOrJson::Json => {
            format!("{}\n", serde_json::json!({ "version": version, "helm": "4.3" }))
        }
    };
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}
