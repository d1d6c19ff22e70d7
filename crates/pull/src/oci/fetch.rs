//! A chart from a registry into the cache, each byte checked against the digests that name it.

use reqwest::Method;
use reqwest::header::HeaderMap;

use super::manifest::{self, Layer};
use super::registry::{Action, Ask, Registry};
use super::{Error, tag};
use crate::{Access, Digest, Session};

/// Which of a repository's charts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// With `+`, as versions are written.
    Version(String),
    /// The manifest's.
    Digest(Digest),
}

/// A chart whose archive and manifest lie in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The manifest's digest, which pins everything else.
    pub digest: Digest,
    /// By which the cache finds the archive.
    pub archive: Digest,
    /// The file `.prov`, which nobody has verified yet.
    pub provenance: Option<Vec<u8>>,
}

/// Fetches what the cache does not have; by digest that may be nothing, and then no connection is made.
///
/// The address is `HOST[:PORT]/PATH/CHART`. Whether the archive holds a chart of that name is the caller's to check.
pub async fn fetch(
    session: &Session,
    address: &str,
    at: &At,
    access: &Access,
) -> Result<Fetched, Error> {
    let mut from = From { session, address, access, what: shown(address, at), registry: None };
    let (digest, manifest) = from.manifest(at).await?;
    let host = address.split('/').next().unwrap_or(address);
    let chart = manifest::chart(host, &from.what, &manifest)?;
    // Kept only now that it is a chart's.
    session.cache.keep(&manifest)?;
    from.layer(chart.archive, "archive").await?;
    let provenance = match chart.provenance {
        Some(layer) => Some(from.layer(layer, "provenance file").await?),
        None => None,
    };
    Ok(Fetched { digest, archive: chart.archive.digest, provenance })
}

fn shown(address: &str, at: &At) -> String {
    match at {
        At::Version(version) => format!("`oci://{address}:{version}`"),
        At::Digest(digest) => format!("`oci://{address}@sha256:{digest}`"),
    }
}

/// The cache, and behind it the registry, which is connected to only when something is missing.
pub(crate) struct From<'run> {
    pub(crate) session: &'run Session,
    pub(crate) address: &'run str,
    pub(crate) access: &'run Access,
    /// What all of it is for, as messages say it.
    pub(crate) what: String,
    pub(crate) registry: Option<Registry<'run>>,
}

impl<'run> From<'run> {
    async fn manifest(&mut self, at: &At) -> Result<(Digest, Vec<u8>), Error> {
        match at {
            At::Version(version) => self.tagged(&tag(version)).await,
            At::Digest(digest) => match self.session.cache.blob(*digest)? {
                Some(manifest) => Ok((*digest, manifest)),
                None => Ok((*digest, self.named(*digest).await?)),
            },
        }
    }

    /// The manifest that a tag stands for now.
    pub(crate) async fn tagged(&mut self, tag: &str) -> Result<(Digest, Vec<u8>), Error> {
        let (headers, manifest) = self.get("manifests", tag, manifest::LARGEST, None).await?;
        let digest = Digest::of(&manifest);
        let promised = headers.get("docker-content-digest").and_then(|value| value.to_str().ok());
        match promised.and_then(|text| text.parse().ok()) {
            Some(promised) if promised != digest => {
                Err(self.other_digest("the manifest", promised, digest))
            }
            _ => Ok((digest, manifest)),
        }
    }

    /// The manifest of a digest, from the registry.
    pub(crate) async fn named(&mut self, digest: Digest) -> Result<Vec<u8>, Error> {
        let name = format!("sha256:{digest}");
        let (_, manifest) = self.get("manifests", &name, manifest::LARGEST, None).await?;
        let came = Digest::of(&manifest);
        if came == digest {
            Ok(manifest)
        } else {
            Err(self.other_digest("the manifest", digest, came))
        }
    }

    /// A layer's bytes, from the cache or the registry; kept in the cache.
    pub(crate) async fn layer(&mut self, layer: Layer, what: &str) -> Result<Vec<u8>, Error> {
        let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let limit = usize::try_from(layer.size).unwrap_or(usize::MAX);
        let bytes = match self.session.cache.blob(layer.digest)? {
            Some(bytes) => bytes,
            None => {
                let name = format!("sha256:{}", layer.digest);
                self.get("blobs", &name, limit, Some(layer.size)).await?.1
            }
        };
        let problem = if length(&bytes) != layer.size {
            format!("the {what} has {} bytes and is said to have {}", bytes.len(), layer.size)
        } else if Digest::of(&bytes) != layer.digest {
            return Err(self.other_digest(
                &format!("the {what}"),
                layer.digest,
                Digest::of(&bytes),
            ));
        } else {
            self.session.cache.keep(&bytes)?;
            return Ok(bytes);
        };
        Err(Error::Lie { registry: self.host().to_owned(), problem })
    }

    async fn get(
        &mut self,
        kind: &str,
        name: &str,
        limit: usize,
        of: Option<u64>,
    ) -> Result<(HeaderMap, Vec<u8>), Error> {
        let registry = match self.registry.take() {
            Some(registry) => registry,
            None => Registry::of(self.session, self.address, self.access, &self.what)?,
        };
        let registry = self.registry.insert(registry);
        let mut headers = HeaderMap::new();
        if kind == "manifests" {
            headers
                .insert("accept", manifest::ACCEPTED.parse().expect("media types make a header"));
        }
        let ask = Ask {
            method: Method::GET,
            url: registry.url(&format!("{kind}/{name}")),
            headers,
            body: None,
            action: Action::Pull,
            what: &self.what,
        };
        let shown = self.what.trim_matches('`');
        if of.is_none() {
            return registry.get(ask, limit, |_| {}).await;
        }
        let _ended = Ended { session: self.session, what: shown };
        self.session.watch.began(shown);
        let came =
            |bytes| self.session.watch.came(shown, u64::try_from(bytes).unwrap_or(u64::MAX), of);
        registry.get(ask, limit, came).await
    }

    fn host(&self) -> &'run str {
        self.address.split('/').next().unwrap_or(self.address)
    }

    fn other_digest(&self, what: &str, promised: Digest, came: Digest) -> Error {
        Error::other_digest(self.host(), what, promised, came)
    }
}

/// Tells the watch that a download ended, however it did.
struct Ended<'a> {
    session: &'a Session,
    what: &'a str,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.session.watch.ended(self.what);
    }
}
