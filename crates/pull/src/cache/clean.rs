//! What the cache holds, and throwing some of it away while other processes use it.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::{Cache, Error, walk};

/// What lies in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    pub folder: PathBuf,
    pub kinds: Vec<Kind>,
}

/// All entries of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As a table shows it: `charts`, `names`, `indexes`, `git repositories`, `leftovers`.
    pub name: &'static str,
    pub entries: usize,
    pub bytes: u64,
    /// When the entry was used that nobody used for longest.
    pub oldest: Option<SystemTime>,
}

/// What shall go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clean {
    /// What nobody used for so long. Less than a day counts as a day: what a running process uses must stay.
    Unused(Duration),
    /// Everything. A process that runs meanwhile may have to fetch again; it never sees half a file.
    All,
}

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub entries: usize,
    pub bytes: u64,
}

/// No run takes longer.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Nobody writes one file for so long.
const WRITING: Duration = Duration::from_secs(10 * 60);

impl Cache {
    pub fn info(&self) -> Result<Info, Error> {
        let mut kinds = Vec::new();
        for (name, place) in self.kinds() {
            let mut kind = Kind { name, entries: 0, bytes: 0, oldest: None };
            for entry in list(&place)? {
                kind.entries += 1;
                kind.bytes += entry.bytes;
                kind.oldest = Some(kind.oldest.map_or(entry.used, |it| it.min(entry.used)));
            }
            kinds.push(kind);
        }
        Ok(Info { folder: self.root.clone(), kinds })
    }

    /// Removes what is old, or everything, and what killed processes left half written.
    pub fn clean(&self, what: Clean, now: SystemTime) -> Result<Cleaned, Error> {
        let mut cleaned = Cleaned::default();
        for (_, place) in self.kinds() {
            let unused = match (what, place.is_aside()) {
                (Clean::All, true) => WRITING,
                (Clean::All, false) => Duration::ZERO,
                (Clean::Unused(_), true) => DAY,
                (Clean::Unused(time), false) => time.max(DAY),
            };
            for entry in list(&place)? {
                // A clock that was turned back makes entries of the future; they are as new as can be.
                let age = now.duration_since(entry.used).unwrap_or_default();
                if (age >= unused) && self.remove(&entry, &place)? {
                    cleaned.entries += 1;
                    cleaned.bytes += entry.bytes;
                }
            }
        }
        Ok(cleaned)
    }

    fn kinds(&self) -> [(&'static str, Place); 5] {
        [
            ("charts", Place::Files(self.root.join("blobs/sha256"))),
            ("names", Place::Files(self.root.join("links"))),
            ("indexes", Place::Files(self.root.join("indexes"))),
            ("git repositories", Place::Repositories(self.root.join("git"))),
            ("leftovers", Place::Aside(self.temporary())),
        ]
    }
}

enum Place {
    /// `HH/HEX` files.
    Files(PathBuf),
    /// `HH/HEX/` folders, locked by `HH/HEX.lock`.
    Repositories(PathBuf),
    /// Files and folders of any name.
    Aside(PathBuf),
}

impl Place {
    fn is_aside(&self) -> bool {
        matches!(self, Self::Aside(_))
    }
}

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

fn list(place: &Place) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    match place {
        Place::Aside(folder) => {
            for found in walk::entries(folder)? {
                entries.extend(entry(found.path())?);
            }
        }
        Place::Files(folder) | Place::Repositories(folder) => {
            for shelf in walk::entries(folder)? {
                for found in walk::entries(&shelf.path())? {
                    let path = found.path();
                    if path.extension().is_none_or(|extension| extension != "lock") {
                        entries.extend(entry(path)?);
                    }
                }
            }
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// A file or folder with all that is in it. What another process removes meanwhile is not there.
fn entry(path: PathBuf) -> Result<Option<Entry>, Error> {
    let facts = match fs::symlink_metadata(&path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::new("look at", &path, error)),
    };
    let mut used = facts.modified().map_err(|error| Error::new("look at", &path, error))?;
    let mut bytes = if facts.is_file() { facts.len() } else { 0 };
    if facts.is_dir() {
        for found in walk::entries(&path)? {
            if let Some(below) = entry(found.path())? {
                bytes += below.bytes;
                used = used.max(below.used);
            }
        }
    }
    Ok(Some(Entry { path, bytes, used }))
}

impl Cache {
    /// False where somebody uses it, or was faster.
    fn remove(&self, Entry { path, .. }: &Entry, place: &Place) -> Result<bool, Error> {
        if let Place::Repositories(_) = place {
            let lock = path.with_extension("lock");
            let Ok(lock) = File::options().append(true).open(lock) else { return Ok(false) };
            if lock.try_lock().is_err() || !path.exists() {
                return Ok(false);
            }
            return self.remove_folder(path).map(|()| true);
        }
        let result = fs::remove_file(path);
        let is_folder = || fs::symlink_metadata(path).is_ok_and(|facts| facts.is_dir());
        let result = if result.is_err() && is_folder() { fs::remove_dir_all(path) } else { result };
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::new("remove", path, error)),
        }
    }
}
