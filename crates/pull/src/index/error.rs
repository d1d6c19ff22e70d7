//! Why the versions of a chart are not known.

use std::sync::Arc;

use crate::{cache, http};

/// Cloned for everyone who asks for the same index.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot fetch the index of the repository: {0}")]
    Fetch(#[from] http::Error),
    #[error("`{url}` is no index of charts: {reason}")]
    Invalid { url: String, reason: String },
    #[error("the repository `{url}` has no chart `{chart}`")]
    NoChart { url: String, chart: String, near: Option<String> },
    #[error(transparent)]
    Cache(Arc<cache::Error>),
}

impl From<cache::Error> for Error {
    fn from(error: cache::Error) -> Self {
        Self::Cache(Arc::new(error))
    }
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.id(),
            Self::NoChart { .. } => "chart-unknown",
            Self::Invalid { .. } => "chart-index",
            Self::Cache(_) => "chart-cache",
        }
    }

    pub fn help(&self) -> Option<String> {
        match self {
            Self::Fetch(error) => error.help(),
            Self::NoChart { near, .. } => {
                near.as_ref().map(|near| format!("did you mean `{near}`?"))
            }
            Self::Invalid { .. } => {
                Some("a repository's address is the one below which `index.yaml` lies".to_owned())
            }
            Self::Cache(error) => error.help(),
        }
    }
}
