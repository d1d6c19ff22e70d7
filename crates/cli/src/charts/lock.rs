//! `regatta.lock` on the disk, while a run reads it and adds to it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pull::{Lock, Wanted};
use source::{Problem, Problems, Source as Text};

use crate::disk;
use crate::workspace::Workspace;

/// The lock file as it was, and as it will be.
pub struct LockFile {
    pub path: PathBuf,
    /// The manifest's; `vendor/` lies there.
    pub folder: PathBuf,
    /// As messages call it.
    pub shown: String,
    /// None where there is no file yet.
    pub before: Option<Lock>,
    now: RefCell<Now>,
}

#[derive(Default)]
struct Now {
    lock: Lock,
    /// All that was asked for in this run, each once.
    wanted: Vec<Wanted>,
}

impl LockFile {
    /// Reads it, beside the manifest.
    pub fn open(workspace: &Workspace) -> Result<Self, Problems> {
        let manifest = workspace.disk.root.join(&workspace.file);
        let path = manifest.with_file_name("regatta.lock");
        let folder = manifest.parent().map(Path::to_owned).unwrap_or_default();
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
        let now = Now { lock: before.clone().unwrap_or_default(), ..Now::default() };
        Ok(Self { path, folder, shown, before, now: RefCell::new(now) })
    }

    /// None on the disk: for a folder that is no workspace, where every run looks for the newest.
    pub(super) fn nowhere(folder: &Path) -> Self {
        let (path, folder) = (PathBuf::new(), folder.to_owned());
        Self { path, folder, shown: String::new(), before: None, now: RefCell::default() }
    }

    pub fn lock(&self) -> Lock {
        self.now.borrow().lock.clone()
    }

    /// Whether all of it has been asked for in this run.
    pub(super) fn knows(&self, wanted: &[Wanted]) -> bool {
        let now = self.now.borrow();
        wanted.iter().all(|one| one.pinned && now.wanted.iter().any(|it| is_same(it, one)))
    }

    /// Takes over what a resolution made of it for what was asked.
    pub fn add(&self, resolved: Lock, wanted: &[Wanted]) {
        let mut now = self.now.borrow_mut();
        now.lock = resolved;
        for one in wanted {
            match now.wanted.iter_mut().find(|it| is_same(it, one)) {
                Some(known) => known.by.extend(one.by.clone()),
                None => now.wanted.push(one.clone()),
            }
        }
    }

    /// All that was asked for since the file was opened, sorted by source.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = self.now.borrow().wanted.clone();
        for one in &mut wanted {
            one.by.sort();
            one.by.dedup();
        }
        let key = |one: &Wanted| (one.source.clone(), one.narrowed.clone(), one.pinned);
        wanted.sort_by_key(key);
        wanted
    }

    /// Forgets what nobody asked for in this run.
    pub fn prune(&self) {
        let mut now = self.now.borrow_mut();
        let Now { lock, wanted } = &mut *now;
        let pinned = wanted.iter().filter(|one| one.pinned);
        let asked = pinned.map(|one| (one.source.clone(), one.narrowed.to_string()));
        lock.retain(&asked.collect::<BTreeSet<_>>());
    }

    /// Whether it is not what it was.
    pub fn is_changed(&self) -> bool {
        let now = self.lock();
        match &self.before {
            Some(before) => *before != now,
            None => !now.entries().is_empty(),
        }
    }

    /// Writes the file where it changed, unless it must stay as it is; by rename: a link in its place is replaced, not
    /// followed.
    pub fn save(&self, is_locked: bool) -> Result<(), Problem> {
        if !self.is_changed() {
            return Ok(());
        }
        if is_locked {
            let message = format!("{} would change", self.shown);
            return Err(Problem::error("lock-changed", message)
                .help("run `regatta deps lock` without `--locked` and commit the file"));
        }
        let now = self.lock();
        disk::replace(&self.path, now.write()).map_err(|error| {
            Problem::error("lock-unwritable", format!("cannot write `{}`: {error}", self.shown))
        })
    }
}

/// The same is asked for.
fn is_same(one: &Wanted, other: &Wanted) -> bool {
    (&one.source, &one.narrowed, one.pinned) == (&other.source, &other.narrowed, other.pinned)
}
