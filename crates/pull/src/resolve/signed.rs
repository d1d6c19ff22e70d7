//! Whether a chart carries the signatures that are asked for; what cannot be told is refused.

use crate::lock::{Entry, Pin};
use crate::provenance::verify;
use crate::{Digest, Error, Session, Source, Wanted, archive, cosign, oci};

use super::fetch::home;

/// Succeeds where nothing is asked for. Looked at on every run: a lock file alone proves nothing about signatures.
pub(super) async fn check(
    session: &Session,
    wanted: &Wanted,
    entry: &Entry,
    found: Digest,
) -> Result<(), Error> {
    let access = &wanted.access;
    if let Some(key) = &wanted.trust.cosign_key {
        let (Source::Oci { address }, Pin::Manifest { digest }) = (&entry.source, &entry.pin)
        else {
            return Err(Error::Unsigned("cosign signs only what lies in registries"));
        };
        cosign::verify(session, address, *digest, key, access).await?;
    }
    let Some(keyring) = &wanted.trust.keyring else { return Ok(()) };
    if matches!(entry.pin, Pin::Commit { .. }) {
        return Err(Error::Unsigned("charts from git have no provenance file"));
    }
    let bytes = session.cache.blob(found)?.ok_or(Error::Vanished)?;
    let proven = |written: Option<Provenance>| {
        let written = written.ok_or(Error::Unsigned("it has no provenance file"))?;
        verify(&written.archive_name, &bytes, &written.text, keyring)?;
        Ok(())
    };
    let was_kept = archive::kept_provenance(session, found)?.is_some();
    let verdict = proven(provenance(session, wanted, entry, found).await?);
    match &entry.pin {
        // What was kept may be by another key or of nobody: the chart may have been signed anew since.
        Pin::Archive { url, .. } if verdict.is_err() && was_kept && !session.offline => {
            proven(beside(session, wanted, entry, url, found).await?)
        }
        _ => verdict,
    }
}

/// A provenance file, which nobody has verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// What it should call the archive.
    pub archive_name: String,
    pub text: Vec<u8>,
}

/// The provenance file of a chart that was found as `entry` says, if its source has one.
pub async fn provenance(
    session: &Session,
    wanted: &Wanted,
    entry: &Entry,
    found: Digest,
) -> Result<Option<Provenance>, Error> {
    match (&entry.source, &entry.pin) {
        (_, Pin::Archive { url, .. }) => match archive::kept_provenance(session, found)? {
            Some(text) => Ok(Some(Provenance { archive_name: archive_name(entry, url), text })),
            None => beside(session, wanted, entry, url, found).await,
        },
        (Source::Oci { address }, Pin::Manifest { digest }) => {
            let at = oci::At::Digest(*digest);
            let fetched = oci::fetch(session, address, &at, &wanted.access).await?;
            let archive_name = in_registry(entry);
            Ok(fetched.provenance.map(|text| Provenance { archive_name, text }))
        }
        (_, Pin::Manifest { .. } | Pin::Commit { .. }) => Ok(None),
    }
}

/// The provenance file that now lies beside an archive.
async fn beside(
    session: &Session,
    wanted: &Wanted,
    entry: &Entry,
    url: &str,
    found: Digest,
) -> Result<Option<Provenance>, Error> {
    let home = home(&entry.source);
    let text = archive::fetch_provenance(session, url, &wanted.access, home, found).await?;
    Ok(text.map(|text| Provenance { archive_name: archive_name(entry, url), text }))
}

/// What a provenance file should call the archive at a URL.
fn archive_name(entry: &Entry, url: &str) -> String {
    if url.starts_with("oci://") {
        return in_registry(entry);
    }
    let name = url.split(['?', '#']).next().unwrap_or(url);
    let name = name.rsplit('/').next().unwrap_or(name);
    // The only letter of a version that an address may hold in another form.
    name.replace("%2B", "+").replace("%2b", "+")
}

/// A registry has no names of files.
fn in_registry(entry: &Entry) -> String {
    format!("{}-{}.tgz", entry.source.chart(), entry.version)
}
