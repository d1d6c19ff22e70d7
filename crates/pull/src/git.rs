//! Charts from git repositories, by way of the `git` program: a reference into a commit, a folder of a commit into an
//! archive in the cache.
//!
//! Nothing is ever checked out, so nothing of a repository can run or be written anywhere: objects come into a bare
//! repository of ours, and files are read from it into memory.

mod complete;
mod error;
mod program;
mod references;
mod repository;
mod tree;

pub use error::Error;

pub(crate) use references::is_commit;

use chart::{Chart, File};

use self::repository::{Hash, Repository};
use self::tree::Found;
use crate::{Digest, Session, Source};

/// The commit that a branch, a tag or a shortened commit means now; without a reference, that of the default branch. A whole
/// commit is itself, and nobody is asked.
pub fn commit(
    session: &Session,
    repository: &str,
    reference: Option<&str>,
) -> Result<String, Error> {
    if let Some(commit) = reference.filter(|reference| is_commit(reference)) {
        return Ok(commit.to_ascii_lowercase());
    }
    if session.offline {
        return Err(Error::Offline);
    }
    references::commit(session, repository, reference)
}

/// The digest of a chart at a commit, packed as an archive: from the cache, or fetched into it.
pub fn fetch(
    session: &Session,
    repository: &str,
    path: &str,
    commit: &str,
) -> Result<Digest, Error> {
    if !is_commit(commit) {
        return Err(Error::NoReference(commit.escape_debug().to_string()));
    }
    let source = Source::Git { repository: repository.to_owned(), path: path.to_owned() };
    let link = link(commit, &source);
    if let Some(digest) = session.cache.link(&link)?
        && session.cache.blob(digest)?.is_some()
    {
        return Ok(digest);
    }
    let what = source.to_string();
    session.watch.began(&what);
    let archive = archive(session, repository, &source, path, commit);
    session.watch.ended(&what);
    let archive = archive?;
    let digest = session.cache.keep(&archive)?;
    session.cache.set_link(&link, digest)?;
    Ok(digest)
}

/// The name under which the cache has the archive of a chart at a commit.
pub(crate) fn link(commit: &str, source: &Source) -> String {
    match source {
        Source::Git { repository, path } => format!("git {commit} {repository}//{path}"),
        other => format!("git {commit} {other}"),
    }
}

/// Takes the chart from our copy of the repository. What is damaged there is fetched once more.
fn archive(
    session: &Session,
    url: &str,
    source: &Source,
    path: &str,
    commit: &str,
) -> Result<Vec<u8>, Error> {
    let hash = Hash::of(commit);
    let mut repository = Repository::alone(session, url, hash)?;
    repository.obtain(commit)?;
    let taken = match taken(&repository, source, path, commit) {
        Err(Error::Said { .. } | Error::Damaged) if !session.offline => {
            repository.forget()?;
            drop(repository);
            repository = Repository::alone(session, url, hash)?;
            repository.obtain(commit)?;
            taken(&repository, source, path, commit)?
        }
        taken => taken?,
    };
    match taken {
        Taken::Archive(bytes) => Ok(bytes),
        Taken::Chart(chart) => pack(session, &chart),
    }
}

/// What a path of a commit was found to be.
enum Taken {
    /// Already packed.
    Archive(Vec<u8>),
    /// With the folders that it lists.
    Chart(Box<Chart>),
}

fn taken(
    repository: &Repository<'_>,
    source: &Source,
    path: &str,
    commit: &str,
) -> Result<Taken, Error> {
    match tree::read(repository, commit, path)? {
        Found::Archive(bytes) => {
            chart::load_archive(&source.to_string(), &bytes).map_err(Error::chart)?;
            Ok(Taken::Archive(bytes))
        }
        Found::Files(files) => {
            let chart = complete::complete(repository, commit, path, load(source, files)?)?;
            Ok(Taken::Chart(Box::new(chart)))
        }
    }
}

/// A folder as a chart; one without Chart.yaml is one of plain manifests.
fn load(source: &Source, files: Vec<File>) -> Result<Chart, Error> {
    let origin = source.to_string();
    let chart = if files.iter().any(|file| file.path == "Chart.yaml") {
        chart::load(&origin, files)
    } else {
        chart::plain(&origin, source.chart(), files)
    };
    chart.map_err(Error::chart)
}

fn pack(session: &Session, chart: &Chart) -> Result<Vec<u8>, Error> {
    for warning in chart.warnings.iter().filter(|warning| warning.id == "plain-manifests") {
        session.watch.warn(&warning.message);
    }
    chart::package(chart).map_err(|problem| Error::chart(vec![problem]))
}
