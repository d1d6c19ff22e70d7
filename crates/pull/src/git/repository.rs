//! Our bare copy of a repository, one per URL, shared by processes under a file lock.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::program::{self, FAR, NEAR, Task};
use crate::{Session, cache};

/// By what a repository counts its objects. One that counts by SHA-256 cannot be fetched into one that does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    /// Of the repository of a whole commit.
    pub(super) fn of(commit: &str) -> Self {
        if commit.len() == 64 { Self::Sha256 } else { Self::Sha1 }
    }
}

/// A repository that this process may read, and write if it holds it alone.
pub(super) struct Repository<'a> {
    session: &'a Session,
    environment: Arc<BTreeMap<String, String>>,
    url: &'a str,
    folder: PathBuf,
    /// Held until the end.
    _lock: File,
}

/// Longer than another process can need for all that it does with the repository.
const PATIENCE: Duration = Duration::from_secs(1800);
/// For outputs of which little is expected.
const SHORT: usize = 1 << 20;
/// For the names of all files.
pub(super) const LISTING: usize = 64 << 20;

impl<'a> Repository<'a> {
    /// For asking the server, whatever it counts by.
    pub(super) fn shared(session: &'a Session, url: &'a str) -> Result<Self, Error> {
        Self::open(session, url, Hash::Sha1, File::try_lock_shared)
    }

    /// For fetching, and for reading what was fetched.
    pub(super) fn alone(session: &'a Session, url: &'a str, hash: Hash) -> Result<Self, Error> {
        Self::open(session, url, hash, File::try_lock)
    }

    fn open(
        session: &'a Session,
        url: &'a str,
        hash: Hash,
        try_lock: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, Error> {
        let folder = session.cache.repository(&match hash {
            Hash::Sha1 => url.to_owned(),
            Hash::Sha256 => format!("sha256 {url}"),
        });
        let locked = session.cache.lock_of(&folder)?;
        if folder.exists() && !is_whole(&folder) {
            let _alone = lock(&locked, File::try_lock)?;
            // Another process may have been faster.
            if folder.exists() && !is_whole(&folder) {
                session.cache.remove_folder(&folder)?;
            }
        }
        let lock = lock(&locked, try_lock)?;
        let mut repository = Self {
            session,
            environment: Arc::clone(&session.environment),
            url,
            folder,
            _lock: lock,
        };
        if !is_whole(&repository.folder) {
            repository.make(hash)?;
        }
        repository.ask_nobody_by_ssh()?;
        Ok(repository)
    }

    pub(super) fn url(&self) -> &str {
        self.url
    }

    pub(super) fn git(
        &self,
        doing: &'static str,
        arguments: &[&str],
        input: Vec<u8>,
        most: usize,
        within: Duration,
    ) -> Result<Vec<u8>, Error> {
        let task = Task { doing, arguments, input, most, within };
        program::run(&self.environment, self.url, &self.folder, task)
    }

    /// Asks git a question that its exit status answers.
    pub(super) fn succeeds(&self, doing: &'static str, arguments: &[&str]) -> Result<bool, Error> {
        match self.git(doing, arguments, Vec::new(), LISTING, NEAR) {
            Ok(_) => Ok(true),
            Err(Error::Said { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes sure that a commit is here with all its files.
    pub(super) fn obtain(&self, commit: &str) -> Result<(), Error> {
        let reference = format!("refs/regatta/{commit}");
        if self.succeeds("find a commit", &["rev-parse", "--verify", "--quiet", &reference])? {
            return Ok(());
        }
        if self.session.offline {
            return Err(Error::Offline);
        }
        self.sweep_locks(&reference);
        let alone = format!("+{commit}:{reference}");
        let fetched = self.fetch(&["--depth=1"], &[&alone]);
        match fetched {
            Ok(()) => return Ok(()),
            Err(Error::Said { .. }) => {}
            Err(error) => return Err(error),
        }
        // Old servers, and those that serve plain files, only give whole histories.
        self.fetch_all()?;
        let object = format!("{commit}^{{commit}}");
        if !self.succeeds("find a commit", &["cat-file", "-e", &object])? {
            return Err(Error::NoReference(commit.to_owned()));
        }
        let name = ["update-ref", &reference, commit];
        self.git("name a commit", &name, Vec::new(), SHORT, NEAR).map(drop)
    }

    /// The whole commit that begins with these digits, if there is exactly one.
    pub(super) fn complete(&self, beginning: &str) -> Result<Option<String>, Error> {
        self.sweep_locks("HEAD");
        self.fetch_all()?;
        let disambiguate = format!("--disambiguate={beginning}");
        let arguments = ["rev-parse", &disambiguate];
        let objects = self.git("find a commit", &arguments, Vec::new(), SHORT, NEAR)?;
        let input = objects.clone();
        let check = ["cat-file", "--batch-check=%(objecttype) %(objectname)"];
        let kinds = self.git("find a commit", &check, input, SHORT, NEAR)?;
        let kinds = String::from_utf8_lossy(&kinds).into_owned();
        let mut commits = kinds.lines().filter_map(|line| line.strip_prefix("commit "));
        match (commits.next(), commits.next()) {
            (Some(commit), None) => Ok(Some(commit.to_owned())),
            (Some(_), Some(_)) => Err(Error::Ambiguous(beginning.to_owned())),
            (None, _) => Ok(None),
        }
    }

    /// Throws away what is damaged.
    pub(super) fn forget(&self) -> Result<(), Error> {
        Ok(self.session.cache.remove_folder(&self.folder)?)
    }

    fn fetch_all(&self) -> Result<(), Error> {
        let is_shallow = self.folder.join("shallow").is_file();
        let deeper: &[&str] = if is_shallow { &["--unshallow"] } else { &[] };
        self.fetch(
            deeper,
            &["+refs/heads/*:refs/remote/heads/*", "+refs/tags/*:refs/remote/tags/*"],
        )
    }

    fn fetch(&self, depth: &[&str], what: &[&str]) -> Result<(), Error> {
        let mut arguments = vec!["fetch", "--quiet", "--no-tags", "--force"];
        arguments.extend(["--no-recurse-submodules", "--upload-pack=git-upload-pack"]);
        arguments.extend(depth);
        arguments.extend(["--", self.url]);
        arguments.extend(what);
        self.git("fetch from the repository", &arguments, Vec::new(), SHORT, FAR).map(drop)
    }

    /// Git's own lock files: we hold the repository alone, so they are those of a process that was killed.
    fn sweep_locks(&self, reference: &str) {
        for name in ["HEAD", "config", "packed-refs", "shallow", reference] {
            drop(fs::remove_file(self.folder.join(format!("{name}.lock"))));
        }
    }

    /// Makes an empty repository aside, so that it appears whole.
    fn make(&self, hash: Hash) -> Result<(), Error> {
        let aside = self.session.cache.aside()?;
        let mut init = vec!["init", "--quiet", "--bare", "--template="];
        // Git before 2.29 does not know the option, and nothing but SHA-1.
        init.extend((hash == Hash::Sha256).then_some("--object-format=sha256"));
        let task = Task {
            doing: "make a repository",
            arguments: &init,
            input: Vec::new(),
            most: SHORT,
            within: NEAR,
        };
        program::run(&self.environment, self.url, &aside, task)?;
        match fs::rename(&aside, &self.folder) {
            Ok(()) => Ok(()),
            // Another process that only reads made it meanwhile.
            Err(_) if is_whole(&self.folder) => {
                drop(fs::remove_dir_all(&aside));
                Ok(())
            }
            Err(error) => Err(cache::Error::new("write", &self.folder, error).into()),
        }
    }

    /// Tells ssh not to ask for passwords and unknown hosts, unless the user has a command of their own for it.
    fn ask_nobody_by_ssh(&mut self) -> Result<(), Error> {
        let is_set = |name: &str| self.environment.get(name).is_some_and(|it| !it.is_empty());
        let is_users = is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH");
        if is_users || !self.url.starts_with("ssh://") {
            return Ok(());
        }
        if self.succeeds("read its configuration", &["config", "--get", "core.sshCommand"])? {
            return Ok(());
        }
        let command = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=30";
        Arc::make_mut(&mut self.environment).insert("GIT_SSH_COMMAND".into(), command.into());
        Ok(())
    }
}

/// Whether git takes a folder for a repository; what was left of one half removed is none.
fn is_whole(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// Waits for a lock, but not for ever.
fn lock(path: &Path, try_lock: fn(&File) -> Result<(), TryLockError>) -> Result<File, Error> {
    let because = |error| Error::Cache(cache::Error::new("lock", path, error));
    let file = File::options().create(true).append(true).open(path).map_err(because)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(Error::Busy(PATIENCE));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            // A network file system without locks: files still appear whole.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(file);
            }
            Err(TryLockError::Error(error)) => return Err(because(error)),
        }
    }
}
