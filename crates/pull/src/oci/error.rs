//! What can go wrong between us and a registry.

use crate::{Digest, cache, http};

/// A registry is named by its host, as an address names it. Words of servers stand in it without control characters.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what} needs the registry, and the run is offline")]
    Offline { what: String },
    #[error("`{registry}` speaks no TLS")]
    PlainHttp { registry: String },
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
    Http(#[from] http::Error),
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "chart-offline",
            Self::Http(error) => error.id(),
            Self::Cache(_) => "chart-cache",
            _ => "chart-registry",
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Offline { .. } => {
                "run once without `--offline`, or `deps vendor` before".to_owned()
            }
            Self::PlainHttp { .. } => {
                "`plainHttp: true` of the repository, or `--plain-http`, allows plain HTTP, which anybody can listen to"
                    .to_owned()
            }
            Self::Http(error) => return error.help(),
            Self::LoginNeeded { registry, .. } | Self::LoginRefused { registry, .. } => format!(
                "`regatta chart login {registry}` keeps a login that Helm uses too; one in `repositories` counts before it"
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
            Self::Answer { .. } | Self::Archive(_) | Self::Logins { .. } | Self::Helper { .. } => {
                return None;
            }
        })
    }

    pub(super) fn other_digest(registry: &str, what: &str, promised: Digest, came: Digest) -> Self {
        let problem = format!("{what} should be sha256:{promised} and is sha256:{came}");
        Self::Lie { registry: registry.to_owned(), problem }
    }
}
