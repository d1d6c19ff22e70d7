//! Why a chart does not count as signed.

use sprig::InvalidKey;

use crate::oci;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the key that should have signed it cannot be used: {0}")]
    Key(InvalidKey),
    #[error("`{chart}` is not signed")]
    Unsigned { chart: String },
    #[error(
        "`{chart}` is not signed by the key that should have signed it; signatures found: {signatures}"
    )]
    Untrusted { chart: String, signatures: usize },
    #[error(transparent)]
    Oci(#[from] oci::Error),
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Oci(error) => error.id(),
            _ => "chart-signature",
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Key(_) => Some("`cosign public-key` prints the key that is wanted".to_owned()),
            Self::Unsigned { .. } => Some("`cosign sign --key` signs it".to_owned()),
            Self::Untrusted { .. } => {
                Some("look who signed it before another key is trusted".to_owned())
            }
            Self::Oci(error) => error.help(),
        }
    }
}
