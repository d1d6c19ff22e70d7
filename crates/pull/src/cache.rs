//! What was fetched, kept by content and shared by processes: a blob is found by its SHA-256, a link says which blob a
//! name stands for.
//!
//! ```text
//! ROOT/v1/blobs/sha256/HH/HEX    bytes; named by their digest, checked on every read
//! ROOT/v1/links/HH/HEX           the digest of a blob, under the digest of a name (`git COMMIT URL//PATH`)
//! ROOT/v1/indexes/HH/HEX         what was read of a repository's index, under the digest of its address
//! ROOT/v1/git/HH/HEX/            our bare copy of a git repository, under the digest of its URL
//! ROOT/v1/git/HH/HEX.lock        held by whoever uses that copy
//! ROOT/v1/temporary/             what is being written; becomes visible by rename
//! ```

mod clean;
mod error;
pub(crate) mod shelf;
mod used;
pub(crate) mod walk;
pub(crate) mod write;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use clean::{Clean, Cleaned, Info, Kind};
pub use error::Error;
pub use shelf::Shelf;

use crate::Digest;

/// A folder of blobs and links. Any number of processes may use it at once: files appear whole, by rename.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    /// Asked first.
    shelf: Option<Arc<Shelf>>,
    /// What this process put into it.
    written: Arc<Mutex<BTreeSet<Digest>>>,
}

/// Where a blob comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Vendor,
    /// It was in the cache before.
    Cache,
    Fetched,
}

impl Cache {
    /// Below a folder, which is made with the first file.
    pub fn at(folder: &Path) -> Self {
        Self { root: folder.join("v1"), shelf: None, written: Arc::default() }
    }

    /// The same cache behind what is vendored.
    pub fn with_shelf(self, shelf: Shelf) -> Self {
        Self { shelf: Some(Arc::new(shelf)), ..self }
    }

    /// A blob, if it is there and still what it was: a damaged one is removed and counts as absent.
    pub fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
        if let Some(shelf) = &self.shelf
            && let Some(bytes) = shelf.blob(digest)?
        {
            return Ok(Some(bytes));
        }
        self.cached(digest)
    }

    /// A blob of the cache itself.
    pub(crate) fn cached(&self, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.blob_path(digest);
        let Some(read) = open(&path)? else { return Ok(None) };
        if Digest::of(&read.bytes) == digest {
            used::note(&read.file, &read.facts);
            return Ok(Some(read.bytes));
        }
        drop(read);
        // Where nothing may be written it stays, and is never used.
        drop(fs::remove_file(&path));
        Ok(None)
    }

    /// Where a blob that was found comes from.
    pub fn origin(&self, digest: Digest) -> Origin {
        if self.shelf.as_ref().is_some_and(|shelf| shelf.has(digest)) {
            Origin::Vendor
        } else if self.written().contains(&digest) {
            Origin::Fetched
        } else {
            Origin::Cache
        }
    }

    /// Keeps bytes and says by which digest they are found.
    pub fn keep(&self, bytes: &[u8]) -> Result<Digest, Error> {
        let digest = Digest::of(bytes);
        let path = self.blob_path(digest);
        match open(&path)?.filter(|kept| kept.bytes == bytes) {
            Some(kept) => used::note(&kept.file, &kept.facts),
            None => {
                write::whole(&self.temporary(), &path, bytes)?;
                self.written().insert(digest);
            }
        }
        Ok(digest)
    }

    /// The blob that a name stands for. What is no digest counts as absent.
    pub fn link(&self, name: &str) -> Result<Option<Digest>, Error> {
        if let Some(digest) = self.shelf.as_ref().and_then(|shelf| shelf.link(name)) {
            return Ok(Some(digest));
        }
        let path = self.link_path(name);
        let Some(read) = open(&path)? else { return Ok(None) };
        used::note(&read.file, &read.facts);
        Ok(String::from_utf8(read.bytes).ok().and_then(|text| text.trim().parse().ok()))
    }

    /// Lets a name stand for a blob; the last to say so wins.
    pub fn set_link(&self, name: &str, digest: Digest) -> Result<(), Error> {
        if self.link(name)? == Some(digest) {
            return Ok(());
        }
        write::whole(&self.temporary(), &self.link_path(name), digest.to_string().as_bytes())
    }

    /// Where what was read of a repository's index lies.
    pub(crate) fn index(&self, name: &str) -> PathBuf {
        let path = below(&self.root.join("indexes"), Digest::of(name.as_bytes()));
        used::now(&path);
        path
    }

    /// Writes a file of the cache, over an older one.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        write::whole(&self.temporary(), path, bytes)
    }

    /// Where our copy of a git repository lies.
    pub(crate) fn repository(&self, url: &str) -> PathBuf {
        let path = below(&self.root.join("git"), Digest::of(url.as_bytes()));
        used::now(&path.join("HEAD"));
        path
    }

    /// The lock file of a folder of the cache, which may then be made.
    pub(crate) fn lock_of(&self, folder: &Path) -> Result<PathBuf, Error> {
        let parent = folder.parent().expect("a folder of the cache lies in another");
        write::make_folder(parent)?;
        Ok(folder.with_extension("lock"))
    }

    /// An empty folder in which something may be made that appears whole, by rename.
    pub(crate) fn aside(&self) -> Result<PathBuf, Error> {
        Ok(write::aside(&self.temporary(), |path| fs::create_dir(path))?.0)
    }

    /// Removes a folder of the cache, so that it is gone at once: half of it would pass for the whole.
    pub(crate) fn remove_folder(&self, folder: &Path) -> Result<(), Error> {
        let aside = self.aside()?;
        let because = |error| Error::new("remove", folder, error);
        fs::rename(folder, aside.join("removed")).map_err(because)?;
        fs::remove_dir_all(&aside).map_err(because)
    }

    fn written(&self) -> MutexGuard<'_, BTreeSet<Digest>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn blob_path(&self, digest: Digest) -> PathBuf {
        below(&self.root.join("blobs/sha256"), digest)
    }

    fn link_path(&self, name: &str) -> PathBuf {
        below(&self.root.join("links"), Digest::of(name.as_bytes()))
    }

    fn temporary(&self) -> PathBuf {
        self.root.join("temporary")
    }
}

fn below(folder: &Path, digest: Digest) -> PathBuf {
    let name = digest.to_string();
    folder.join(&name[..2]).join(name)
}

/// A file's bytes; None where there is none. What is no plain file is refused: a pipe would wait for ever.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    Ok(open(path)?.map(|read| read.bytes))
}

/// A file that was read, still open.
struct Read {
    file: fs::File,
    facts: fs::Metadata,
    bytes: Vec<u8>,
}

fn open(path: &Path) -> Result<Option<Read>, Error> {
    let because = |error| Error::new("read", path, error);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(because(error)),
    };
    let facts = file.metadata().map_err(because)?;
    if !facts.is_file() {
        return Err(because(io::Error::other("it is no plain file")));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(because)?;
    Ok(Some(Read { file, facts, bytes }))
}

#[cfg(test)]
mod tests;
