//! Files that appear whole: written aside, then renamed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;

/// Writes a file, over an older one. `temporary` is a folder of the same file system.
pub(super) fn whole(temporary: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().expect("a file of the cache lies in a folder of it");
    for needed in [temporary, folder] {
        fs::create_dir_all(needed).map_err(|error| Error::new("make", needed, error))?;
    }
    let (aside, mut file) = aside(temporary)?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&aside, path));
    written.map_err(|error| {
        // The first error counts; what is left aside is swept by `cache clean`.
        drop(fs::remove_file(&aside));
        Error::new("write", path, error)
    })
}

/// A new file under a name that no other process and no other thread uses.
fn aside(folder: &Path) -> Result<(PathBuf, fs::File), Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{count}", process::id()));
        match fs::File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            // A process of an earlier boot had the same number and was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::new("write", &path, error)),
        }
    }
}
