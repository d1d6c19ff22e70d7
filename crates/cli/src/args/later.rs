//! Words of the documentation that this version does not know yet, and what to do instead.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::report::{Failure, Reason};

const COMMANDS: &[&str] = &[
    "adopt", "convert", "drift", "export", "helmfile", "logs", "output", "promote", "secrets",
    "vars", "with",
];

/// What Helm calls otherwise, and what it is here.
fn here(command: &str) -> Option<String> {
    let known = match command {
        "fetch" | "inspect" | "login" | "logout" | "package" | "pull" | "push" | "search"
        | "show" => return Some(format!("it is `regatta chart {command}`")),
        "registry" => "it is `regatta chart login` and `regatta chart logout`",
        "repo" => {
            "`repositories` of regatta.yaml and `--repo URL` name them; `regatta chart search` lists the charts of one"
        }
        "dep" | "dependency" | "dependencies" => {
            "dependencies are found without it; `regatta deps` pins and updates them"
        }
        "install" | "upgrade" => "it is `regatta apply`",
        "uninstall" | "delete" => "it is `regatta destroy`",
        _ => return None,
    };
    Some(known.to_owned())
}

const FLAGS: &[&str] = &["--against", "--allow-deferred", "--changed-since", "--out"];

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
            if let Some(help) = here(command) {
                let message = format!("there is no command `{command}` here");
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
