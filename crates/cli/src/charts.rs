//! Which chart each release gets: from a folder or an archive of the repository, or from afar by way of the lock file; each
//! with what it lists under `dependencies` and does not bring.

pub mod access;
pub mod repository;
pub mod single;

mod complete;
mod folder;
mod lock;
mod remote;
mod turns;
mod wanted;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use chart::Chart;
use pull::resolve::Found;
use pull::{Source, Wanted};
use rayon::prelude::*;
use source::{Problem, Problems};
use stack::{ChartRef, Release, ReleaseId, Stack};

pub use lock::LockFile;
pub use remote::Remote;

use crate::disk;
use crate::threads;
use crate::workspace::Workspace;
use complete::{Base, complete};

/// A chart that releases share.
pub struct Loaded {
    chart: Chart,
    digest: OnceLock<String>,
}

impl Deref for Loaded {
    type Target = Chart;

    fn deref(&self) -> &Chart {
        &self.chart
    }
}

impl Loaded {
    fn new(chart: Chart) -> Self {
        Self { chart, digest: OnceLock::new() }
    }

    /// Over all its files; computed for the first that asks.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| plan::digest(&self.chart.digest()))
    }
}

/// The charts of releases, and what is wrong with those that could not be had: each problem once.
#[derive(Default)]
pub struct Gathered {
    pub charts: BTreeMap<ReleaseId, Arc<Loaded>>,
    pub problems: Problems,
}

/// Where the chart of a release is read from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Folder(String),
    Archive { source: Source, version: String, archive: pull::Digest },
}

/// Reads every distinct chart of some releases, side by side, and fetches what is not here.
pub fn gather<'a>(
    workspace: &Workspace,
    stack: &Stack,
    releases: impl Iterator<Item = &'a Release>,
    remote: &Remote,
    lock: &LockFile,
    jobs: Option<u16>,
) -> Gathered {
    let mut gathered = Gathered::default();
    let mut users: BTreeMap<Place, Vec<&Release>> = BTreeMap::new();
    let mut afar: Vec<(&Release, Wanted)> = Vec::new();
    for release in releases {
        match &release.chart {
            ChartRef::Local { path } => {
                users.entry(Place::Folder(path.clone())).or_default().push(release);
            }
            ChartRef::Repository { .. } | ChartRef::Address { .. } => {
                match wanted::of_release(workspace, stack, release, remote) {
                    Ok(wanted) => afar.push((release, wanted)),
                    Err(problem) => gathered.problems.push(used_by(problem, release)),
                }
            }
        }
    }
    let (afar, wanted): (Vec<&Release>, Vec<Wanted>) = afar.into_iter().unzip();
    match remote.resolve(&wanted, lock) {
        Ok(found) => {
            for ((release, wanted), Found { version, archive }) in
                afar.iter().zip(&wanted).zip(found)
            {
                let source = wanted.source.clone();
                let place = Place::Archive { source, version, archive };
                users.entry(place).or_default().push(release);
            }
        }
        Err(problems) => gathered.problems.extend(problems),
    }
    let read = |(place, users): &(Place, Vec<&Release>)| {
        let (origin, chart, base) = match place {
            Place::Folder(path) => {
                let origin = origin(workspace, path);
                let chart = folder::load(&workspace.disk, path, &origin);
                (origin, chart, Base::Folder(path))
            }
            Place::Archive { source, version, archive } => {
                let origin = format!("{} {version}", users[0].chart);
                (origin.clone(), remote.open(source, *archive, &origin), Base::Afar)
            }
        };
        let chart = complete(workspace, stack, &origin, chart?, &base, remote, lock)?;
        Ok::<_, Problems>(Arc::new(Loaded::new(chart)))
    };
    let users: Vec<(Place, Vec<&Release>)> = users.into_iter().collect();
    let charts: Vec<Result<Arc<Loaded>, Problems>> = match users.len() {
        0 | 1 => users.iter().map(read).collect(),
        many => threads::pool(jobs, many).install(|| users.par_iter().map(read).collect()),
    };
    for ((_, users), chart) in users.iter().zip(charts) {
        match chart {
            Ok(chart) => {
                let to_each = users.iter().map(|user| (user.id.clone(), Arc::clone(&chart)));
                gathered.charts.extend(to_each);
            }
            Err(problems) => gathered
                .problems
                .extend(problems.into_iter().map(|problem| used_by(problem, users[0]))),
        }
    }
    gathered
}

fn origin(workspace: &Workspace, path: &str) -> String {
    disk::shown(&workspace.disk.root.join(Path::new(path)), &workspace.standing)
}

pub fn used_by(mut problem: Problem, release: &Release) -> Problem {
    problem.trace.push(format!("in release `{}`", release.id));
    problem
}
