//! Whether cosign signed a chart in its registry by a key that we trust. Only the key counts: no transparency log, no
//! certificates, no clock.
//!
//! Cosign keeps signatures beside what they sign: up to version 2 in an image under the tag `sha256-HEX.sig`, since version 3
//! as bundles that refer to the signed manifest.

mod bundle;
mod error;
mod simple;

use sprig::PublicKey;

pub use error::Error;

use crate::oci::{self, Descriptor, Reader, read_manifest};
use crate::{Access, Digest, Session, cache};

/// More than anybody signs one chart.
const MOST: usize = 64;
/// Signatures are some kilobytes, and bundles not much more.
const LARGEST: u64 = 1 << 20;

/// Succeeds where one of the signatures of a manifest is by the key, a public one in PEM. A signature that was good once is
/// kept, so that a chart in the cache needs no request.
pub async fn verify(
    session: &Session,
    address: &str,
    digest: Digest,
    key: &str,
    access: &Access,
) -> Result<(), Error> {
    let key = PublicKey::from_pem(key).map_err(Error::Key)?;
    let chart = format!("oci://{address}@sha256:{digest}");
    let what = format!("a signature of `{chart}`");
    let mut search =
        Search { reader: Reader::new(session, address, access, what), digest, key, seen: 0 };
    let name = link(address, digest);
    let kept = session.cache.link(&name).map_err(oci::Error::from)?;
    if let Some(kept) = kept
        && let Some(manifest) = session.cache.blob(kept).map_err(oci::Error::from)?
        && search.signs(&manifest).await?
    {
        return Ok(());
    }
    search.seen = 0;
    match search.find().await? {
        Some(manifest) => {
            let keep = || session.cache.set_link(&name, session.cache.keep(&manifest)?);
            Ok(keep().map_err(oci::Error::from)?)
        }
        None if search.seen == 0 => Err(Error::Unsigned { chart }),
        None => Err(Error::Untrusted { chart, signatures: search.seen }),
    }
}

/// What the cache has of a signature that was good: its manifest, under a name, and what that lists.
pub(crate) struct Kept {
    pub(crate) link: String,
    pub(crate) manifest: Digest,
    pub(crate) signatures: Vec<Digest>,
}

/// The signature of a chart that was good when it was last looked at.
pub(crate) fn kept(
    session: &Session,
    address: &str,
    digest: Digest,
) -> Result<Option<Kept>, cache::Error> {
    let link = link(address, digest);
    let Some(manifest) = session.cache.link(&link)? else { return Ok(None) };
    let Some(bytes) = session.cache.blob(manifest)? else { return Ok(None) };
    let listed = read_manifest(&bytes).map(|manifest| manifest.layers).unwrap_or_default();
    let mut signatures = Vec::new();
    for one in listed.iter().take(MOST).filter(|one| is_signature(one)) {
        let Ok(layer) = one.layer("a signature", LARGEST) else { continue };
        // Those behind the good one were not fetched.
        if session.cache.blob(layer.digest)?.is_some() {
            signatures.push(layer.digest);
        }
    }
    Ok(Some(Kept { link, manifest, signatures }))
}

/// The name under which the cache has the manifest of a good signature.
fn link(address: &str, digest: Digest) -> String {
    format!("cosign oci://{address}@sha256:{digest}")
}

/// A search for a signature of a manifest by a key.
struct Search<'run> {
    reader: Reader<'run>,
    digest: Digest,
    key: PublicKey,
    /// Signatures that were looked at.
    seen: usize,
}

impl Search<'_> {
    /// The manifest of a good signature.
    async fn find(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let tag = format!("sha256-{}.sig", self.digest);
        if let Some((_, manifest)) = there(self.reader.tagged(&tag).await)?
            && self.signs(&manifest).await?
        {
            return Ok(Some(manifest));
        }
        let Some(index) = there(self.reader.referrers(self.digest).await)? else { return Ok(None) };
        let index = read_manifest(&index).map_err(|problem| self.lie(problem))?;
        let bundles = index.manifests.iter().filter(|one| bundle::may_be(&one.artifact_type));
        for one in bundles.take(MOST) {
            let layer = one.layer("a signature", LARGEST).map_err(|problem| self.lie(problem))?;
            let manifest = self.reader.named(layer.digest).await?;
            if self.signs(&manifest).await? {
                return Ok(Some(manifest));
            }
        }
        Ok(None)
    }

    /// Whether one of the signatures that a manifest lists is good.
    async fn signs(&mut self, manifest: &[u8]) -> Result<bool, Error> {
        let manifest = read_manifest(manifest).map_err(|problem| self.lie(problem))?;
        for one in manifest.layers.iter().take(MOST) {
            if is_signature(one) && self.is_good(one).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn is_good(&mut self, one: &Descriptor) -> Result<bool, Error> {
        self.seen += 1;
        let layer = one.layer("a signature", LARGEST).map_err(|problem| self.lie(problem))?;
        let content = self.reader.layer(layer, "signature").await?;
        Ok(if bundle::is_type(&one.media_type) {
            bundle::is_good(&self.key, self.digest, &content)
        } else {
            let signature = one.annotations.get(simple::SIGNATURE);
            signature.is_some_and(|text| simple::is_good(&self.key, self.digest, &content, text))
        })
    }

    fn lie(&self, problem: String) -> oci::Error {
        oci::Error::Lie { registry: self.reader.host().to_owned(), problem }
    }
}

fn is_signature(one: &Descriptor) -> bool {
    one.media_type == simple::TYPE || bundle::is_type(&one.media_type)
}

/// None where there is nothing; every other reason not to know is an error.
fn there<T>(answer: Result<T, oci::Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(oci::Error::Absent { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
