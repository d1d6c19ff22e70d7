//! Why an archive could not be had.

use crate::{Digest, cache, http, oci};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot fetch the archive: {0}")]
    Fetch(#[from] http::Error),
    #[error("`{url}` is no archive of a chart but {what}")]
    NoArchive { url: String, what: String },
    #[error("`{url}` has the SHA-256 {found} where {expected} is expected")]
    Digest { url: String, expected: Digest, found: Digest },
    /// An index may name charts of registries.
    #[error(transparent)]
    Registry(#[from] oci::Error),
    #[error("the archive has just been removed from the cache")]
    Vanished,
    #[error(transparent)]
    Cache(#[from] cache::Error),
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.id(),
            Self::NoArchive { .. } => "chart-archive",
            Self::Digest { .. } => "chart-digest",
            Self::Registry(error) => error.id(),
            Self::Vanished | Self::Cache(_) => "chart-cache",
        }
    }

    /// Whether the archive could not be had there, while another place may have it.
    pub(crate) fn is_absent(&self) -> bool {
        match self {
            Self::Fetch(error) | Self::Registry(oci::Error::Http(error)) => {
                error.is_absent() || error.is_down()
            }
            Self::Registry(error) => matches!(error, oci::Error::Absent { .. }),
            Self::NoArchive { .. } | Self::Digest { .. } | Self::Vanished | Self::Cache(_) => false,
        }
    }

    pub fn help(&self) -> Option<String> {
        match self {
            Self::Fetch(error) => error.help(),
            Self::Registry(error) => error.help(),
            Self::NoArchive { .. } | Self::Vanished => None,
            Self::Digest { .. } => Some(
                "the archive was changed or replaced after it was listed or locked; find out why before you lock it anew"
                    .to_owned(),
            ),
            Self::Cache(error) => error.help(),
        }
    }
}
