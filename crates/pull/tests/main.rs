//! What is fetched from real repositories, registries and git, judged by real Helm.
#![expect(clippy::disallowed_methods, reason = "tests run Helm and look at its files")]
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod git;
mod http;
mod oci;
mod provenance;
