//! Words of the documentation that this version does not know yet, and what to do instead.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::report::{Failure, Reason};

const COMMANDS: &[&str] = &[
    "adopt", "convert", "drift", "export", "helmfile", "logs", "lint", "output", "promote",
    "secrets", "vars", "with",
];

/// Helm has these at its top, and we have them under `chart`.
const OF_CHARTS: &[&str] =
    &["fetch", "login", "logout", "package", "pull", "push", "search", "show"];

const FLAGS: &[&str] = &["--against", "--allow-deferred", "--changed-since", "--continue", "--out"];

const FORMATS: &[&str] = &["github", "html", "junit", "markdown"];

/// A better answer than clap's, where one is known: for `--dry-run` and for what a later version brings.
pub(super) fn explain(error: &clap::Error) -> Option<Failure> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    let not_yet = |what: &str| {
        Some(
            Failure::said(Reason::Usage, format!("{what} is not there yet"))
                .help("see `regatta --help` for what this version has"),
        )
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let command = word(ContextKind::InvalidSubcommand)?;
            if OF_CHARTS.contains(&command) {
                let message = format!("there is no command `{command}` here");
                let help = format!("it is `regatta chart {command}`");
                return Some(Failure::said(Reason::Usage, message).help(help));
            }
            COMMANDS.contains(&command).then(|| not_yet(&format!("the command `{command}`")))?
        }
        ErrorKind::UnknownArgument => {
            let flag = word(ContextKind::InvalidArg)?;
            if flag == "--dry-run" {
                return Some(
                    Failure::said(Reason::Usage, "there is no `--dry-run`").help(
                        "use `regatta diff`: it shows what `apply` would do and cannot write",
                    ),
                );
            }
            FLAGS.contains(&flag).then(|| not_yet(&format!("`{flag}`")))?
        }
        ErrorKind::InvalidValue => {
            let format = word(ContextKind::InvalidValue)?;
            let output = word(ContextKind::InvalidArg)?.contains("--output");
            (output && FORMATS.contains(&format)).then(|| not_yet(&format!("`-o {format}`")))?
        }
        _ => None,
    }
}
