//! Real Helm, the judge of rendering: built from its Go module once and kept beside our own builds.

use std::path::PathBuf;
use std::process::Command;

use chart::Dialect;

/// The version that our contract names.
pub const VERSION: &str = "4.3.1";
/// The version that the other dialect stands for.
const HELM3: &str = "3.22.0";

/// The path of the Helm that judges a dialect. Built where it is absent, which takes some minutes; other tests wait
/// meanwhile.
///
/// # Panics
/// Where it can be neither found nor built: without the judge nothing is proven.
pub fn binary(dialect: Dialect) -> PathBuf {
    match dialect {
        Dialect::Helm4 => built("helm"),
        Dialect::Helm3 => built_by("tests/controlplane/build", "helm", HELM3),
    }
}

/// The program that writes and reads release records with the code of Helm 4 (`tests/helm/records`) or Helm 3
/// (`tests/controlplane/helm3/records`).
pub fn records(dialect: Dialect) -> PathBuf {
    match dialect {
        Dialect::Helm4 => built("records"),
        Dialect::Helm3 => built_by("tests/controlplane/build", "records", HELM3),
    }
}

/// The path of the program that writes the probes' goldens (`tests/helm/probes`).
pub fn probe_writer() -> PathBuf {
    built("probes")
}

/// The path of the program that reads YAML with Helm's library (`tests/helm/yaml`).
pub fn yaml_reader() -> PathBuf {
    built("yaml")
}

fn built(name: &str) -> PathBuf {
    // The writers of probes and records are ours and may have changed; asking Go costs little.
    let path = crate::target().join("oracle").join(format!("{name}-{VERSION}"));
    if name == "helm" && path.exists() {
        return path;
    }
    built_by("tests/helm/build", name, VERSION)
}

fn built_by(script: &str, name: &str, version: &str) -> PathBuf {
    let directory = crate::target().join("oracle");
    let path = directory.join(format!("{name}-{version}"));
    let built = Command::new(crate::root().join(script)).arg(&directory).arg(name).status();
    match built {
        Ok(status) if status.success() && path.exists() => path,
        Ok(_) => panic!(
            "`{script}` could not build `{name}` {version}: its message stands above. It needs Go 1.26 and its module \
             proxy, once; or lay the program at `{}`",
            path.display()
        ),
        Err(error) => panic!("cannot run `{script}`: {error}"),
    }
}
