//! `completion`: a script that teaches a shell our commands and flags.

use clap::Args as ClapArgs;
use clap_complete::Shell as Dialect;

use crate::args;
use crate::report::{Failure, Reason};
use crate::shell::Shell;

/// Write a completion script for a shell
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  source <(regatta completion bash)\n  regatta completion zsh > \"${fpath[1]}/_regatta\""
)]
pub struct Args {
    /// The shell that will read it
    pub shell: Dialect,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "regatta", &mut script);
    shell.printer.show(&String::from_utf8_lossy(&script))?;
    Ok(Reason::Done)
}
