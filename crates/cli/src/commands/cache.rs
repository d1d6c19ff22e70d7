//! `cache`: what fetched charts take on this machine, and getting it back.

use std::time::{Duration, SystemTime};

use clap::{Args as ClapArgs, Subcommand};
use jiff::Timestamp;
use pull::cache::{self, Clean};
use source::Problem;

use crate::args::{self, Charts, Output, TextOrJson};
use crate::charts::Remote;
use crate::report::{Failure, Reason};
use crate::shell::Shell;
use crate::views::cache as views;

/// Show and clean what was fetched
#[derive(ClapArgs, Debug)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Info(Info),
    Clean(Unused),
}

/// Show where fetched charts lie and how large they are
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta cache info\n  regatta cache info -o json | jq -r .folder"
)]
pub struct Info {
    #[command(flatten)]
    pub output: Output,
}

/// Remove what nobody used for 30 days; it is fetched again when it is needed
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  regatta cache clean\n  regatta cache clean --older-than 7d\n  regatta cache clean --all"
)]
pub struct Unused {
    /// Remove everything
    #[arg(long, conflicts_with = "older_than")]
    pub all: bool,
    /// Remove what nobody used for so long: `7d`, `36h`; a day at least
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = days)]
    pub older_than: Duration,
}

pub fn run(args: Args, shell: &Shell) -> Result<Reason, Failure> {
    let remote = Remote::new(&Charts::default(), shell)?;
    let cache = &remote.session()?.cache;
    let text = match args.command {
        Command::Info(Info { output: Output { format: TextOrJson::Text } }) => {
            views::text(&cache.info().map_err(failed)?, shell.printer.data_paint())
        }
        Command::Info(Info { output: Output { format: TextOrJson::Json } }) => {
            format!("{:#}\n", views::json(&cache.info().map_err(failed)?))
        }
        Command::Clean(Unused { all, older_than }) => {
            let what = if all { Clean::All } else { Clean::Unused(older_than) };
            let now = SystemTime::from(Timestamp::now());
            views::cleaned(cache.clean(what, now).map_err(failed)?)
        }
    };
    shell.printer.show(&text)?;
    Ok(Reason::Done)
}

/// `30d`, or what other flags take.
fn days(text: &str) -> Result<Duration, String> {
    match text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok()) {
        Some(days) => Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
        None => args::duration(text),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands where errors are mapped")]
fn failed(error: cache::Error) -> Failure {
    Problem::error("chart-cache", error.to_string()).help_if(error.help()).into()
}
