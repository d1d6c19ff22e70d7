//! Reads manifests and layers of one repository, from the cache where it has them; each byte is checked against its digest.

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap};

use super::Error;
use super::manifest::{self, Layer};
use super::registry::{Action, Ask, Registry};
use crate::http::Shown;
use crate::{Access, Digest, Session};

/// The cache, and behind it the registry, which is connected to only when something is missing.
pub(crate) struct Reader<'run> {
    /// What all of it is for, as messages say it.
    pub(crate) what: String,
    session: &'run Session,
    address: &'run str,
    access: &'run Access,
    registry: Option<Registry<'run>>,
}

impl<'run> Reader<'run> {
    pub(crate) fn new(
        session: &'run Session,
        address: &'run str,
        access: &'run Access,
        what: String,
    ) -> Self {
        Self { session, address, access, what, registry: None }
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

    /// The manifest of a digest, from the cache or the registry; not yet kept.
    pub(crate) async fn named(&mut self, digest: Digest) -> Result<Vec<u8>, Error> {
        if let Some(manifest) = self.session.cache.blob(digest)? {
            return Ok(manifest);
        }
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

    /// What refers to a digest, as an index (OCI distribution specification, "Listing Referrers").
    pub(crate) async fn referrers(&mut self, digest: Digest) -> Result<Vec<u8>, Error> {
        let name = format!("sha256:{digest}");
        match self.get("referrers", &name, manifest::LARGEST, None).await {
            // The specification's way for registries that do not list them.
            Err(Error::Absent { .. }) => Ok(self.tagged(&format!("sha256-{digest}")).await?.1),
            answer => Ok(answer?.1),
        }
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
        if kind != "blobs" {
            headers.insert(ACCEPT, manifest::ACCEPTED.parse().expect("media types make a header"));
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
        let _shown = Shown::begin(self.session, shown);
        let came =
            |bytes| self.session.watch.came(shown, u64::try_from(bytes).unwrap_or(u64::MAX), of);
        registry.get(ask, limit, came).await
    }

    /// The registry's name.
    pub(crate) fn host(&self) -> &'run str {
        self.address.split('/').next().unwrap_or(self.address)
    }

    fn other_digest(&self, what: &str, promised: Digest, came: Digest) -> Error {
        Error::other_digest(self.host(), what, promised, came)
    }
}
