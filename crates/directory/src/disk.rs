//! Files below one directory: read whole, written by rename, deleted; never through a link and never outside.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use plan::{Live, digest};

use crate::Error;
use crate::stage::{self, Content, DURABLE};

/// Where contents are staged; a kill may leave it, and the next run removes it.
const NEW: &str = ".regatta-new";

pub(crate) struct Disk {
    root: PathBuf,
    /// Directories whose entries changed since they were last made durable.
    changed: BTreeSet<PathBuf>,
    /// How many contents were staged, which names the next one.
    staged: usize,
    /// How many more changes succeed; what comes after fails as if the process had been killed.
    #[cfg(test)]
    pub(crate) changes_left: Option<u32>,
}

/// A content that is written and not yet in its place.
#[derive(Debug)]
pub(crate) struct Staged(PathBuf);

impl Disk {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            changed: BTreeSet::new(),
            staged: 0,
            #[cfg(test)]
            changes_left: None,
        }
    }

    /// The bytes of a file; none where nothing stands.
    pub(crate) fn read(&self, place: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.resolve(place)?;
        let failed = |source| Error::System { doing: "read", place: self.shown(place), source };
        match fs::symlink_metadata(&path) {
            Ok(metadata) if !metadata.is_file() => Err(Error::NoFile { place: self.shown(place) }),
            Ok(_) => {
                let mut bytes = Vec::new();
                let mut file = File::open(&path).map_err(failed)?;
                file.read_to_end(&mut bytes).map_err(failed)?;
                Ok(Some(bytes))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(crate) fn live(&self, place: &str) -> Result<Live, Error> {
        Ok(match self.read(place)? {
            None => Live::Missing,
            Some(bytes) => {
                Live::Present { digest: digest(&bytes), text: String::from_utf8(bytes).ok() }
            }
        })
    }

    /// Replaces a file as a whole: whoever looks sees the old bytes or the new ones.
    pub(crate) fn write(&mut self, place: &str, content: Content<'_>) -> Result<(), Error> {
        let staged = self.stage(&[content])?;
        staged.into_iter().try_for_each(|staged| self.put(staged, place))
    }

    /// Writes contents where nobody looks, ready to be put in their places. A full disk shows here, before anything changed.
    pub(crate) fn stage(&mut self, contents: &[Content<'_>]) -> Result<Vec<Staged>, Error> {
        let failed = |root: &Path| {
            let place = root.join(NEW).display().to_string();
            move |source| Error::System { doing: "write", place, source }
        };
        self.spend(NEW)?;
        let directory = self.resolve(NEW)?;
        fs::create_dir_all(&directory).map_err(failed(&self.root))?;
        let mut staged = Vec::new();
        let mut stopped = Ok(());
        for content in contents {
            stopped = self.spend(NEW);
            if stopped.is_err() {
                break;
            }
            staged.push((directory.join(self.staged.to_string()), *content));
            self.staged += 1;
        }
        stage::write_all(&staged).map_err(failed(&self.root))?;
        stopped.map(|()| staged.into_iter().map(|(path, _)| Staged(path)).collect())
    }

    /// Renames a staged content to its place.
    pub(crate) fn put(&mut self, staged: Staged, place: &str) -> Result<(), Error> {
        let path = self.resolve(place)?;
        self.spend(place)?;
        self.create_directories(&path)?;
        self.spend(place)?;
        fs::rename(&staged.0, &path).map_err(|source| Error::System {
            doing: "write",
            place: self.shown(place),
            source,
        })?;
        self.changed.extend(path.parent().map(Path::to_owned));
        Ok(())
    }

    /// Removes a file and the directories that become empty.
    pub(crate) fn delete(&mut self, place: &str) -> Result<(), Error> {
        let path = self.resolve(place)?;
        self.spend(place)?;
        match fs::remove_file(&path) {
            Ok(()) => self.changed.extend(path.parent().map(Path::to_owned)),
            Err(error) if is_absent(&error) => {}
            Err(source) => {
                return Err(Error::System { doing: "delete", place: self.shown(place), source });
            }
        }
        self.spend(place)?;
        self.remove_empty(&path)
    }

    /// Whether a write was interrupted before its rename.
    pub(crate) fn has_leftover(&self) -> bool {
        fs::symlink_metadata(self.root.join(NEW)).is_ok()
    }

    pub(crate) fn remove_leftover(&mut self) -> Result<(), Error> {
        self.spend(NEW)?;
        match fs::remove_dir_all(self.root.join(NEW)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(Error::System { doing: "delete", place: self.shown(NEW), source }),
        }
    }

    /// Removes the directories of places that hold nothing: a run was killed before it came to write there.
    pub(crate) fn sweep(&mut self, places: &[String]) -> Result<(), Error> {
        for place in places {
            let path = self.resolve(place)?;
            self.remove_empty(&path)?;
        }
        Ok(())
    }

    /// Makes all changes so far survive a loss of power.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        for directory in std::mem::take(&mut self.changed) {
            if !DURABLE {
                continue;
            }
            let synced = File::open(&directory).and_then(|directory| directory.sync_all());
            match synced {
                Ok(()) => {}
                // It became empty and went.
                Err(error) if is_absent(&error) => {}
                Err(source) => {
                    let place = directory.display().to_string();
                    return Err(Error::System { doing: "write", place, source });
                }
            }
        }
        Ok(())
    }

    fn create_directories(&mut self, path: &Path) -> Result<(), Error> {
        let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) else { return Ok(()) };
        let created = parent.ancestors().take_while(|directory| !directory.is_dir());
        let with_new_entries: Vec<PathBuf> =
            created.filter_map(Path::parent).map(Path::to_owned).collect();
        fs::create_dir_all(parent).map_err(|source| Error::System {
            doing: "create",
            place: parent.display().to_string(),
            source,
        })?;
        self.changed.extend(with_new_entries);
        Ok(())
    }

    /// Goes up from a deleted file and stops at the first directory that still holds something.
    fn remove_empty(&mut self, path: &Path) -> Result<(), Error> {
        for directory in path.ancestors().skip(1) {
            if directory == self.root || !directory.starts_with(&self.root) {
                break;
            }
            match fs::remove_dir(directory) {
                Ok(()) => self.changed.extend(directory.parent().map(Path::to_owned)),
                Err(error) if is_absent(&error) => {}
                Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => break,
                Err(source) => {
                    let place = directory.display().to_string();
                    return Err(Error::System { doing: "delete", place, source });
                }
            }
        }
        Ok(())
    }

    /// The path of a place. Every part must be a plain name, and none of what exists of it a link.
    fn resolve(&self, place: &str) -> Result<PathBuf, Error> {
        let mut path = self.root.clone();
        for part in place.split('/') {
            if part.is_empty() || part == "." || part == ".." || part.contains(['\\', '\0']) {
                return Err(Error::Outside { place: place.to_owned() });
            }
            path.push(part);
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
                return Err(Error::Link { place: path.display().to_string() });
            }
        }
        Ok(path)
    }

    pub(crate) fn shown(&self, place: &str) -> String {
        self.root.join(place).display().to_string()
    }

    #[cfg(test)]
    fn spend(&mut self, place: &str) -> Result<(), Error> {
        match &mut self.changes_left {
            None => Ok(()),
            Some(0) => Err(Error::System {
                doing: "write",
                place: place.to_owned(),
                source: std::io::Error::other("killed by the test"),
            }),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests count and stop here")]
    fn spend(&mut self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// A file stands where a directory should be, or nothing stands at all.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
