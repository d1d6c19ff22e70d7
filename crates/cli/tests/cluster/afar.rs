//! The example whose charts come from a repository, a registry and git, with real ones of this machine in their places.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use registry::oci::{Auth, PASSWORD, Registry, USER};
use registry::repository::{Options, Repository};
use tempfile::TempDir;

use crate::sandbox::Answer;
use crate::support::{Scene, changes};

/// `USER:PASSWORD` as browsers write it.
const AUTHORIZATION: &str = "Basic Y2k6Y29ycmVjdCBob3JzZQ==";

/// Where the charts of the larger example are offered.
struct Places {
    repository: Repository,
    registry: Registry,
    folder: TempDir,
}

impl Places {
    /// What real Helm packs and pushes, and git commits.
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let charts =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/microservices/charts");
        fs::create_dir_all(folder.path().join("served")).unwrap();
        run("cp", &["-r", text(&charts), "charts"], folder.path());
        let options =
            Options { authorization: Some(AUTHORIZATION.to_owned()), ..Options::default() };
        let repository = Repository::start(&folder.path().join("served"), options);
        let places = Self { repository, registry: Registry::start(Auth::Basic, false), folder };
        for chart in ["postgres", "redis", "mailcatcher"] {
            places.serve(chart);
        }
        places.push("service");
        places.commit();
        places
    }

    /// Packs a chart into the repository.
    fn serve(&self, chart: &str) {
        self.helm(&["package", &format!("charts/{chart}"), "-d", "served"]);
        self.helm(&["repo", "index", "served"]);
    }

    /// Packs a chart and pushes it to the registry.
    fn push(&self, chart: &str) {
        self.helm(&["package", &format!("charts/{chart}"), "-d", "packed"]);
        let version = self.version(chart);
        let archive = format!("packed/{chart}-{version}.tgz");
        let address = format!("oci://{}/shop", self.registry.address);
        let login = ["--plain-http", "--username", USER, "--password", PASSWORD];
        self.helm(&[&["push", &archive, &address], &login[..]].concat());
    }

    /// Makes a bare repository of all charts, with the tag `v1`.
    fn commit(&self) {
        let git = |arguments: &[&str]| self.git(arguments);
        git(&["init", "--quiet", "."]);
        git(&["add", "charts"]);
        git(&["commit", "--quiet", "--message", "charts"]);
        git(&["tag", "v1"]);
        git(&["clone", "--quiet", "--bare", ".", "recipes.git"]);
    }

    fn version(&self, chart: &str) -> String {
        let text = fs::read_to_string(self.metadata(chart)).unwrap();
        let version = text.lines().find_map(|line| line.strip_prefix("version: "));
        version.unwrap().to_owned()
    }

    fn set_version(&self, chart: &str, version: &str) {
        let before = format!("version: {}\n", self.version(chart));
        let text = fs::read_to_string(self.metadata(chart)).unwrap();
        let after = text.replacen(&before, &format!("version: {version}\n"), 1);
        fs::write(self.metadata(chart), after).unwrap();
    }

    fn metadata(&self, chart: &str) -> PathBuf {
        self.folder.path().join("charts").join(chart).join("Chart.yaml")
    }

    fn helm(&self, arguments: &[&str]) {
        run(text(&controlplane::helm4()), arguments, self.folder.path());
    }

    fn git(&self, arguments: &[&str]) {
        let somebody = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        run("git", &[&somebody, arguments].concat(), self.folder.path());
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What stands on stderr, without the ends of lines that only the width has made.
fn unwrapped(answer: &Answer) -> String {
    answer.stderr.replace("\n  │ ", " ")
}

#[track_caller]
fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
}

/// The example in the test's own namespace, with the addresses of these places and an empty cache.
fn scene(places: &Places) -> Scene {
    let scene = Scene::example("afar", "microservices/from-afar");
    scene.sandbox.edit("regatta.yaml", "shop-laptop", &scene.namespace);
    let recipes = format!("git+file://{}", text(&places.folder.path().join("recipes.git")));
    let registry = format!("{}/shop", places.registry.address);
    let variables = [
        ("CHARTS_URL", places.repository.url()),
        ("CHARTS_REGISTRY", registry),
        ("CHARTS_GIT", recipes),
        ("CHARTS_USER", USER.to_owned()),
        ("CHARTS_PASSWORD", PASSWORD.to_owned()),
        ("DB_PASSWORD", "another-long-password".to_owned()),
        ("REGATTA_CACHE", ".cache".to_owned()),
    ];
    let Scene { plane, mut sandbox, namespace } = scene;
    for (name, value) in variables {
        sandbox = sandbox.with(name, &value);
    }
    Scene { plane, sandbox, namespace }
}

#[test]
fn charts_of_a_repository_a_registry_and_git() {
    let places = Places::open();
    let scene = scene(&places);
    let apply = |arguments: &str| scene.run(&format!("apply -e laptop --yes {arguments}"));
    let planned = || changes(&scene.run("diff -e laptop -o json").succeeds().json());

    // From nothing.
    let first = apply("").succeeds();
    let written = "wrote regatta.lock: commit it";
    assert!(first.stderr.contains(written), "{first}");
    assert!(!first.to_string().contains(PASSWORD), "{first}");
    for release in ["postgres", "redis", "mail", "catalog", "orders", "gateway"] {
        assert_eq!(scene.statuses(release), ["deployed"], "{release}");
    }
    scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments/mail");
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/mail-looks");
    assert_eq!(scene.sandbox.tree("charts/mail/charts"), [""; 0]);

    // Nothing to do, and nobody to ask.
    let (served, pushed) = (places.repository.requests().len(), places.registry.requests().len());
    let mark = scene.plane.mark();
    assert_eq!(apply("-o json").succeeds().json()["reason"], "no-changes");
    assert!(scene.writes_since(mark).is_empty());
    assert_eq!(places.repository.requests().len(), served);
    assert_eq!(places.registry.requests().len(), pushed);
    scene.run("deps lock --locked").succeeds();

    // New versions come when they are asked for.
    for (chart, version) in [("redis", "1.3.0"), ("mailcatcher", "0.1.1"), ("postgres", "3.0.0")] {
        places.set_version(chart, version);
        places.serve(chart);
    }
    places.set_version("service", "3.5.0");
    places.push("service");
    assert_eq!(planned(), [""; 0]);
    let listed = scene.run("deps list -o json").succeeds().json();
    let row = |row: &serde_json::Value| {
        let word = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {}", word("chart"), word("asked"), word("pinned"), row["outdated"])
    };
    let mut rows: Vec<String> = listed.as_array().unwrap().iter().map(row).collect();
    rows.retain(|row| !row.starts_with("gateway"));
    rows.sort();
    let expect = [
        "mailcatcher ^0.1 0.1.0 true",
        "postgres ~2.1 2.1.0 false",
        "redis newest 1.2.0 true",
        "service ^3 3.4.0 true",
    ];
    assert_eq!(rows, expect);
    scene.run("deps update redis").succeeds();
    assert_eq!(
        planned(),
        [
            "redis update ConfigMap/redis-config",
            "redis update Service/redis",
            "redis update StatefulSet/redis"
        ]
    );
    let moved = scene.run("deps update").succeeds();
    for (old, new) in [("0.1.0", "0.1.1"), ("3.4.0", "3.5.0")] {
        let line = |line: &&str| line.contains(old) && line.ends_with(new);
        assert!(moved.stdout.lines().any(|it| line(&it)), "{old} {new}: {moved}");
    }
    assert!(!moved.stdout.contains("redis") && !moved.stdout.contains("3.0.0"), "{moved}");
    let after = planned();
    assert!(after.contains(&"orders update Deployment/orders".to_owned()), "{after:?}");
    assert!(!after.iter().any(|change| change.starts_with("postgres ")), "{after:?}");
    apply("").succeeds();

    // A range that the lock does not know.
    scene.sandbox.edit("regatta.yaml", "~2.1", "^2");
    let refused = apply("--locked").exits(1);
    let said = unwrapped(&refused);
    assert!(said.contains("(^2) for release `postgres`: the lock file does not have it"), "{said}");
    scene.run("deps lock").succeeds();
    assert_eq!(apply("--locked -o json").succeeds().json()["reason"], "no-changes");

    // Nobody is there any more.
    let address = places.repository.url();
    drop(places);
    assert_eq!(apply("--offline -o json").succeeds().json()["reason"], "no-changes");
    assert_eq!(apply("-o json").succeeds().json()["reason"], "no-changes");
    let listed = scene.run("deps list --offline").succeeds();
    assert!(listed.stdout.contains(&address), "{listed}");
    fs::remove_file(scene.sandbox.path("regatta.lock")).unwrap();
    let refused = apply("").exits(1);
    let said = unwrapped(&refused);
    let expect = format!("cannot get `{address}/redis` (newest) for release `redis`: cannot fetch");
    assert!(said.contains(&expect) && said.contains("cannot reach"), "{said}");
    assert!(!scene.sandbox.path("regatta.lock").exists());
    // What is to go needs no chart.
    scene.run("destroy -e laptop --yes").succeeds();
    assert_eq!(scene.everything(), [""; 0]);
}
