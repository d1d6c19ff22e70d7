//! Which chart each release gets: from a folder or an archive of the repository, or from afar by way of the lock file; each
//! with what it lists under `dependencies` and does not bring.

pub mod access;
pub mod repository;
pub mod single;

mod complete;
mod folder;
mod library;
mod lock;
mod remote;
mod wanted;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use chart::Chart;
use pull::Wanted;
use pull::resolve::Found;
use rayon::ThreadPool;
use rayon::prelude::*;
use source::{Problem, Problems};
use stack::{ChartRef, Release, ReleaseId, Stack};

pub use lock::LockFile;
pub use remote::Remote;

use crate::disk;
use crate::threads;
use crate::workspace::Workspace;
use complete::Search;
use library::Place;

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

/// Reads every distinct chart of some releases, side by side, and fetches what is not here. What is chosen for the lock file
/// does not depend on threads: releases together, then the dependencies of one chart after the other.
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
    let users: Vec<(Place, Vec<&Release>)> = users.into_iter().collect();
    let pool = (users.len() > 1).then(|| threads::pool(jobs, users.len()));
    let charts = side_by_side(pool.as_ref(), users.iter().collect(), |(place, users)| {
        let origin = match place {
            Place::Folder(_) => place.origin(workspace),
            Place::Archive { version, .. } => format!("{} {version}", users[0].chart),
        };
        read(workspace, remote, place, &origin)
    });
    let search = Search { workspace, stack: Some(stack), remote, lock };
    let charts = users.iter().zip(charts).map(|((place, _), chart)| {
        let chart = chart?;
        let whole = search.complete(&chart, place)?;
        Ok((chart, whole))
    });
    let charts =
        side_by_side(pool.as_ref(), charts.collect(), |found: Result<_, Problems>| match found? {
            (chart, None) => Ok::<_, Problems>(chart),
            (chart, Some(whole)) => Ok(Arc::new(Loaded::new(whole.load(&chart.origin)?))),
        });
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

fn side_by_side<T: Send, R: Send>(
    pool: Option<&ThreadPool>,
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    match pool {
        Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}

/// The chart at a place as it lies there.
fn read(
    workspace: &Workspace,
    remote: &Remote,
    place: &Place,
    origin: &str,
) -> Result<Arc<Loaded>, Problems> {
    remote.library.chart(place, origin, || match place {
        Place::Folder(path) => folder::load(&workspace.disk, path, origin, folder::Reading::Whole),
        Place::Archive { source, version, archive } => {
            remote.open(source, version, *archive, origin)
        }
    })
}

impl Place {
    /// What messages call it.
    fn origin(&self, workspace: &Workspace) -> String {
        match self {
            Self::Folder(path) => disk::shown(&workspace.disk.root.join(path), &workspace.standing),
            Self::Archive { source, version, .. } => format!("{source} {version}"),
        }
    }
}

pub fn used_by(mut problem: Problem, release: &Release) -> Problem {
    problem.trace.push(format!("in release `{}`", release.id));
    problem
}
