//! One chart from its source: the pinned one, or the newest that fits.

use std::collections::BTreeSet;

use chart::Metadata;

use super::Found;
use crate::index::Offer;
use crate::lock::{Entry, Pin};
use crate::{
    Access, Digest, Error, Narrowed, Session, Source, Wanted, archive, choose, git, index, oci,
};

/// More places than anybody keeps a chart at.
const PLACES: usize = 8;

/// What the lock file names, from the cache or from where the lock file says. Whether it is the chart that the lock file says
/// is for [`proven`] to see.
pub(super) async fn pinned(
    session: &Session,
    wanted: &Wanted,
    entry: &Entry,
) -> Result<Digest, Error> {
    let access = &wanted.access;
    match (&entry.source, &entry.pin) {
        (Source::Oci { address }, Pin::Manifest { digest }) => {
            Ok(oci::fetch(session, address, &oci::At::Digest(*digest), access).await?.archive)
        }
        (Source::Git { repository, path }, Pin::Commit { commit }) => {
            from_git(session, repository, path, commit).await
        }
        (_, Pin::Archive { url, sha256 }) => {
            let home = home(&entry.source);
            archive::fetch(session, url, access, home, Some(*sha256)).await?;
            Ok(*sha256)
        }
        (_, Pin::Manifest { .. } | Pin::Commit { .. }) => Err(Error::NotLocked),
    }
}

/// A pinned archive that is the chart that the lock file says.
pub(super) fn proven(session: &Session, entry: &Entry, archive: Digest) -> Result<Found, Error> {
    let bytes = session.cache.blob(archive)?.ok_or(Error::Vanished)?;
    let metadata = chart::identify(&entry.source.to_string(), &bytes).map_err(Error::Chart)?;
    let version = is_locked(&entry.source, &entry.version, &metadata)?;
    Ok(Found { version, archive })
}

/// The lock file may have been merged by hand: the version of one entry, the digest of another. Gives the version.
pub(super) fn is_locked(
    source: &Source,
    version: &str,
    metadata: &Metadata,
) -> Result<String, Error> {
    is_meant(source, metadata, Some(version)).map_err(|_| Error::OtherThanLocked {
        locked: version.to_owned(),
        name: metadata.name.escape_debug().to_string(),
        version: metadata.version.escape_debug().to_string(),
    })
}

/// The newest that fits, and what the lock file will say of it but for what was asked.
pub(super) async fn newest(session: &Session, wanted: &Wanted) -> Result<(Entry, Found), Error> {
    let access = &wanted.access;
    let (pin, archive, version) = match &wanted.source {
        Source::Repository { url, chart } => {
            let offers = index::offers(session, url, chart, access).await?;
            let versions = offers.iter().map(|offer| offer.version.as_str());
            let offer = match choose::newest(&wanted.narrowed, versions)? {
                Some(position) => &offers[position],
                None => return Err(none_fits(wanted, offers.iter().map(|it| &it.version))),
            };
            let (from, sha256) = offered(session, offer, access, url).await?;
            (Pin::Archive { url: from, sha256 }, sha256, Some(offer.version.clone()))
        }
        Source::Oci { address } => {
            let (at, version) = match &wanted.narrowed {
                Narrowed::Digest(digest) => (oci::At::Digest(*digest), None),
                narrowed => {
                    let version = tagged(session, wanted, address, narrowed).await?;
                    (oci::At::Version(version.clone()), Some(version))
                }
            };
            let fetched = oci::fetch(session, address, &at, access).await?;
            (Pin::Manifest { digest: fetched.digest }, fetched.archive, version)
        }
        Source::Git { repository, path } => {
            let reference = match &wanted.narrowed {
                Narrowed::Reference(reference) => Some(reference.clone()),
                // Others say nothing to git and were refused.
                Narrowed::Newest | Narrowed::Range(_) | Narrowed::Digest(_) => None,
            };
            let commit = blocking(session, {
                let repository = repository.clone();
                move |session| git::commit(session, &repository, reference.as_deref())
            })
            .await?;
            let archive = from_git(session, repository, path, &commit).await?;
            (Pin::Commit { commit }, archive, None)
        }
        Source::Archive { url } => {
            let bytes = archive::fetch(session, url, access, None, None).await?;
            let sha256 = Digest::of(&bytes);
            (Pin::Archive { url: url.clone(), sha256 }, sha256, None)
        }
    };
    let version = check(session, &wanted.source, archive, version.as_deref())?;
    if let Narrowed::Range(range) = &wanted.narrowed
        && !choose::fits(range, &version)?
    {
        return Err(none_fits(wanted, std::iter::once(&version)));
    }
    let found = Found { version: version.clone(), archive };
    let source = wanted.source.clone();
    Ok((Entry { source, version, pin, asked: BTreeSet::new() }, found))
}

/// The archive of an offer, and where it lay: the best place, or where that is down or empty, another that the index names.
/// What comes from there is held to the same digest, where the index has one.
async fn offered(
    session: &Session,
    offer: &Offer,
    access: &Access,
    repository: &str,
) -> Result<(String, Digest), Error> {
    let mut first = None;
    for url in offer.urls.iter().take(PLACES) {
        match archive::fetch(session, url, access, Some(repository), offer.digest).await {
            Ok(bytes) => return Ok((url.clone(), Digest::of(&bytes))),
            Err(error) if error.is_absent() => {
                if first.is_none() && offer.urls.len() > 1 {
                    session.watch.warn(&format!("{error}; the index names another place"));
                }
                first.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(first.expect("an offer has a place").into())
}

/// The version of a registry's chart that is meant. A version that is spelled out needs no list of tags, which some
/// registries do not give.
async fn tagged(
    session: &Session,
    wanted: &Wanted,
    address: &str,
    narrowed: &Narrowed,
) -> Result<String, Error> {
    if let Narrowed::Range(range) = narrowed
        && sprig::semver::Version::parse_strict(range).is_ok()
    {
        return Ok(range.clone());
    }
    let versions = oci::versions(session, address, &wanted.access).await?;
    match choose::newest(narrowed, versions.iter().map(String::as_str))? {
        Some(position) => Ok(versions[position].clone()),
        None => Err(none_fits(wanted, versions.iter())),
    }
}

fn none_fits<'a>(wanted: &Wanted, versions: impl ExactSizeIterator<Item = &'a String>) -> Error {
    if versions.len() == 0 {
        return Error::Nothing;
    }
    let mut prerelease = false;
    let mut shown: Vec<String> = Vec::new();
    for version in versions {
        prerelease |= version.contains('-');
        if shown.len() < 4 {
            shown.push(version.clone());
        }
    }
    if shown.len() > 3 {
        shown[3] = "…".to_owned();
    }
    Error::NoVersion { asked: wanted.narrowed.to_string(), there: shown.join(", "), prerelease }
}

/// The version of a new archive, which holds a whole chart and is what it was taken for.
fn check(
    session: &Session,
    source: &Source,
    archive: Digest,
    version: Option<&str>,
) -> Result<String, Error> {
    let bytes = session.cache.blob(archive)?.ok_or(Error::Vanished)?;
    let chart = chart::load_archive(&source.to_string(), &bytes).map_err(Error::Chart)?;
    is_meant(source, &chart.metadata, version)
}

/// What the archive says it is must be what it was taken for: a chart named otherwise, or another version, is refused. Gives
/// the version.
fn is_meant(source: &Source, metadata: &Metadata, version: Option<&str>) -> Result<String, Error> {
    if matches!(source, Source::Repository { .. } | Source::Oci { .. })
        && metadata.name != source.chart()
    {
        let name = metadata.name.escape_debug().to_string();
        return Err(Error::OtherName { name });
    }
    let equal =
        |version: &str| version.trim_start_matches('v') == metadata.version.trim_start_matches('v');
    match version {
        Some(version) if !equal(version) => Err(Error::OtherVersion {
            asked: version.to_owned(),
            found: metadata.version.escape_debug().to_string(),
        }),
        _ => Ok(metadata.version.clone()),
    }
}

async fn from_git(
    session: &Session,
    repository: &str,
    path: &str,
    commit: &str,
) -> Result<Digest, Error> {
    let (repository, path, commit) = (repository.to_owned(), path.to_owned(), commit.to_owned());
    blocking(session, move |session| git::fetch(session, &repository, &path, &commit)).await
}

/// git is a program, and waiting for it takes a thread.
async fn blocking<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Session) -> Result<T, git::Error> + Send + 'static,
) -> Result<T, Error> {
    let session = session.clone();
    let done = tokio::task::spawn_blocking(move || work(&session)).await;
    Ok(done.expect("reading from git does not panic")?)
}

/// Whose login it is that an archive is fetched with.
pub(super) fn home(source: &Source) -> Option<&str> {
    match source {
        Source::Repository { url, .. } => Some(url),
        Source::Oci { .. } | Source::Git { .. } | Source::Archive { .. } => None,
    }
}
