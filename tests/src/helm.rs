//! Real Helm, the judge of rendering: built from its Go module once and kept beside our own builds.

use std::path::PathBuf;
use std::process::Command;

/// The version that our contract names.
pub const VERSION: &str = "4.3.1";

/// The path of Helm's program. Built where it is absent, which takes some minutes; other tests wait meanwhile.
///
/// # Panics
/// Where it can be neither found nor built: without the judge nothing is proven.
pub fn binary() -> PathBuf {
    built("helm")
}

/// The path of the program that writes the probes' goldens (`tests/helm/probes`).
pub fn probe_writer() -> PathBuf {
    built("probes")
}

fn built(name: &str) -> PathBuf {
    let directory = crate::target().join("oracle");
    let path = directory.join(format!("{name}-{VERSION}"));
    // The writer of probes is ours and may have changed; asking Go costs little.
    if name == "helm" && path.exists() {
        return path;
    }
    let script = crate::root().join("tests/helm/build");
    let built = Command::new(&script).arg(&directory).arg(name).status();
    match built {
        Ok(status) if status.success() && path.exists() => path,
        Ok(_) => panic!(
            "`tests/helm/build` could not build `{name}` {VERSION}: its message stands above. It needs Go \
             1.26 and its module proxy, once; or lay the program at `{}`",
            path.display()
        ),
        Err(error) => panic!("cannot run `{}`: {error}", script.display()),
    }
}
