//! Charts in OCI registries, as Helm keeps them there: tags into versions, an image manifest into an archive and its
//! provenance, and the way back.
//!
//! Over our own requests and not over `oci-client`, which reads manifests, tag lists and tokens of any size into memory,
//! panics at a token that is no header, follows redirects from TLS to plain HTTP, and knows neither client certificates nor
//! identity tokens.

pub mod logins;

mod authorize;
mod challenge;
mod describe;
mod error;
mod fetch;
mod manifest;
mod push;
mod reader;
mod refusal;
mod registry;
mod tags;

pub use error::Error;
pub use fetch::{At, Fetched, fetch};
pub use logins::Logins;
pub use push::{Package, Pushed, push};
pub use tags::versions;

pub(crate) use manifest::{Descriptor, read as read_manifest};
pub(crate) use reader::Reader;

/// Media types of Helm's registry client (pkg/registry/constants.go).
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const ARCHIVE: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const OLD_ARCHIVE: &str = "application/tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// Tags hold no `+`, so Helm writes `_` (helm#10166).
fn tag(version: &str) -> String {
    version.replace('+', "_")
}
