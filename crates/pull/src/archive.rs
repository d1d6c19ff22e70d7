//! Archives of charts by address: fetched, proven by their digest, kept in the cache; and what proves who signed them.

mod error;
mod registry;

pub use error::Error;

use crate::http::{self, Answer, Request};
use crate::{Access, Digest, Session, provenance, shown};

/// The most bytes that an archive may have; unpacked charts may not have more either.
const LARGEST: u64 = 100 << 20;

/// The bytes of an archive. `repository` is the address that the access belongs to, the archive's own if absent: nobody
/// else learns the login unless `pass_credentials` says so. With an expected digest the cache is asked first, and what has
/// another one is refused; without one, the archive is asked for, and only offline the one that the address last gave is
/// taken.
pub async fn fetch(
    session: &Session,
    url: &str,
    access: &Access,
    repository: Option<&str>,
    expected: Option<Digest>,
) -> Result<Vec<u8>, Error> {
    let link = format!("archive {url}");
    let known = if session.offline { expected.or(session.cache.link(&link)?) } else { expected };
    if let Some(digest) = known
        && let Some(bytes) = session.cache.blob(digest)?
    {
        return Ok(bytes);
    }
    if registry::is_one(url) {
        let found = registry::fetch(session, url, access).await?.archive;
        proven(url, found, expected)?;
        session.cache.set_link(&link, found)?;
        return session.cache.blob(found)?.ok_or(Error::Vanished);
    }
    let address = http::address(url)?;
    let request = Request {
        what: name(&address),
        url: address.clone(),
        access,
        home: http::address(repository.unwrap_or(url))?,
        limit: LARGEST,
        packed: false,
        have: None,
    };
    let Answer::Found(found) = http::get(session, &request).await? else {
        return Err(Error::NoArchive { url: shown::address(url), what: "nothing".to_owned() });
    };
    if !found.bytes.starts_with(&[0x1f, 0x8b]) {
        let what = what_it_is(&found.bytes, found.content_type.as_deref());
        return Err(Error::NoArchive { url: shown::address(url), what });
    }
    let digest = Digest::of(&found.bytes);
    proven(url, digest, expected)?;
    session.cache.keep(&found.bytes)?;
    session.cache.set_link(&link, digest)?;
    Ok(found.bytes)
}

/// The provenance file that the cache has for an archive. It may be older than the one that now lies beside the archive.
pub fn kept_provenance(session: &Session, archive: Digest) -> Result<Option<Vec<u8>>, Error> {
    match session.cache.link(&provenance_link(archive))? {
        Some(digest) => Ok(session.cache.blob(digest)?),
        None => Ok(None),
    }
}

/// The signed provenance beside an archive (`URL.prov`), None where the server has none. Kept by the archive's digest, so
/// that an archive out of the cache is proven without asking.
pub async fn fetch_provenance(
    session: &Session,
    url: &str,
    access: &Access,
    repository: Option<&str>,
    archive: Digest,
) -> Result<Option<Vec<u8>>, Error> {
    let found = if registry::is_one(url) {
        registry::fetch(session, url, access).await?.provenance
    } else {
        beside(session, url, access, repository).await?
    };
    if let Some(bytes) = &found {
        session.cache.set_link(&provenance_link(archive), session.cache.keep(bytes)?)?;
    }
    Ok(found)
}

/// The name under which the cache has the provenance file of an archive.
pub(crate) fn provenance_link(archive: Digest) -> String {
    format!("provenance {archive}")
}

async fn beside(
    session: &Session,
    url: &str,
    access: &Access,
    repository: Option<&str>,
) -> Result<Option<Vec<u8>>, Error> {
    let mut address = http::address(url)?;
    address.set_path(&format!("{}.prov", address.path()));
    let request = Request {
        what: name(&address),
        url: address.clone(),
        access,
        home: http::address(repository.unwrap_or(url))?,
        limit: provenance::LARGEST,
        packed: false,
        have: None,
    };
    match http::get(session, &request).await {
        Ok(Answer::Found(found)) => Ok(Some(found.bytes)),
        Ok(Answer::Unchanged) => Ok(None),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn proven(url: &str, found: Digest, expected: Option<Digest>) -> Result<(), Error> {
    match expected.filter(|expected| *expected != found) {
        Some(expected) => Err(Error::Digest { url: shown::address(url), expected, found }),
        None => Ok(()),
    }
}

/// The last part of an address, as progress calls it.
fn name(url: &reqwest::Url) -> &str {
    url.path().rsplit('/').find(|part| !part.is_empty()).or(url.host_str()).unwrap_or_default()
}

fn what_it_is(bytes: &[u8], content_type: Option<&str>) -> String {
    let start = bytes.trim_ascii_start();
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    if start.starts_with(b"<") {
        return "a page for people, perhaps one to log in".to_owned();
    }
    match content_type {
        Some(kind) => format!("something of the type `{}`", shown::plain(kind)),
        None => "something else".to_owned(),
    }
}
