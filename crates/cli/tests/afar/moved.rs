//! A tag of git or of a registry that comes to mean something else: it moves nothing until somebody asks for that.

use registry::oci::Registry;

use super::rendered;
use crate::sandbox::Sandbox;
use crate::shelf::{MAP, packed};

fn workspace(chart: &str) -> Sandbox {
    let manifest = format!(
        "name: shop\ntarget: {{ directory: out }}\nnamespace: shop\nreleases:\n  a: {{ {chart} }}\n"
    );
    Sandbox::files(&[("regatta.yaml", &manifest)]).with("REGATTA_CACHE", ".cache")
}

/// Pinned at the first, still there after the second, and moved by an update; then without anybody to ask.
fn check(sandbox: &Sandbox, publish: &dyn Fn(&str), same_version: bool) {
    publish("1.0.0");
    assert_eq!(rendered(sandbox), ["a-api 1.0.0"]);
    let lock = sandbox.read("regatta.lock");
    publish(if same_version { "1.0.0" } else { "1.1.0" });
    sandbox.run("diff --locked").succeeds();
    // Another machine has the lock file alone.
    std::fs::remove_dir_all(sandbox.path(".cache")).unwrap();
    assert_eq!(rendered(sandbox), ["a-api 1.0.0"]);
    assert_eq!(sandbox.read("regatta.lock"), lock);
    sandbox.run("deps update").succeeds();
    assert_ne!(sandbox.read("regatta.lock"), lock);
    let expect = if same_version { "a-api 1.0.0" } else { "a-api 1.1.0" };
    assert_eq!(rendered(sandbox), [expect]);
}

#[test]
fn a_branch_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet", "--initial-branch=stable"]);
    let chart = folder.path().join("charts/api");
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    std::fs::write(chart.join("templates/map.yaml"), MAP).unwrap();
    let publish = |version: &str| {
        let metadata = format!("apiVersion: v2\nname: api\nversion: {version}\n");
        std::fs::write(chart.join("Chart.yaml"), metadata).unwrap();
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", version]);
    };
    let address = format!("git+file://{}//charts/api?ref=stable", folder.path().display());
    let sandbox = workspace(&format!("chart: \"{address}\""));
    check(&sandbox, &publish, false);
    drop(folder);
    sandbox.run("diff --offline").succeeds();
    sandbox.run("diff").succeeds();
}

#[test]
fn a_tag_of_a_registry() {
    let registry = Registry::open();
    let sandbox = workspace("chart: shop/api, version: 1.0.0");
    let address = format!("oci://{}/shop", registry.address);
    let repositories =
        format!("repositories: {{ shop: {{ url: \"{address}\", plainHttp: true }} }}\nreleases:");
    sandbox.edit("regatta.yaml", "releases:", &repositories);
    let publish = |version: &str| {
        // The same version, and other bytes each time.
        let round = sandbox.tree("packed").len();
        let archive = packed("api", version, &format!("description: round {round}\n"));
        std::fs::create_dir_all(sandbox.path("packed")).unwrap();
        std::fs::write(sandbox.path(&format!("packed/api-{round}.tgz")), archive).unwrap();
        sandbox.run(&format!("chart push packed/api-{round}.tgz shop")).succeeds();
    };
    check(&sandbox, &publish, true);
    drop(registry);
    sandbox.run("diff --offline").succeeds();
    sandbox.run("diff").succeeds();
}
