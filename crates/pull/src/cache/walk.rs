//! The one place that lists folders.

use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;

use super::Error;

/// What lies in a folder; nothing where there is none.
#[expect(clippy::disallowed_methods, reason = "the cache looks after its own folder")]
pub(crate) fn entries(folder: &Path) -> Result<Vec<DirEntry>, Error> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Ok(entries) => Ok(entries),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::new("list", folder, error)),
    }
}
