//! `vendor/`: archives beside the manifest, under names that people can read, asked before the cache and the network.
//!
//! Its `charts.txt` says which file has which digest, and which names of the cache stand for it:
//!
//! ```text
//! sha256:HEX api-1.2.3-1a2b3c4d.tgz
//! sha256:HEX web-1.0.0-5e6f7a8b.tgz git COMMIT URL//PATH
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, read};
use crate::Digest;

/// The file that lists the others.
pub(crate) const LIST: &str = "charts.txt";

/// The archives of a folder, as its list had them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    folder: PathBuf,
    files: BTreeMap<Digest, String>,
    links: BTreeMap<String, Digest>,
}

impl Shelf {
    /// Reads the list of a folder; None where there is none.
    pub fn open(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(LIST);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        let odd = |line: usize| {
            let why = format!("line {line} is not `sha256:DIGEST FILE`");
            Error::new("use", &path, io::Error::other(why))
        };
        let mut shelf =
            Self { folder: folder.to_owned(), files: BTreeMap::new(), links: BTreeMap::new() };
        let text = String::from_utf8_lossy(&bytes);
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((digest, file, link)) = entry(line) else { return Err(odd(number + 1)) };
            shelf.files.insert(digest, file.to_owned());
            if let Some(link) = link {
                shelf.links.insert(link.to_owned(), digest);
            }
        }
        Ok(Some(shelf))
    }

    /// The names of all files that the list of a folder has, also where a merge left lines in it that are no entries.
    pub(crate) fn listed(folder: &Path) -> Result<BTreeSet<String>, Error> {
        let bytes = read(&folder.join(LIST))?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(entry).map(|(_, file, _)| file.to_owned()).collect())
    }

    /// An archive. One that is not what the list says is an error: nobody may change what was reviewed.
    pub(super) fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
        let Some(file) = self.files.get(&digest) else { return Ok(None) };
        let path = self.folder.join(file);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        if Digest::of(&bytes) == digest {
            return Ok(Some(bytes));
        }
        let why = format!("it is not sha256:{digest} as `{LIST}` says");
        Err(Error::new("use", &path, io::Error::other(why)))
    }

    pub(super) fn has(&self, digest: Digest) -> bool {
        self.files.get(&digest).is_some_and(|file| self.folder.join(file).is_file())
    }

    pub(super) fn link(&self, name: &str) -> Option<Digest> {
        self.links.get(name).copied()
    }
}

/// A digest, the file that has it, and what stands for it in the cache.
fn entry(line: &str) -> Option<(Digest, &str, Option<&str>)> {
    let mut words = line.trim_end().splitn(3, ' ');
    let digest = words.next()?.parse().ok()?;
    let file = words.next().filter(|file| is_plain(file))?;
    Some((digest, file, words.next()))
}

/// The name of a file that lies in the folder itself.
fn is_plain(file: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    !file.starts_with('.') && !file.is_empty() && file.bytes().all(fits)
}
