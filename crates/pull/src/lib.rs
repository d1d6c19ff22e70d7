//! Chart references in, verified chart archives in a cache and a lock file out. Knows no manifest and no cluster.
//!
//! A [`Wanted`] names a [`Source`] and what narrows its versions; how the source lets us in is its [`Access`], and whose
//! signature counts its [`Trust`].

pub mod archive;
pub mod cache;
pub mod cosign;
pub mod dependencies;
pub mod git;
pub mod http;
pub mod index;
pub mod lock;
pub mod museum;
pub mod oci;
pub mod provenance;
pub mod resolve;
pub mod vendor;

mod access;
mod choose;
mod digest;
mod failure;
mod program;
mod session;
mod shown;
mod source;
mod wanted;

pub use access::{Access, ClientCertificate, Login, Secret};
pub use cache::Cache;
pub use choose::{InvalidRange, fits};
pub use digest::{Digest, InvalidDigest};
pub use failure::{Error, Failure};
pub use lock::Lock;
pub use session::{Session, Unwatched, Watch};
pub use shown::address as shown_address;
pub use source::{InvalidAddress, Named, SaidTwice, Source};
pub use wanted::{Narrowed, Trust, Wanted};
