//! What can go wrong with the cache itself.

use std::io;
use std::path::{Path, PathBuf};

/// A file of the cache that could not be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} `{}`: {error}", path.display())]
pub struct Error {
    verb: &'static str,
    path: PathBuf,
    error: io::Error,
}

impl Error {
    pub(crate) fn new(verb: &'static str, path: &Path, error: io::Error) -> Self {
        Self { verb, path: path.to_owned(), error }
    }

    pub fn help(&self) -> Option<String> {
        Some(match self.verb {
            // Of `vendor/`, which lies elsewhere.
            "use" => "`regatta deps vendor` writes it anew".to_owned(),
            _ => "REGATTA_CACHE names another folder for the cache".to_owned(),
        })
    }
}
