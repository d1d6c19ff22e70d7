//! Support for the tests of the whole repository: real Helm, probes, parity.
#![expect(clippy::disallowed_methods, reason = "tests read files, the environment and run Helm")]

pub mod fuzz;
pub mod helm;
pub mod parity;
pub mod probe;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the root")
}

/// Where builds go, ours and those of the judge.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
