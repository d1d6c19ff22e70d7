//! Why a directory cannot be read, written or taken.

use plan::Reason;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "`{root}` belongs to the stack `{owner}`; destroy that first, or choose another directory for this one"
    )]
    OtherStack { root: String, owner: String },
    #[error("`{root}` is being changed by {holder}; wait for it, or end it")]
    Locked { root: String, holder: String },
    #[error("`{place}` changed after the plan was made; make a new plan")]
    Stale { place: String },
    #[error("`{place}` is a symbolic link; remove it, links are not followed below the directory")]
    Link { place: String },
    #[error("`{place}` leaves the directory; the index was changed by somebody else")]
    Outside { place: String },
    #[error("`{place}` is not a file; move away what stands there")]
    NoFile { place: String },
    #[error("`{place}` cannot be read as what Regatta writes there: {message}")]
    Index { place: String, message: String },
    #[error("{doing} `{place}`")]
    System { doing: &'static str, place: String, source: std::io::Error },
}

impl Error {
    pub fn reason(&self) -> Reason {
        match self {
            Self::OtherStack { .. } => Reason::OtherStack,
            Self::Locked { .. } => Reason::Locked,
            Self::Stale { .. } => Reason::Stale,
            Self::Link { .. }
            | Self::Outside { .. }
            | Self::NoFile { .. }
            | Self::Index { .. }
            | Self::System { .. } => Reason::Failed,
        }
    }

    /// With its cause, on one line.
    pub fn full(&self) -> String {
        match self {
            Self::System { source, .. } => format!("{self}: {source}"),
            _ => self.to_string(),
        }
    }
}
