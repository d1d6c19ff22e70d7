//! What could not be had, for whom, and why: one clear problem per chart.

use source::{Problem, Problems};

use crate::{
    InvalidRange, Narrowed, Source, Wanted, archive, cache, cosign, git, index, oci, provenance,
};

/// A chart that could not be had.
#[derive(Debug)]
pub struct Failure {
    pub source: Source,
    pub narrowed: Narrowed,
    /// Who asked, as messages say it.
    pub by: Vec<String>,
    pub error: Error,
}

/// Why not. Messages of servers stand in it without control characters, addresses without credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cache(#[from] cache::Error),
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error(transparent)]
    Provenance(#[from] provenance::Error),
    #[error(transparent)]
    Oci(#[from] oci::Error),
    #[error(transparent)]
    Index(#[from] index::Error),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error(transparent)]
    Cosign(#[from] cosign::Error),
    #[error(transparent)]
    Range(#[from] InvalidRange),
    #[error("`{asked}` says nothing to {has}")]
    Meaningless { asked: String, has: &'static str },
    #[error("the lock file does not have it")]
    NotLocked,
    #[error("no version fits `{asked}`; the newest there are {there}")]
    NoVersion {
        asked: String,
        there: String,
        /// One of them is a pre-release.
        prerelease: bool,
    },
    #[error("it has no version at all")]
    Nothing,
    #[error("the chart in it is called `{name}`")]
    OtherName { name: String },
    #[error("it was taken for version {asked} and is {found}")]
    OtherVersion { asked: String, found: String },
    #[error("the lock file takes it for version {locked}, and its archive is `{name}` {version}")]
    OtherThanLocked { locked: String, name: String, version: String },
    #[error("{}", first(.0))]
    Chart(Problems),
    #[error("its signature cannot be checked: {0}")]
    Unsigned(&'static str),
    #[error("its archive has just been removed from the cache")]
    Vanished,
}

fn first(problems: &Problems) -> &str {
    problems.first().map_or("it is no chart", |problem| problem.message.as_str())
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Cache(_) => "chart-cache",
            Self::Git(_) => "chart-git",
            Self::Provenance(_) => "chart-signature",
            Self::Oci(error) => error.id(),
            Self::Index(error) => error.id(),
            Self::Archive(error) => error.id(),
            Self::Cosign(error) => error.id(),
            Self::Range(_) | Self::Meaningless { .. } => "chart-range",
            Self::NotLocked => "chart-not-locked",
            Self::NoVersion { .. } | Self::Nothing => "chart-no-version",
            Self::OtherName { .. } | Self::OtherVersion { .. } | Self::OtherThanLocked { .. } => {
                "chart-is-another"
            }
            Self::Chart(_) => "chart-broken",
            Self::Unsigned(_) => "chart-unsigned",
            Self::Vanished => "chart-cache",
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Cache(error) => error.help(),
            Self::Git(error) => error.help(),
            Self::Provenance(error) => error.help(),
            Self::Oci(error) => error.help(),
            Self::Index(error) => error.help(),
            Self::Archive(error) => error.help(),
            Self::Cosign(error) => error.help(),
            Self::Range(_) => "write `1.2.3`, `~1.2`, `^1` or `>=1.2, <2`".to_owned().into(),
            Self::Meaningless { .. } => {
                "`version` is for repositories and registries; an address of git names a branch, tag or commit: `?ref=v1.2.3`"
                    .to_owned()
                    .into()
            }
            Self::OtherThanLocked { .. } => {
                "remove the entry from regatta.lock and run `regatta deps lock`".to_owned().into()
            }
            Self::NotLocked => {
                "`regatta deps lock` adds it; commit regatta.lock then".to_owned().into()
            }
            Self::NoVersion { prerelease: false, .. } => None,
            Self::NoVersion { .. } => {
                "a pre-release counts only where the range names one: `^1.0.0-0`".to_owned().into()
            }
            Self::OtherName { .. } | Self::OtherVersion { .. } => {
                "whoever serves it mixed charts up, or somebody put another in its place"
                    .to_owned()
                    .into()
            }
            Self::Chart(problems) => problems.first().and_then(|problem| problem.help.clone()),
            Self::Unsigned(_) => {
                "its repository or release asks for one under `provenance`".to_owned().into()
            }
            Self::Nothing => None,
            Self::Vanished => "run it again".to_owned().into(),
        }
    }
}

impl Failure {
    pub fn of(wanted: &Wanted, error: Error) -> Self {
        Self {
            source: wanted.source.clone(),
            narrowed: wanted.narrowed.clone(),
            by: wanted.by.clone(),
            error,
        }
    }

    /// One problem that names the chart, who asked for it and the reason.
    pub fn problem(&self) -> Problem {
        let by =
            if self.by.is_empty() { String::new() } else { format!(" for {}", self.by.join(", ")) };
        let message =
            format!("cannot get `{}` ({}){by}: {}", self.source, self.narrowed, self.error);
        Problem::error(self.error.id(), message).help_if(self.error.help())
    }
}
