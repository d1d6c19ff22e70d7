//! Two runs of one workspace: one has the lock, the other waits or is refused.

use std::time::{Duration, Instant};

use controlplane::{Fault, Proxy};
use serde_json::json;

use crate::app;
use crate::support::Scene;

/// Where `regatta` keeps the lock of these workspaces.
fn lease(scene: &Scene) -> String {
    scene.here("/apis/coordination.k8s.io/v1/namespaces/NAMESPACE/leases/regatta.NAMESPACE.dev")
}

/// Ends a run by `kill -9` while it holds the lock, and gives its process's number.
fn kill_holder(scene: &Scene, proxy: &Proxy) -> String {
    let mut command = app::command(scene, proxy, "apply -e dev --yes");
    let fatal = |seen: &controlplane::Seen| seen.method == "PATCH" && !seen.path.contains("dryRun");
    let (arrived, arrivals) = std::sync::mpsc::channel();
    proxy.on_request(move |seen| {
        if fatal(seen) {
            arrived.send(()).ok();
            return Fault::Delay(Duration::from_secs(60));
        }
        Fault::None
    });
    let mut child = command.spawn().unwrap();
    arrivals.recv_timeout(Duration::from_secs(60)).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    proxy.on_request(|_| Fault::None);
    child.id().to_string()
}

#[test]
fn a_second_run_is_refused_or_waits() {
    let scene = app::scene("two-runs");
    let proxy = Proxy::start(scene.plane);
    let (arrived, arrivals) = std::sync::mpsc::channel();
    proxy.on_request(move |seen| {
        if seen.method == "PATCH" && !seen.path.contains("dryRun") {
            arrived.send(()).ok();
            return Fault::Delay(Duration::from_secs(1));
        }
        Fault::None
    });
    let mut first = app::command(&scene, &proxy, "apply -e dev --yes").spawn().unwrap();
    arrivals.recv_timeout(Duration::from_secs(60)).unwrap();

    let refused = app::run(&scene, "apply -e dev --yes --lock-timeout 0s").exits(75);
    let holder = format!("is held by process {} on ", first.id());
    assert!(refused.stderr.contains(&holder), "{refused}");
    // Reads take no lock.
    app::run(&scene, "diff -e dev").succeeds();

    let waited = app::run(&scene, "apply -e dev --yes --lock-timeout 60s");
    assert!(first.wait().unwrap().success());
    assert!(waited.stderr.contains("waiting for process "), "{waited}");
    // What was planned before is not what is there now; who said yes means the plan of now.
    assert!(waited.stderr.contains("another run changed the stack"), "{waited}");
    assert!(waited.stderr.contains("planning again"), "{waited}");
    waited.succeeds();
    app::is_whole(&scene, "one");
}

#[test]
fn a_holder_that_was_killed_here_blocks_nobody() {
    let scene = app::scene("dead-holder");
    let proxy = Proxy::start(scene.plane);
    let process = kill_holder(&scene, &proxy);
    let holder = scene.get(&lease(&scene))["spec"]["holderIdentity"].to_string();
    assert!(holder.contains(&format!("/{process}/")), "{holder}");
    app::run(&scene, "apply -e dev --yes --lock-timeout 0s").succeeds();
    app::is_whole(&scene, "one");
}

#[test]
fn a_holder_that_was_killed_elsewhere_blocks_as_long_as_its_lease_lasts() {
    let scene = app::scene("lost-holder");
    let proxy = Proxy::start(scene.plane);
    kill_holder(&scene, &proxy);
    let elsewhere = json!({"holderIdentity": "build-7/4711/1", "leaseDurationSeconds": 3});
    scene.plane.patch(&lease(&scene), &json!({"spec": elsewhere}));

    let refused = app::run(&scene, "apply -e dev --yes --lock-timeout 0s").exits(75);
    assert!(refused.stderr.contains("is held by process 4711 on build-7"), "{refused}");
    let began = Instant::now();
    app::run(&scene, "apply -e dev --yes --lock-timeout 60s").succeeds();
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    app::is_whole(&scene, "one");
}

#[test]
fn a_destroy_that_was_killed_after_its_last_deletion_leaves_a_lock_that_the_next_one_removes() {
    let scene = app::scene("last-lock");
    let proxy = Proxy::start(scene.plane);
    kill_holder(&scene, &proxy);
    let holder = scene.get(&lease(&scene))["spec"]["holderIdentity"].clone();
    app::run(&scene, "destroy -e dev --yes").succeeds();
    app::is_unlocked(&scene);
    let path = lease(&scene);
    let (leases, name) = path.rsplit_once('/').unwrap();
    let spec = json!({ "holderIdentity": holder, "leaseDurationSeconds": 300 });
    scene.plane.create(leases, &json!({ "metadata": { "name": name }, "spec": spec }));
    let answer = app::run(&scene, "destroy -e dev --yes --lock-timeout 0s").succeeds();
    assert!(answer.stderr.contains("a run left its lock behind"), "{answer}");
    app::is_unlocked(&scene);
}
