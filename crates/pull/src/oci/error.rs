//! What can go wrong between us and a registry.

use crate::{Digest, cache};

/// A registry is named by its host, as an address names it. Words of servers stand in it without control characters.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what} is not in the cache, and offline no registry is asked")]
    Offline { what: String },
    #[error("`{registry}` cannot be reached: {reason}")]
    Unreachable { registry: String, reason: String },
    #[error("`{registry}` shows a certificate that is not trusted: {reason}")]
    Untrusted { registry: String, reason: String },
    #[error("`{registry}` wants a login for {what}")]
    LoginNeeded { registry: String, what: String },
    #[error("`{registry}` does not accept the login of `{user}`")]
    LoginRefused { registry: String, user: String },
    #[error("`{registry}` does not allow {what}{words}")]
    Denied { registry: String, what: String, words: String },
    #[error("`{registry}` has no {what}")]
    Absent { registry: String, what: String },
    #[error("`{registry}` answered {code} when asked for {what}{words}")]
    Answer { registry: String, what: String, code: u16, words: String },
    /// What came is not what was asked for or announced.
    #[error("`{registry}` cannot be believed: {problem}")]
    Lie { registry: String, problem: String },
    #[error("{what} is {found}, not a chart")]
    NoChart { what: String, found: String },
    #[error("the chart's archive cannot be pushed: {0}")]
    Archive(String),
    #[error("cannot {verb} the logins in `{path}`: {reason}")]
    Logins { verb: &'static str, path: String, reason: String },
    #[error("the credential helper `{program}` failed: {reason}")]
    Helper { program: String, reason: String },
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

impl Error {
    /// What to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Offline { .. } => {
                "run once without `--offline`, or `deps vendor` before".to_owned()
            }
            Self::Unreachable { reason, .. } if reason.contains("InvalidContentType") => {
                "it seems to speak plain HTTP, which must be allowed for it".to_owned()
            }
            Self::Untrusted { registry, .. } => {
                format!("name the certificate authority of `{registry}` if it has one of its own")
            }
            Self::LoginNeeded { registry, .. } | Self::LoginRefused { registry, .. } => format!(
                "`chart login {registry}` keeps a login that Helm uses too; one in `repositories` counts before it"
            ),
            Self::Denied { registry, .. } => {
                format!("ask the owner of `{registry}` for the permission, or use another login")
            }
            Self::Absent { .. } => "look for a typo in the address or the version".to_owned(),
            Self::NoChart { .. } => {
                "an address ends with the chart's own name: `oci://HOST/PATH/CHART`".to_owned()
            }
            Self::Lie { .. } => "nothing of it was kept; tell the registry's owner".to_owned(),
            Self::Cache(error) => return error.help(),
            Self::Unreachable { .. }
            | Self::Answer { .. }
            | Self::Archive(_)
            | Self::Logins { .. }
            | Self::Helper { .. } => return None,
        })
    }

    pub(super) fn other_digest(registry: &str, what: &str, promised: Digest, came: Digest) -> Self {
        let problem = format!("{what} should be sha256:{promised} and is sha256:{came}");
        Self::Lie { registry: registry.to_owned(), problem }
    }
}

/// A server's words as part of a message: one short line that no terminal acts upon.
pub(super) fn words(text: &str) -> String {
    const LONGEST: usize = 300;
    let line: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(LONGEST)
        .collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}
