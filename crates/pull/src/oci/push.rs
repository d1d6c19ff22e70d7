//! A chart's archive into a registry, as `helm push` does it: the same manifest, so the same digest.

use std::collections::BTreeMap;

use chart::Metadata;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, Url};
use serde::Serialize;

use super::registry::{Action, Ask, Failure, Registry};
use super::{ARCHIVE, CONFIG, Error, PROVENANCE, describe, manifest, tag};
use crate::{Access, Digest, Session};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What is to be pushed.
#[derive(Clone, Copy, Debug)]
pub struct Package<'a> {
    /// A `.tgz`.
    pub archive: &'a [u8],
    /// The file `.prov` beside it.
    pub provenance: Option<&'a [u8]>,
    /// When the archive was last written, as RFC 3339: Helm makes it an annotation.
    pub created: &'a str,
}

/// Where a chart now lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// `HOST[:PORT]/PATH/CHART:TAG`.
    pub reference: String,
    /// The manifest's.
    pub digest: Digest,
    /// What the tag stood for before, if that was something else.
    pub replaced: Option<Digest>,
}

/// Pushes to `HOST[:PORT]/PATH`, below which the chart's name makes the repository and its version the tag. A tag that is
/// there already moves, as with Helm.
pub async fn push(
    session: &Session,
    folder: &str,
    package: Package<'_>,
    access: &Access,
) -> Result<Pushed, Error> {
    let chart = chart::load_archive("the archive", package.archive).map_err(|problems| {
        let first = problems.first().map(|problem| problem.message.clone());
        Error::Archive(first.unwrap_or_default())
    })?;
    let metadata = &chart.metadata;
    let address = format!("{}/{}", folder.trim_end_matches('/'), metadata.name);
    let tag = tag(&metadata.version);
    let reference = format!("{address}:{tag}");
    let what = format!("pushing `oci://{reference}`");
    let registry = Registry::of(session, &address, access, &what)?;

    let to = To { registry: &registry, what: &what };
    let config = describe::json(&chart::described(metadata));
    let manifest = assembled(metadata, &config, &package);
    to.blob(&config).await?;
    to.blob(package.archive).await?;
    if let Some(provenance) = package.provenance {
        to.blob(provenance).await?;
    }
    let digest = Digest::of(&manifest);
    let before = to.standing(&tag).await?;
    let url = registry.url(&format!("manifests/{tag}"));
    registry.ask(&to.request(Method::PUT, url, MANIFEST, Some(&manifest))).await?;
    Ok(Pushed { reference, digest, replaced: before.filter(|before| *before != digest) })
}

/// `ocispec.Manifest`, with its fields in their order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    schema_version: u8,
    config: Content,
    layers: Vec<Content>,
    annotations: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    media_type: &'static str,
    digest: String,
    size: usize,
}

/// The manifest's bytes, with layers by digest as Helm orders them.
fn assembled(metadata: &Metadata, config: &[u8], package: &Package<'_>) -> Vec<u8> {
    let mut layers = vec![Content::of(ARCHIVE, package.archive)];
    layers.extend(package.provenance.map(|file| Content::of(PROVENANCE, file)));
    layers.sort_by(|one, other| one.digest.cmp(&other.digest));
    describe::json(&Image {
        schema_version: 2,
        config: Content::of(CONFIG, config),
        layers,
        annotations: describe::annotations(metadata, package.created),
    })
}

impl Content {
    fn of(media_type: &'static str, bytes: &[u8]) -> Self {
        Self { media_type, digest: format!("sha256:{}", Digest::of(bytes)), size: bytes.len() }
    }
}

/// A registry that takes content.
struct To<'a> {
    registry: &'a Registry<'a>,
    what: &'a str,
}

impl To<'_> {
    /// Uploads what is not there yet, in one piece (OCI distribution specification, "POST then PUT").
    async fn blob(&self, bytes: &[u8]) -> Result<(), Error> {
        let digest = format!("sha256:{}", Digest::of(bytes));
        let url = self.registry.url(&format!("blobs/{digest}"));
        match self.registry.ask(&self.request(Method::HEAD, url, "", None)).await {
            Ok(_) => return Ok(()),
            Err(Error::Absent { .. }) => {}
            Err(error) => return Err(error),
        }
        let mut attempts = 0;
        loop {
            match self.upload(&digest, bytes).await {
                Ok(()) => return Ok(()),
                Err(failure) => self.registry.again(&mut attempts, failure).await?,
            }
        }
    }

    /// One upload, begun anew each time: what broke off cannot be gone on with.
    async fn upload(&self, digest: &str, bytes: &[u8]) -> Result<(), Failure> {
        let start = self.registry.url("blobs/uploads/");
        let begun = self.request(Method::POST, start.clone(), "", Some(&[]));
        let headers = self.registry.ask_once(&begun).await?;
        let place = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let place = place
            .ok_or_else(|| self.registry.lie("it does not say where to upload to".to_owned()))?;
        let mut place = self.registry.resolve(&start, place)?;
        place.query_pairs_mut().append_pair("digest", digest);
        let put = self.request(Method::PUT, place, "application/octet-stream", Some(bytes));
        self.registry.ask_once(&put).await.map(drop)
    }

    /// What a tag stands for, if it is there.
    async fn standing(&self, tag: &str) -> Result<Option<Digest>, Error> {
        let url = self.registry.url(&format!("manifests/{tag}"));
        match self.registry.ask(&self.request(Method::HEAD, url, "", None)).await {
            Ok(headers) => {
                let digest = headers.get("docker-content-digest");
                Ok(digest.and_then(|value| value.to_str().ok()?.parse().ok()))
            }
            Err(Error::Absent { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn request<'b>(
        &'b self,
        method: Method,
        url: Url,
        kind: &str,
        body: Option<&'b [u8]>,
    ) -> Ask<'b> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, manifest::ACCEPTED.parse().expect("media types make a header"));
        if !kind.is_empty() {
            headers.insert(CONTENT_TYPE, kind.parse().expect("media types make a header"));
        }
        Ask { method, url, headers, body, action: Action::Push, what: self.what }
    }
}
