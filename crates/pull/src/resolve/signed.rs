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
    let written = provenance(session, wanted, entry, found).await?;
    let Provenance { archive_name, text } =
        written.ok_or(Error::Unsigned("it has no provenance file"))?;
    let bytes = session.cache.blob(found)?.ok_or(Error::Vanished)?;
    verify(&archive_name, &bytes, &text, keyring)?;
    Ok(())
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
    let access = &wanted.access;
    let (archive_name, text) = match (&entry.source, &entry.pin) {
        (source, Pin::Archive { url, .. }) => {
            let name = url.split(['?', '#']).next().unwrap_or(url);
            let name = name.rsplit('/').next().unwrap_or(name);
            // The only letter of a version that an address may hold in another form.
            let name = name.replace("%2B", "+").replace("%2b", "+");
            let fetched = archive::fetch_provenance(session, url, access, home(source), found);
            (name, fetched.await?)
        }
        (Source::Oci { address }, Pin::Manifest { digest }) => {
            let fetched = oci::fetch(session, address, &oci::At::Digest(*digest), access).await?;
            (format!("{}-{}.tgz", entry.source.chart(), entry.version), fetched.provenance)
        }
        (_, Pin::Manifest { .. } | Pin::Commit { .. }) => return Ok(None),
    };
    Ok(text.map(|text| Provenance { archive_name, text }))
}
