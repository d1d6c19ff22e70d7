//! What a run as a whole does: how its releases follow each other, how long it may take, what a failure takes back.

use serde_json::Value;

use crate::app;
use crate::running::Running;
use crate::support::{CHART, Scene, at, list};

const SETTINGS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}" }
"#;

/// It is ready when somebody gives it an address.
const SERVICE: &str = r#"
apiVersion: v1
kind: Service
metadata: { name: "{{ .Release.Name }}" }
spec: { type: LoadBalancer, ports: [{ port: 80 }] }
"#;

/// Releases of two charts: `./quick` is ready at once, `./slow` when somebody gives its Service an address.
fn scene(prefix: &str, releases: &str) -> Scene {
    let files = [
        ("quick/Chart.yaml", CHART),
        ("quick/templates/settings.yaml", SETTINGS),
        ("slow/Chart.yaml", CHART),
        ("slow/templates/settings.yaml", SETTINGS),
        ("slow/templates/service.yaml", SERVICE),
    ];
    Scene::releases(prefix, releases, &files)
}

fn is_done(event: &Value, release: &str) -> bool {
    event["event"] == "release-done" && event["release"] == release
}

#[test]
fn an_eager_release_waits_for_its_own_needs_alone() {
    let scene = scene(
        "eager",
        "
  slow: { chart: ./slow, timeout: 60s }
  quick: { chart: ./quick }
  after: { chart: ./quick, needs: [quick] }
  last: { chart: ./quick, needs: [slow, after] }
",
    );
    let arguments = ["apply", "-e", "dev", "--yes", "-o", "json", "--schedule", "eager"];
    let mut running = Running::start(&mut scene.sandbox.command(&arguments));
    // What is of the second wave comes to its end while the first is not through.
    let before = running.until(|event| is_done(event, "after"));
    assert!(before.iter().all(|event| !is_done(event, "slow")), "{before:#?}");
    assert!(before.iter().any(|event| is_done(event, "quick")), "{before:#?}");
    scene.plane.until(&scene.here("/api/v1/namespaces/NAMESPACE/services/slow"), Value::is_object);
    scene.plane.set_address(&scene.namespace, "slow", "192.0.2.1");
    let after = running.until(|event| is_done(event, "last"));
    assert!(after.iter().any(|event| is_done(event, "slow")), "{after:#?}");
    let (status, rest, stderr) = running.ends();
    assert!(status.success(), "{rest}{stderr}");
    for release in ["slow", "quick", "after", "last"] {
        assert_eq!(scene.statuses(release), ["deployed"], "{release}");
    }
}

#[test]
fn the_time_of_a_run_ends_it() {
    let scene = scene(
        "timeout",
        "
  slow: { chart: ./slow, onFailure: keep }
  after: { chart: ./quick, needs: [slow] }
",
    );
    let answer = scene.run("apply -e dev --yes --timeout 8s -o json").exits(4);
    let report = answer.json();
    let releases = list(&report["stacks"][0]["result"]["releases"]);
    let failure = &releases[0]["failures"][0];
    assert_eq!(failure["code"], "E-LOAD-BALANCER", "{answer}");
    assert_eq!(failure["object"]["name"], "slow");
    assert_eq!(releases[1]["outcome"], "skipped");
    assert_eq!(releases[1]["because"], "slow");
    assert!(answer.stderr.contains("Service/slow"), "{answer}");
    assert!(answer.stderr.contains("`slow` failed, and the time of the run is up"), "{answer}");
    assert_eq!(scene.statuses("slow"), ["failed"]);
    assert_eq!(scene.statuses("after"), [""; 0]);

    scene.plane.set_address(&scene.namespace, "slow", "192.0.2.1");
    scene.apply();
    assert_eq!(scene.statuses("slow"), ["failed", "deployed"]);
    assert_eq!(scene.statuses("after"), ["deployed"]);
}

#[test]
fn what_a_run_out_of_time_did_is_taken_back() {
    let scene = scene("timeout-back", "  slow: { chart: ./slow }\n");
    scene.run("apply -e dev --yes --timeout 8s").exits(5);
    scene.is_absent("/api/v1/namespaces/NAMESPACE/services/slow");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/slow");
    assert_eq!(scene.statuses("slow"), ["failed"]);
}

#[test]
fn a_run_without_time_begins_nothing() {
    let scene = scene("no-time", "  quick: { chart: ./quick }\n");
    let answer = scene.run("apply -e dev --yes --timeout 0s").exits(1);
    assert!(answer.stderr.contains("the time of the run is up"), "{answer}");
    assert_eq!(scene.everything(), [""; 0]);
}

/// The releases that were taken back, in the order in which that was told.
fn taken_back(events: &str) -> Vec<String> {
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let done = events.filter(|event| event["event"] == "release-done");
    let back = done.filter(|event| !event["result"]["rolledBack"].is_null());
    back.map(|event| at(&event, "/release")).collect()
}

/// The hook that breaks comes after the objects of an upgrade, and before those of an installation.
const ROLLBACK_ALL: &str = "apply -e dev --yes --rollback-all -o json --set web:hook=true --set web:breaks=true --set web:text=two";

#[test]
fn a_failure_takes_back_all_that_the_run_changed() {
    let scene = app::scene("rollback-all");
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::say(&scene, "two");
    let answer = app::run(&scene, ROLLBACK_ALL).exits(5);
    assert_eq!(taken_back(&answer.stdout), ["web", "worker", "base"], "{answer}");
    let superseded = ["superseded", "superseded", "deployed"];
    assert_eq!(scene.statuses("base"), superseded);
    assert_eq!(scene.statuses("worker"), superseded);
    assert_eq!(scene.statuses("web"), ["superseded", "failed", "deployed"]);
    assert!(scene.helm4("history base -n NAMESPACE").contains("Rollback to 1"));
    // What was tried is still to be done; what was there before is there, as a whole.
    assert_eq!(scene.run("diff -e dev --detailed-exitcode").exit, Some(2));
    app::say(&scene, "one");
    app::is_whole(&scene, "one");
}

#[test]
fn a_failure_takes_back_all_that_the_run_installed() {
    let scene = app::scene("rollback-all-new");
    let answer = app::run(&scene, ROLLBACK_ALL).exits(5);
    assert_eq!(taken_back(&answer.stdout), ["worker", "web", "base"], "{answer}");
    for release in ["base", "web", "worker"] {
        assert_eq!(scene.statuses(release), ["failed"], "{release}");
        scene.is_absent(&format!("/apis/apps/v1/namespaces/NAMESPACE/deployments/{release}"));
        scene.is_absent(&format!("/api/v1/namespaces/NAMESPACE/configmaps/{release}-settings"));
    }
    // What is left of them is known, and goes.
    app::run(&scene, "destroy -e dev --yes").succeeds();
    app::is_gone(&scene);
}

/// A hook that fails after the objects of its release.
const BREAKS: &str = r#"
apiVersion: batch/v1
kind: Job
metadata: { name: breaks, annotations: { helm.sh/hook: "post-install" } }
spec:
  backoffLimit: 0
  template:
    metadata: { annotations: { test.kwok/outcome: failed } }
    spec: { restartPolicy: Never, containers: [{ name: main, image: "app:1" }] }
"#;

#[test]
fn what_failed_and_was_kept_is_taken_back_too_and_a_deletion_is_final() {
    let scene =
        scene("rollback-all-kept", "  old: { chart: ./quick }\n  same: { chart: ./quick }\n");
    scene.apply();
    scene.write("broken/Chart.yaml", CHART);
    scene.write("broken/templates/settings.yaml", SETTINGS);
    scene.write("broken/templates/breaks.yaml", BREAKS);
    scene.manifest(
        "
  old: { chart: ./quick, installed: false }
  same: { chart: ./quick }
  broken: { chart: ./broken, onFailure: keep }
",
    );
    let arguments = "apply -e dev --yes --on-failure continue --rollback-all -o json";
    let answer = scene.run(arguments).exits(4);
    assert!(answer.stderr.contains("it was deleted"), "{answer}");
    assert_eq!(taken_back(&answer.stdout), ["broken"], "{answer}");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/broken");
    assert_eq!(scene.statuses("broken"), ["failed"]);
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/old");
    assert_eq!(scene.statuses("same"), ["deployed"]);
    // Nothing is left of what was deleted, and what failed is known.
    let status = scene.run("status -e dev -o json").succeeds().json();
    let known: Vec<_> =
        list(&status[0]["releases"]).iter().map(|one| at(one, "/release")).collect();
    assert_eq!(known, ["broken", "same"], "{status:#}");
    scene.run("destroy -e dev --yes").succeeds();
    app::is_unlocked(&scene);
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_not_taken_back() {
    let scene = scene("rollback-all-overtaken", "  quick: { chart: ./quick }\n");
    scene.apply();
    scene.manifest(
        "
  slow: { chart: ./slow }
  quick: { chart: ./quick, needs: [slow], values: [{ text: ours }] }
",
    );
    let arguments = ["apply", "-e", "dev", "--yes", "--rollback-all", "-o", "json"];
    let mut running = Running::start(&mut scene.sandbox.command(&arguments));
    running.until(|event| event["event"] == "waiting" && event["release"] == "slow");
    let chart = scene.sandbox.path("quick");
    scene.helm4(&format!("upgrade quick {} -n NAMESPACE --set text=theirs", chart.display()));
    scene.plane.set_address(&scene.namespace, "slow", "192.0.2.1");
    let (_, stdout, stderr) = running.ends();
    assert!(stderr.contains("revision 2 of it was written by somebody else"), "{stderr}");
    assert_eq!(taken_back(&stdout), ["slow"], "{stdout}{stderr}");
    assert_eq!(scene.statuses("quick"), ["superseded", "deployed"]);
    assert!(scene.helm4("get values quick -n NAMESPACE").contains("theirs"));
}
