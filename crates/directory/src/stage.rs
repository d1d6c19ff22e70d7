//! Contents on their way to their places: written and made durable side by side, renamed one by one later.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Unit tests run thousands of writes and lose no power.
pub(crate) const DURABLE: bool = !cfg!(test);

/// Each waits for the disk nearly all of the time; eight together take a tenth of the time of one after the other.
const WRITERS: usize = 8;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    Everybody,
    /// 0600
    Owner,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) readers: Readers,
}

/// Writes each content to its path, where nothing may stand. The first failure is given; others may have been written.
pub(crate) fn write_all(contents: &[(PathBuf, Content<'_>)]) -> std::io::Result<()> {
    let share = contents.len().div_ceil(WRITERS).max(1);
    std::thread::scope(|scope| {
        let writers: Vec<_> = contents
            .chunks(share)
            .map(|share| {
                scope.spawn(|| share.iter().try_for_each(|(path, content)| write(path, *content)))
            })
            .collect();
        writers.into_iter().try_for_each(|writer| {
            writer.join().unwrap_or_else(|_| Err(std::io::Error::other("a writer gave up")))
        })
    })
}

fn write(path: &Path, content: Content<'_>) -> std::io::Result<()> {
    let mut file = create(path, content.readers)?;
    file.write_all(content.bytes)?;
    if DURABLE {
        file.sync_all()?;
    }
    Ok(())
}

fn create(path: &Path, readers: Readers) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(match readers {
            Readers::Everybody => 0o644,
            Readers::Owner => 0o600,
        });
    }
    #[cfg(not(unix))]
    let _ = readers;
    options.open(path)
}
