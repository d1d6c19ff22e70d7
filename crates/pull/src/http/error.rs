//! Why a file could not be fetched.

use std::time::Duration;

/// A download that failed. Addresses stand in it without user and query, words of servers on one line and cut short.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("`{url}` would have to be fetched, and the run is offline")]
    Offline { url: String },
    #[error("`{url}` is no address to fetch from: {reason}")]
    Address { url: String, reason: String },
    /// Certificates, keys or proxies that we were given.
    #[error("{0}")]
    Setup(String),
    #[error("cannot reach `{url}`: {reason}")]
    Unreachable { url: String, reason: String },
    #[error("cannot trust `{url}`: {reason}")]
    Untrusted { url: String, reason: String },
    #[error("`{url}` answers {status}{}", said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Status { url: String, status: u16, said: Option<String> },
    #[error("`{url}` broke off: {reason}")]
    Cut { url: String, reason: String },
    #[error("`{url}` took longer than {}s", limit.as_secs())]
    TooSlow { url: String, limit: Duration },
    #[error("`{url}` is larger than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("`{url}` redirects to `{to}`: {reason}")]
    Redirect { url: String, to: String, reason: String },
    #[error("`{url}` redirects more than {} times", super::redirect::MOST)]
    Redirects { url: String },
    #[error("`{url}` cannot be unpacked: {reason}")]
    Packed { url: String, reason: String },
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "chart-offline",
            _ => "chart-download",
        }
    }

    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Offline { .. } => {
                "run once without --offline, or keep charts beside the manifest with `deps vendor`"
            }
            Self::Unreachable { .. } => {
                "see that the server runs and that its address, a VPN or a proxy is right"
            }
            Self::Untrusted { .. } => {
                "`caFile` of the repository, or `--ca-file`, names a file with the certificate of its own authority"
            }
            Self::Status { status: 401 | 403, .. } => {
                "`username` and `password`, or `token`, of the repository say who asks; so do `--username` and `--password-stdin`"
            }
            Self::Redirects { .. } | Self::Redirect { .. } => {
                "if the repository has moved, name its new address"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// Whether the server does not do what servers do, while another may.
    pub(crate) fn is_down(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status >= 500,
            Self::Unreachable { .. } | Self::Cut { .. } | Self::TooSlow { .. } => true,
            _ => false,
        }
    }

    /// Whether the server says that there is no such file.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Status { status: 404 | 410, .. })
    }
}
