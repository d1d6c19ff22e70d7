//! `regatta.lock` on the disk, while a run reads it and adds to it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pull::{Lock, Source};
use source::{Problem, Problems, Source as Text};

use super::Remote;
use crate::disk;
use crate::workspace::Workspace;

/// The lock file as it was, and as it will be.
pub struct LockFile {
    pub path: PathBuf,
    /// As messages call it.
    pub shown: String,
    /// None where there is no file yet.
    pub before: Option<Lock>,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    lock: Lock,
    /// All that was asked for in this run.
    asked: BTreeSet<(Source, String)>,
}

impl LockFile {
    /// Reads it, beside the manifest.
    pub fn open(workspace: &Workspace) -> Result<Self, Problems> {
        let manifest = workspace.disk.root.join(&workspace.file);
        let path = manifest.with_file_name("regatta.lock");
        let shown = disk::shown(&path, &workspace.standing);
        let before = match disk::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Some(Lock::read(&Text::new(shown.clone(), text))?)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let message = format!("cannot read `{shown}`: {error}");
                return Err(vec![Problem::error("lock-unreadable", message)]);
            }
        };
        let now = Mutex::new(Now { lock: before.clone().unwrap_or_default(), ..Now::default() });
        Ok(Self { path, shown, before, now })
    }

    pub fn lock(&self) -> Lock {
        self.now().lock.clone()
    }

    /// Takes over what a resolution chose for what was asked.
    pub fn add(&self, resolved: &Lock, asked: impl IntoIterator<Item = (Source, String)>) {
        let mut now = self.now();
        for entry in resolved.entries() {
            now.lock.add(entry.clone());
        }
        now.asked.extend(asked);
    }

    /// Forgets what nobody asked for in this run.
    pub fn prune(&self) {
        let mut now = self.now();
        let Now { lock, asked } = &mut *now;
        lock.retain(asked);
    }

    /// Writes the file where something was added to it, by rename: a link in its place is replaced, not followed.
    pub fn save(&self, remote: &Remote) -> Result<(), Problem> {
        let now = self.lock();
        let is_same = match &self.before {
            Some(before) => *before == now,
            None => now.entries().is_empty(),
        };
        if is_same {
            return Ok(());
        }
        disk::replace(&self.path, &now.write()).map_err(|error| {
            Problem::error("lock-unwritable", format!("cannot write `{}`: {error}", self.shown))
        })?;
        remote.lock_written(self);
        Ok(())
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
