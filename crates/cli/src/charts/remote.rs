//! The network's side of a run: where fetched charts are kept, whether anything may be fetched, and the runtime that does it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chart::Chart;
use pull::cache::{Origin, Shelf};
use pull::oci::Logins;
use pull::resolve::{Found, Newest, Policy, Update, resolve};
use pull::vendor::{self, Changes};
use pull::{Cache, Digest, Login, Session, Source, Wanted};
use source::{Problem, Problems};
use tokio::runtime::Runtime;

use super::LockFile;
use super::library::{Library, Place};
use crate::args::Charts as Flags;
use crate::progress::Downloads;
use crate::report::Failure;
use crate::shell::Shell;

/// Beside the manifest: charts that are committed with it.
const VENDOR: &str = "vendor";

/// What fetches charts for a run, and what it has read.
pub struct Remote {
    /// Of the cache; None where the machine has no folder for it.
    folder: Option<PathBuf>,
    offline: bool,
    environment: Arc<BTreeMap<String, String>>,
    /// Made when the first chart is fetched or opened.
    session: OnceLock<Session>,
    pub logins: Logins,
    locked: bool,
    /// A CI server runs us: there a lock file that exists is not changed in passing.
    in_ci: bool,
    /// What is vendored is asked first.
    shelf: bool,
    pub update: Update,
    pub(super) library: Library,
    watch: Arc<Downloads>,
    runtime: OnceLock<Runtime>,
}

impl Remote {
    pub fn new(flags: &Flags, shell: &Shell) -> Result<Self, Failure> {
        let watch = Arc::new(Downloads::new(shell.printer.is_live()));
        let environment = &shell.environment;
        Ok(Self {
            folder: cache_folder(shell)?,
            offline: flags.offline,
            environment: Arc::new(environment.clone()),
            session: OnceLock::new(),
            logins: logins(shell),
            locked: flags.locked,
            in_ci: shell.variable("CI").is_some_and(|value| value != "false"),
            shelf: true,
            update: Update::Nothing,
            library: Library::default(),
            watch,
            runtime: OnceLock::new(),
        })
    }

    /// What fetches, and keeps what was fetched.
    pub fn session(&self) -> Result<&Session, Problems> {
        self.session_beside(None)
    }

    /// The same, behind what a workspace has in its folder `vendor/`.
    fn session_beside(&self, workspace: Option<&Path>) -> Result<&Session, Problems> {
        if let Some(session) = self.session.get() {
            return Ok(session);
        }
        let folder = self.folder.as_ref().ok_or_else(|| {
            vec![
                Problem::error(
                    "no-cache",
                    "there is no folder for fetched charts: HOME is not set",
                )
                .help("name one: `REGATTA_CACHE=/path`"),
            ]
        })?;
        let mut cache = Cache::at(folder);
        if let Some(workspace) = workspace.filter(|_| self.shelf) {
            let shelf = Shelf::open(&workspace.join(VENDOR)).map_err(|error| {
                let problem = Problem::error("bad-vendor", error.to_string());
                vec![problem.help("`regatta deps vendor` writes the folder anew")]
            })?;
            cache = match shelf {
                Some(shelf) => cache.with_shelf(shelf),
                None => cache,
            };
        }
        let mut session = Session::new(cache);
        session.offline = self.offline;
        session.watch = Arc::clone(&self.watch) as Arc<dyn pull::Watch>;
        session.environment = Arc::clone(&self.environment);
        Ok(self.session.get_or_init(|| session))
    }

    /// Writes what the lock file pins into the workspace's folder `vendor/`.
    pub fn vendor(&self, lock: &LockFile) -> Result<Changes, Problems> {
        let (session, runtime) = (self.session_beside(Some(&lock.folder))?, self.runtime()?);
        let pinned = lock.lock();
        let mut items = Vec::new();
        let mut problems = Problems::new();
        for one in lock.wanted().iter().filter(|one| one.pinned) {
            let Some(entry) = pinned.find(&one.source, &one.narrowed) else { continue };
            match runtime.block_on(vendor::of_entry(session, entry, &one.access)) {
                Ok(found) => items.extend(found),
                Err(error) => problems.push(pull::Failure::of(one, error).problem()),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        vendor::vendor(session, &lock.folder.join(VENDOR), &items).map_err(|error| {
            vec![Problem::error("cannot-vendor", error.to_string()).help_if(error.help())]
        })
    }

    /// Somebody asked for the lock file to be written, so that a CI server may too.
    pub fn asked_to_lock(self) -> Self {
        Self { in_ci: false, ..self }
    }

    /// Whether the lock file must stay as it is.
    pub fn is_locked(&self, lock: &LockFile) -> bool {
        self.locked || (self.in_ci && lock.before.is_some())
    }

    /// `vendor/` is about to be written anew, whatever it holds.
    pub fn past_vendor(self) -> Self {
        Self { shelf: false, ..self }
    }

    /// Every chart that is wanted, in that order; the lock file learns what was chosen. Each has to be read by
    /// [`Self::open`], side by side: only there it is seen whether a pinned one is what the lock file says.
    pub fn resolve(&self, wanted: &[Wanted], lock: &LockFile) -> Result<Vec<Found>, Problems> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let (session, runtime) = (self.session_beside(Some(&lock.folder))?, self.runtime()?);
        // What has moved in this run already stays there.
        let update = if lock.knows(wanted) { Update::Nothing } else { self.update.clone() };
        let policy = Policy { locked: self.is_locked(lock), update, opened_later: true };
        let before = lock.lock();
        let resolved = runtime.block_on(resolve(session, wanted, &before, &policy));
        let resolved = resolved.map_err(|failures| {
            failures.iter().map(pull::Failure::problem).collect::<Problems>()
        })?;
        lock.add(resolved.lock, wanted);
        Ok(resolved.charts)
    }

    /// A chart that [`Self::resolve`] found, if it is the one that was meant.
    pub fn open(
        &self,
        source: &Source,
        version: &str,
        archive: Digest,
        named: &str,
    ) -> Result<Chart, Problems> {
        pull::resolve::open(source, version, named, &self.archive(archive, named)?)
    }

    /// The bytes of a fetched archive.
    pub fn archive(&self, archive: Digest, named: &str) -> Result<Vec<u8>, Problems> {
        let problem = |why: String| {
            let message = format!("cannot read the fetched chart `{named}`: {why}");
            vec![Problem::error("chart-cache", message).help("run it again")]
        };
        let read =
            self.session()?.cache.blob(archive).map_err(|error| problem(error.to_string()))?;
        read.ok_or_else(|| problem("it has just been removed from the cache".to_owned()))
    }

    /// The login that Helm or Docker keeps for the registry of a source.
    pub fn kept_login(&self, source: &Source) -> Result<Option<Login>, Problem> {
        let Source::Oci { address } = source else { return Ok(None) };
        let registry = address.split('/').next().unwrap_or(address);
        self.logins.find(registry).map_err(|error| {
            Problem::error("chart-registry", error.to_string()).help_if(error.help())
        })
    }

    /// The newest version that there is of something wanted: in its range, and at all. None where the source has no
    /// versions.
    pub fn newest(&self, wanted: &[Wanted]) -> Result<Vec<Newest>, Problems> {
        let runtime = self.runtime()?;
        let found = runtime.block_on(pull::resolve::newest(self.session()?, wanted));
        found.map_err(|failures| failures.iter().map(pull::Failure::problem).collect())
    }

    /// Where every chart comes from that was read since the last time, a line each.
    pub fn origins(&self) -> Vec<String> {
        let Some(session) = self.session.get() else { return Vec::new() };
        let line = |place: Place| {
            let Place::Archive { source, version, archive } = place else { return None };
            let from = match session.cache.origin(archive) {
                Origin::Vendor => "from vendor/".to_owned(),
                Origin::Cache => "from the cache".to_owned(),
                Origin::Fetched => format!("fetched from {source}"),
            };
            Some(format!("chart {} {version} {from}", source.chart()))
        };
        self.library.read_since().into_iter().filter_map(line).collect()
    }

    /// What servers made worth telling since the last time.
    pub fn told(&self) -> Vec<String> {
        self.watch.take()
    }

    /// What waits for the network.
    pub fn runtime(&self) -> Result<&Runtime, Problems> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let made = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error: io::Error| {
                vec![Problem::error("no-threads", format!("the system gives no threads: {error}"))]
            })?;
        Ok(self.runtime.get_or_init(|| made))
    }
}

/// `REGATTA_CACHE`, else the platform's folder for caches.
fn cache_folder(shell: &Shell) -> Result<Option<PathBuf>, Failure> {
    let variable = |name: &str| shell.variable(name).map(PathBuf::from);
    if let Some(folder) = variable("REGATTA_CACHE") {
        return Ok(Some(shell.standing()?.join(folder)));
    }
    let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
    let platform = if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Caches"))
    } else if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        variable("XDG_CACHE_HOME").or_else(|| home().map(|home| home.join(".cache")))
    };
    Ok(platform.map(|folder| folder.join("regatta")))
}

/// Where Helm (pkg/helmpath, pkg/cli) and Docker keep logins.
fn logins(shell: &Shell) -> Logins {
    let variable = |name: &str| shell.variable(name).map(PathBuf::from);
    let home = variable("HOME").unwrap_or_default();
    let helm = variable("HELM_REGISTRY_CONFIG").unwrap_or_else(|| {
        let folder = variable("HELM_CONFIG_HOME").unwrap_or_else(|| {
            let above = match variable("XDG_CONFIG_HOME") {
                Some(folder) => folder,
                None if cfg!(target_os = "macos") => home.join("Library/Preferences"),
                None if cfg!(windows) => variable("APPDATA").unwrap_or_default(),
                None => home.join(".config"),
            };
            above.join("helm")
        });
        folder.join("registry/config.json")
    });
    let docker = variable("DOCKER_CONFIG").unwrap_or_else(|| home.join(".docker"));
    Logins {
        helm,
        docker: Some(docker.join("config.json")),
        path: shell.environment.get("PATH").cloned().unwrap_or_default().into(),
    }
}
