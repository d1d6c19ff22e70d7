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

mod error;
mod write;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

pub use error::Error;

use crate::Digest;

/// A folder of blobs and links. Any number of processes may use it at once: files appear whole, by rename.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// Below a folder, which is made with the first file.
    pub fn at(folder: &Path) -> Self {
        Self { root: folder.join("v1") }
    }

    /// A blob, if it is there and still what it was: a damaged one is removed and counts as absent.
    pub fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
        let path = self.blob_path(digest);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        if Digest::of(&bytes) == digest {
            return Ok(Some(bytes));
        }
        fs::remove_file(&path).map_err(|error| Error::new("remove the damaged", &path, error))?;
        Ok(None)
    }

    /// Keeps bytes and says by which digest they are found.
    pub fn keep(&self, bytes: &[u8]) -> Result<Digest, Error> {
        let digest = Digest::of(bytes);
        let path = self.blob_path(digest);
        if !path.exists() {
            write::whole(&self.temporary(), &path, bytes)?;
        }
        Ok(digest)
    }

    /// The blob that a name stands for. What is no digest counts as absent.
    pub fn link(&self, name: &str) -> Result<Option<Digest>, Error> {
        let found = read(&self.link_path(name))?;
        Ok(found.and_then(|bytes| String::from_utf8(bytes).ok()?.trim().parse().ok()))
    }

    /// Lets a name stand for a blob; the last to say so wins.
    pub fn set_link(&self, name: &str, digest: Digest) -> Result<(), Error> {
        write::whole(&self.temporary(), &self.link_path(name), digest.to_string().as_bytes())
    }

    /// Where what was read of a repository's index lies.
    pub(crate) fn index(&self, name: &str) -> PathBuf {
        below(&self.root.join("indexes"), Digest::of(name.as_bytes()))
    }

    /// Writes a file of the cache, over an older one.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        write::whole(&self.temporary(), path, bytes)
    }

    /// Where our copy of a git repository lies.
    pub(crate) fn repository(&self, url: &str) -> PathBuf {
        below(&self.root.join("git"), Digest::of(url.as_bytes()))
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
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let because = |error| Error::new("read", path, error);
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(because(error)),
    };
    if !file.metadata().map_err(because)?.is_file() {
        return Err(because(io::Error::other("it is no plain file")));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(because)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_its_digest_and_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        assert!(cache.blob(Digest::of(b"chart")).unwrap().is_none());
        let digest = cache.keep(b"chart").unwrap();
        assert_eq!(cache.blob(digest).unwrap().as_deref(), Some(&b"chart"[..]));
        cache.set_link("git abc x//y", digest).unwrap();
        assert_eq!(cache.link("git abc x//y").unwrap(), Some(digest));
        assert_eq!(cache.link("git abd x//y").unwrap(), None);
    }

    #[test]
    fn a_damaged_blob_counts_as_absent_and_is_kept_anew() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let digest = cache.keep(b"chart").unwrap();
        fs::File::create(cache.blob_path(digest)).unwrap();
        assert!(cache.blob(digest).unwrap().is_none());
        cache.keep(b"chart").unwrap();
        assert!(cache.blob(digest).unwrap().is_some());
    }

    #[test]
    fn nothing_half_written_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        cache.keep(b"chart").unwrap();
        assert!(cache.temporary().is_dir());
        assert!(walk(&cache.temporary()).is_empty());
    }

    #[expect(clippy::disallowed_methods, reason = "the test looks into the cache")]
    fn walk(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}
