//! What is asked for: a source, what narrows its versions, and who asks.

use std::fmt;
use std::sync::Arc;

use crate::{Access, Digest, Source};

/// One chart that releases or other charts want.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub source: Source,
    pub narrowed: Narrowed,
    pub access: Arc<Access>,
    pub trust: Trust,
    /// False: the newest that fits is looked for on every run, and the lock file does not mention it.
    pub pinned: bool,
    /// Who asks, as a message says it: `release api`, `chart ./charts/web`.
    pub by: Vec<String>,
}

/// What narrows the versions of a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Narrowed {
    /// The newest stable version.
    Newest,
    /// A version or range by the rules of Masterminds/semver.
    Range(String),
    /// The digest of a registry's manifest.
    Digest(Digest),
    /// A branch, tag or commit of a git repository.
    Reference(String),
}

/// As a message and the column `asked for` show it.
impl fmt::Display for Narrowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => formatter.write_str("newest"),
            Self::Range(text) | Self::Reference(text) => formatter.write_str(text),
            Self::Digest(digest) => write!(formatter, "sha256:{digest}"),
        }
    }
}

/// Whose signature a chart must carry; nobody's where both are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trust {
    /// OpenPGP public keys, binary or armoured, one of which must have signed the provenance file.
    pub keyring: Option<Arc<[u8]>>,
    /// A PEM public key by which cosign signed the chart in its registry.
    pub cosign_key: Option<Arc<str>>,
}
