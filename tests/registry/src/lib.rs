//! Support for the tests of what is fetched: places on this machine that serve charts as the ones in the world do, and
//! as they should not.
#![expect(clippy::disallowed_methods, reason = "tests start programs and read files")]

pub mod hand;
pub mod key;
pub mod oci;
pub mod proxy;
pub mod repository;
pub mod signer;
pub mod tls;

pub use controlplane::{Authority, Pair, helm4};
