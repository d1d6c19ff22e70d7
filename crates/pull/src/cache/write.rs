//! Files that appear whole: written aside, then renamed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Error;

/// Writes a file, over an older one. `temporary` is a folder of the same file system.
pub(crate) fn whole(temporary: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().expect("a file of the cache lies in a folder of it");
    make_folder(folder)?;
    let (aside, mut file) = aside(temporary, |path| fs::File::create_new(path))?;
    let written = file.write_all(bytes).and_then(|()| fs::rename(&aside, path));
    written.map_err(|error| {
        // The first error counts; what is left aside is swept by `cache clean`.
        drop(fs::remove_file(&aside));
        Error::new("write", path, error)
    })
}

/// A new file or folder under a name that no other process and no other thread uses.
pub(crate) fn aside<T>(
    temporary: &Path,
    create: impl Fn(&Path) -> io::Result<T>,
) -> Result<(PathBuf, T), Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    make_folder(temporary)?;
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = temporary.join(format!(".{}-{count}", process::id()));
        match create(&path) {
            Ok(created) => return Ok((path, created)),
            // A process of another container has the same number, or one of an earlier boot that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::new("write", &path, error)),
        }
    }
}

/// Makes a folder with those above it; what is in it may be private.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| Error::new("make", path, error))
}
