//! What could not be had, for whom, and why: one clear problem per chart.

use source::Problem;

use crate::{Narrowed, Source, archive, cache, cosign, git, index, oci};

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
    Oci(#[from] oci::Error),
    #[error(transparent)]
    Index(#[from] index::Error),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error(transparent)]
    Cosign(#[from] cosign::Error),
}

impl Error {
    /// Stable, kebab-case.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Cache(_) => "chart-cache",
            Self::Git(_) => "chart-git",
            Self::Oci(error) => error.id(),
            Self::Index(error) => error.id(),
            Self::Archive(error) => error.id(),
            Self::Cosign(error) => error.id(),
        }
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Cache(error) => error.help(),
            Self::Git(error) => error.help(),
            Self::Oci(error) => error.help(),
            Self::Index(error) => error.help(),
            Self::Archive(error) => error.help(),
            Self::Cosign(error) => error.help(),
        }
    }
}

impl Failure {
    /// One problem that names the chart, who asked for it and the reason.
    pub fn problem(&self) -> Problem {
        let by =
            if self.by.is_empty() { String::new() } else { format!(" for {}", self.by.join(", ")) };
        let message =
            format!("cannot get `{}` ({}){by}: {}", self.source, self.narrowed, self.error);
        let problem = Problem::error(self.error.id(), message);
        match self.error.help() {
            Some(help) => problem.help(help),
            None => problem,
        }
    }
}
