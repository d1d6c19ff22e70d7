//! What is wanted, and the lock file, into charts in the cache, and the lock file as it should be.

mod fetch;
mod newest;
mod signed;

use std::collections::{BTreeMap, BTreeSet};

pub use newest::{Newest, newest};
pub use signed::{Provenance, provenance};

use ::source::{Problem, Problems};
use chart::Chart;
use futures_util::stream::{self, StreamExt as _};

use crate::lock::Entry;
use crate::{Digest, Error, Failure, Lock, Session, Source, Wanted};

/// How the lock file is treated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What the lock file does not have is a failure.
    pub locked: bool,
    pub update: Update,
    /// Whoever asks reads every chart by [`open`], which sees whether a pinned one is what the lock file says. Else it is seen
    /// here, where the charts come one after another.
    pub opened_later: bool,
}

/// What moves to the newest version in its range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Update {
    #[default]
    Nothing,
    Everything,
    /// Charts by their names.
    Charts(BTreeSet<String>),
}

impl Update {
    pub fn moves(&self, source: &Source) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Charts(names) => names.contains(source.chart()),
        }
    }
}

/// A chart whose archive lies in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub version: String,
    /// By which the cache finds the archive.
    pub archive: Digest,
}

/// What came of all that was wanted.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// In the order of what was wanted.
    pub charts: Vec<Found>,
    /// The lock file as it should be.
    pub lock: Lock,
}

/// Finds every chart: the pinned one where the lock file has it and nothing moves, else the newest that fits. What is
/// wanted twice is fetched once. Either all of it, or every chart that could not be had.
pub async fn resolve(
    session: &Session,
    wanted: &[Wanted],
    lock: &Lock,
    policy: &Policy,
) -> Result<Resolved, Vec<Failure>> {
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (position, one) in wanted.iter().enumerate() {
        let key = (&one.source, &one.narrowed, one.pinned, &one.access, &one.trust);
        groups.entry(key).or_default().push(position);
    }
    let groups: Vec<Vec<usize>> = groups.into_values().collect();
    // Side by side but for what is wanted of one source: two ranges may come to the same version.
    let of_one_source = |a: &Vec<usize>, b: &Vec<usize>| wanted[a[0]].source == wanted[b[0]].source;
    let work = groups.chunk_by(of_one_source).map(|groups| async move {
        let mut results = Vec::new();
        for group in groups {
            results.push(find(session, &wanted[group[0]], lock, policy).await);
        }
        results
    });
    let results: Vec<Vec<Result<Chosen, Error>>> =
        stream::iter(work).buffered(session.downloads.max(1)).collect().await;
    let results = results.into_iter().flatten();

    let mut failures = Vec::new();
    let mut charts: Vec<Option<Found>> = vec![None; wanted.len()];
    let mut resolved = Resolved { charts: Vec::new(), lock: lock.clone() };
    for (group, result) in groups.iter().zip(results) {
        let one = &wanted[group[0]];
        match result {
            Ok(chosen) => {
                if let Some(entry) = chosen.entry {
                    resolved.lock.add(entry);
                }
                for position in group {
                    charts[*position] = Some(chosen.found.clone());
                }
            }
            Err(error) => failures.push(Failure {
                source: one.source.clone(),
                narrowed: one.narrowed.clone(),
                by: group.iter().flat_map(|position| wanted[*position].by.clone()).collect(),
                error,
            }),
        }
    }
    resolved.charts = charts.into_iter().flatten().collect();
    if failures.is_empty() { Ok(resolved) } else { Err(failures) }
}

/// The chart in an archive that was found, if it is the one that was meant; `named` is what messages call it. What the lock
/// file takes for another chart or version is refused.
pub fn open(source: &Source, version: &str, named: &str, bytes: &[u8]) -> Result<Chart, Problems> {
    let chart = chart::load_archive(named, bytes)?;
    fetch::is_locked(source, version, &chart.metadata).map_err(|error| {
        let message = format!("cannot use `{named}`: {error}");
        vec![Problem::error(error.id(), message).help_if(error.help())]
    })?;
    Ok(chart)
}

/// A chart, and what the lock file has to say of it; nothing for what is not pinned.
struct Chosen {
    found: Found,
    entry: Option<Entry>,
}

async fn find(
    session: &Session,
    wanted: &Wanted,
    lock: &Lock,
    policy: &Policy,
) -> Result<Chosen, Error> {
    wanted.source.takes(&wanted.narrowed).map_err(|has| {
        let asked = wanted.narrowed.to_string();
        Error::Meaningless { asked, has }
    })?;
    let pinned = match wanted.pinned && !policy.update.moves(&wanted.source) {
        true => lock.find(&wanted.source, &wanted.narrowed),
        false => None,
    };
    let words = BTreeSet::from([wanted.narrowed.to_string()]);
    let (mut entry, found) = match pinned {
        Some(entry) => {
            let is_known = entry.asked.is_superset(&words);
            if policy.locked && !is_known {
                return Err(Error::NotLocked);
            }
            let archive = fetch::pinned(session, wanted, entry).await?;
            let found = match policy.opened_later {
                true => Found { version: entry.version.clone(), archive },
                false => fetch::proven(session, entry, archive)?,
            };
            (entry.clone(), found)
        }
        None if policy.locked && wanted.pinned => return Err(Error::NotLocked),
        None => fetch::newest(session, wanted).await?,
    };

    signed::check(session, wanted, &entry, found.archive).await?;
    entry.asked = words;
    Ok(Chosen { found, entry: wanted.pinned.then_some(entry) })
}
