//! A chart from a registry into the cache, each byte checked against the digests that name it.

use super::reader::Reader;
use super::{Error, manifest, tag};
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
    let mut reader = Reader::new(session, address, access, shown(address, at));
    let (digest, manifest) = match at {
        At::Version(version) => reader.tagged(&tag(version)).await?,
        At::Digest(digest) => (*digest, reader.named(*digest).await?),
    };
    let chart = manifest::chart(reader.host(), &reader.what, &manifest)?;
    // Kept only now that it is a chart's.
    session.cache.keep(&manifest)?;
    reader.layer(chart.archive, "archive").await?;
    let provenance = match chart.provenance {
        Some(layer) => Some(reader.layer(layer, "provenance file").await?),
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
