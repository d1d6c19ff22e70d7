//! What can go wrong with a git repository, in words without control characters and passwords.

use std::time::Duration;

use source::Problems;

use crate::{cache, shown};

/// Why a reference or a chart of a git repository could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the program `git` is not installed")]
    NoGit,
    #[error("cannot start `git`: {0}")]
    NotStarted(std::io::Error),
    #[error("git cannot {doing}: {message}")]
    Said { doing: &'static str, message: String },
    #[error("git could not {doing} within {} seconds", within.as_secs())]
    TimedOut { doing: &'static str, within: Duration },
    #[error("git said more than {most} bytes to {doing}")]
    TooMuch { doing: &'static str, most: usize },
    #[error("another process has been using the cached repository for {} seconds", .0.as_secs())]
    Busy(Duration),
    #[error("the cached repository is damaged")]
    Damaged,
    #[error("the cache does not hold it, and the network may not be used")]
    Offline,
    #[error("the repository has no commits")]
    Empty,
    #[error("the repository has no branch, tag or commit `{0}`")]
    NoReference(String),
    #[error("`{0}` is the beginning of several commits")]
    Ambiguous(String),
    #[error("the repository has no folder `{0}` at this commit")]
    NoFolder(String),
    /// A file that no chart may hold, or that could not be had.
    #[error("`{path}` {why}")]
    Refused { path: String, why: String },
    #[error("the chart {0}")]
    TooLarge(String),
    /// A dependency by `file://` that is not taken.
    #[error("its dependency `{name}`: `file://{folder}` {why}")]
    Dependency { name: String, folder: String, why: String },
    /// What is there is no chart.
    #[error("{0}")]
    Chart(String),
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

impl Error {
    pub(super) fn chart(problems: Problems) -> Self {
        let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
        Self::Chart(messages.join("; "))
    }

    pub(super) fn refused(path: &str, why: impl Into<String>) -> Self {
        Self::Refused { path: path.escape_debug().to_string(), why: why.into() }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoGit => "charts of git repositories are fetched by it",
            Self::Said { .. } => {
                "git is run with your own configuration, and never asks: a credential helper or ssh agent must know the password"
            }
            Self::TimedOut { .. } => "is the host reachable, and nothing waiting for a password?",
            Self::Offline => {
                "run once without `--offline`, or name a whole commit that the cache holds"
            }
            Self::NoReference(_) => "a reference is a branch, a tag or a commit",
            Self::Ambiguous(_) => "write more of it",
            Self::NoFolder(_) => {
                "the path stands behind `//` in the address, from the root of the repository"
            }
            Self::Dependency { .. } => {
                "`file://` of a chart in git names a folder of the same repository, relative to the chart's own; `charts/` may hold others"
            }
            Self::TooLarge(_) => "name what is no part of it in .helmignore",
            Self::Cache(error) => return error.help(),
            Self::NotStarted(_)
            | Self::TooMuch { .. }
            | Self::Busy(_)
            | Self::Damaged
            | Self::Empty
            | Self::Refused { .. }
            | Self::Chart(_) => return None,
        };
        Some(help.to_owned())
    }
}

/// What git said on stderr as part of a message: its complaints, without control characters and passwords, cut short.
pub(super) fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_complaint = |line: &&str| {
        ["fatal:", "error:", "remote:", "ssh:"].iter().any(|word| line.starts_with(word))
    };
    let mut complaints: Vec<&str> = lines().filter(is_complaint).take(LINES).collect();
    if complaints.is_empty() {
        complaints = lines().take(LINES).collect();
    }
    let message = complaints.join("; ");
    let message = message.strip_prefix("fatal: ").unwrap_or(&message);
    // Before it is cut: half a login is still one.
    let masked = without_logins(&shown::one_line(message));
    if masked.is_empty() { "it does not say why".to_owned() } else { shown::cut(&masked, LETTERS) }
}

const LINES: usize = 4;
const LETTERS: usize = 400;

/// `https://user:password@host/` → `https://***@host/`; the user of ssh is no secret.
fn without_logins(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let end = after.find(|letter: char| letter == '/' || letter.is_whitespace());
        let authority = &after[..end.unwrap_or(after.len())];
        rest = after;
        if let Some((login, _)) = authority.rsplit_once('@')
            && (!before.ends_with("ssh") || login.contains(':'))
        {
            masked.push_str("***");
            rest = &after[login.len()..];
        }
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::said;

    #[track_caller]
    fn check(stderr: &str, expect: &str) {
        assert_eq!(said(stderr.as_bytes()), expect);
    }

    #[test]
    fn complaints_without_passwords_and_control_characters() {
        check(
            "Cloning…\nfatal: repository 'https://ci:s3cret@h.example.com/r.git/' not found\n",
            "repository 'https://***@h.example.com/r.git/' not found",
        );
        check(
            "fatal: could not read from ssh://git@h/r and https://token@h:1/a@b",
            "could not read from ssh://git@h/r and https://***@h:1/a@b",
        );
        check("remote: \u{1b}[31mdenied\u{202e}\n", "remote: [31mdenied");
        check("ssh://u:p@h", "ssh://***@h");
        check("https://a@b@h/", "https://***@h/");
        check("Permission denied (publickey).\n", "Permission denied (publickey).");
        check("", "it does not say why");
        check(&"é".repeat(500), &format!("{}…", "é".repeat(400)));
    }
}
