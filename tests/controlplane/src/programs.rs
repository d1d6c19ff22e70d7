//! The programs of a control plane, built from their Go modules once and kept beside our own builds.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that a script like `tests/controlplane/build` makes.
pub struct Program {
    pub name: &'static str,
    /// From the repository's root; takes a directory and the program's name.
    pub script: &'static str,
    /// The go.mod that names its version, and the module to look for.
    pub versions: &'static str,
    pub module: &'static str,
}

const SERVERS: &str = include_str!("../servers/go.mod");

/// What a control plane consists of, in the order of starting.
pub(crate) const PARTS: [&str; 5] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"];

/// Real Helm 3.
///
/// # Panics
/// Where it can be neither found nor built.
pub fn helm3() -> PathBuf {
    built(&Program {
        name: "helm",
        script: "tests/controlplane/build",
        versions: include_str!("../helm3/go.mod"),
        module: "helm.sh/helm/v3",
    })
}

/// Real Helm 4.
///
/// # Panics
/// Where it can be neither found nor built.
pub fn helm4() -> PathBuf {
    built(&Program {
        name: "helm",
        script: "tests/helm/build",
        versions: include_str!("../../helm/go.mod"),
        module: "helm.sh/helm/v4",
    })
}

/// One of [`PARTS`]. The directory `KUBEBUILDER_ASSETS` is asked first, for the parts that it has.
pub(crate) fn part(name: &'static str) -> PathBuf {
    if let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") {
        let path = Path::new(&assets).join(name);
        if path.exists() {
            return path;
        }
    }
    let (versions, module) = match name {
        "etcd" => (SERVERS, "go.etcd.io/etcd/server/v3"),
        "kwok" => (include_str!("../kwok/go.mod"), "sigs.k8s.io/kwok"),
        _ => (SERVERS, "k8s.io/kubernetes"),
    };
    built(&Program { name, script: "tests/controlplane/build", versions, module })
}

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the package lies two folders below the root")
}

/// Where builds go, ours and those of Go.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program's path. Built where it is absent; other tests wait meanwhile.
///
/// # Panics
/// Where it can be neither found nor built.
pub fn built(program: &Program) -> PathBuf {
    let version = version(program.versions, program.module).expect("the go.mod names its module");
    let directory = target().join("oracle");
    let path = directory.join(format!("{}-{version}", program.name));
    if path.exists() {
        return path;
    }
    let script = root().join(program.script);
    match Command::new(&script).arg(&directory).arg(program.name).status() {
        Ok(status) if status.success() && path.exists() => path,
        Ok(_) => panic!(
            "`{}` could not build `{}` {version}: its message stands above. It needs Go 1.26 and its \
             module proxy, once; or lay the program at `{}`",
            program.script,
            program.name,
            path.display()
        ),
        Err(error) => panic!("cannot run `{}`: {error}", script.display()),
    }
}

/// The version without its `v` that a go.mod requires of a module.
fn version<'text>(go_mod: &'text str, module: &str) -> Option<&'text str> {
    go_mod.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("require ");
        line.strip_prefix(module)?.strip_prefix(" v")?.split_whitespace().next()
    })
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read_from_go_mod() {
        let check = |module, expect| assert_eq!(version(super::SERVERS, module), expect);
        check("k8s.io/kubernetes", Some("1.36.3"));
        check("go.etcd.io/etcd/server/v3", Some("3.6.8"));
        check("k8s.io/kuber", None);
    }
}
