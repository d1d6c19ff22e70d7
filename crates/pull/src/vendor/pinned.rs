//! Which blobs of the cache stand for a pinned chart, so that a run with nothing but `vendor/` finds it again.

use super::{Kind, Vendored};
use crate::lock::{Entry, Pin};
use crate::{Access, Error, Session, Source, archive, cosign, git, oci};

/// The archive of a pinned chart that lies in the cache, the manifest that names it in a registry, and its provenance file
/// and cosign's signature where the cache has them.
pub async fn of_entry(
    session: &Session,
    entry: &Entry,
    access: &Access,
) -> Result<Vec<Vendored>, Error> {
    let item = |kind, digest, link| Vendored {
        name: entry.source.chart().to_owned(),
        version: entry.version.clone(),
        kind,
        digest,
        link,
    };
    match (&entry.source, &entry.pin) {
        (_, Pin::Archive { sha256, .. }) => {
            let link = archive::provenance_link(*sha256);
            let provenance = session.cache.link(&link)?;
            let provenance = provenance.map(|digest| item(Kind::Provenance, digest, Some(link)));
            Ok([item(Kind::Archive, *sha256, None)].into_iter().chain(provenance).collect())
        }
        (Source::Oci { address }, Pin::Manifest { digest }) => {
            let fetched = oci::fetch(session, address, &oci::At::Digest(*digest), access).await?;
            let provenance = fetched.provenance.map(|bytes| crate::Digest::of(&bytes));
            let provenance = provenance.map(|digest| item(Kind::Provenance, digest, None));
            let both =
                [item(Kind::Manifest, *digest, None), item(Kind::Archive, fetched.archive, None)];
            let mut all: Vec<Vendored> = both.into_iter().chain(provenance).collect();
            if let Some(kept) = cosign::kept(session, address, *digest)? {
                all.push(item(Kind::Signature, kept.manifest, Some(kept.link)));
                let signature = |digest| item(Kind::Signature, digest, None);
                all.extend(kept.signatures.into_iter().map(signature));
            }
            Ok(all)
        }
        (source, Pin::Commit { commit }) => {
            let link = git::link(commit, source);
            let archive = session.cache.link(&link)?.ok_or(Error::Vanished)?;
            Ok(vec![item(Kind::Archive, archive, Some(link))])
        }
        (_, Pin::Manifest { .. }) => Err(Error::NotLocked),
    }
}
