//! The namespace that an ephemeral stack makes for itself: whatever ends a run early, a destroy takes it away again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use controlplane::{Fault, Proxy, Seen};
use serde_json::json;

use crate::app;
use crate::support::{CHART, Scene};

const MANIFEST: &str = "\
name: NAMESPACE
clusters: { test: { context: test } }
environments:
  dev: { target: { cluster: test }, namespace: NAMESPACE, ephemeral: { ttl: 2h } }
releases:
  web: { chart: ./chart }
";

/// Asks for what comes with the namespace, and for what somebody else has.
const TEMPLATE: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: seen }
data:
  namespace: {{ lookup "v1" "Namespace" "" .Release.Namespace | empty | quote }}
  account: {{ lookup "v1" "ServiceAccount" .Release.Namespace "default" | empty | quote }}
  theirs: {{ lookup "v1" "Namespace" "" (print .Release.Namespace "-theirs") | empty | quote }}
"#;

const OWN: &str = "/api/v1/namespaces/NAMESPACE";

fn scene(prefix: &str) -> Scene {
    let files = [
        ("regatta.yaml", MANIFEST),
        ("chart/Chart.yaml", CHART),
        ("chart/templates/seen.yaml", TEMPLATE),
    ];
    Scene::files(prefix, &files)
}

/// The first request for the lock, which comes after the namespace and before everything else.
fn takes_the_lock(seen: &Seen) -> bool {
    seen.method == "POST" && seen.path.contains("/leases")
}

#[track_caller]
fn destroyed(scene: &Scene) {
    scene.get(OWN);
    scene.run("destroy -e dev --yes").succeeds();
    scene.is_absent(OWN);
}

#[test]
fn a_template_that_looks_up_its_own_namespace() {
    let scene = scene("own-lookup");
    let answer = scene.apply();
    assert!(!answer.stderr.contains("planning again"), "{answer}");
    let seen = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/seen");
    assert_eq!(seen["data"], json!({"namespace": "true", "account": "true", "theirs": "true"}));
    destroyed(&scene);
}

#[test]
fn the_world_changes_after_the_namespace_is_made() {
    let scene = scene("own-stale");
    let proxy = Proxy::start(scene.plane);
    let theirs = json!({"metadata": {"name": format!("{}-theirs", scene.namespace)}});
    let (plane, was_made) = (scene.plane, AtomicBool::new(false));
    proxy.on_request(move |seen| {
        if takes_the_lock(seen) && !was_made.swap(true, Ordering::Relaxed) {
            plane.create("/api/v1/namespaces", &theirs);
        }
        Fault::None
    });
    let answer = app::run_through(&scene, &proxy, "apply -e dev --yes").succeeds();
    assert!(answer.stderr.contains("planning again"), "{answer}");
    assert!(!answer.stderr.contains("nothing was written"), "{answer}");
    let seen = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/seen");
    assert_eq!(seen["data"], json!({"namespace": "false", "account": "false", "theirs": "false"}));
    destroyed(&scene);
}

#[test]
fn a_run_that_ends_before_it_has_the_lock() {
    let scene = scene("own-lockless");
    let proxy = Proxy::start(scene.plane);
    proxy.on_request(|seen| match takes_the_lock(seen) {
        true => Fault::error(403, "Forbidden", "no locks today"),
        false => Fault::None,
    });
    app::run_through(&scene, &proxy, "apply -e dev --yes").exits(1);
    destroyed(&scene);

    app::run_through(&scene, &proxy, "apply -e dev --yes").exits(1);
    scene.apply();
    destroyed(&scene);
}

#[test]
fn a_run_that_ends_before_its_first_release() {
    let scene = scene("own-asking");
    let proxy = Proxy::start(scene.plane);
    let has_lock = AtomicBool::new(false);
    proxy.on_request(move |seen| {
        has_lock.fetch_or(takes_the_lock(seen), Ordering::Relaxed);
        match has_lock.load(Ordering::Relaxed) && seen.path.contains("-theirs") {
            true => Fault::error(400, "BadRequest", "no answers today"),
            false => Fault::None,
        }
    });
    app::run_through(&scene, &proxy, "apply -e dev --yes").exits(1);
    // By the inventory alone: this is how `gc` finds it.
    scene.get("/api/v1/namespaces/NAMESPACE/secrets/regatta.NAMESPACE.dev");
    destroyed(&scene);
}

#[test]
fn a_namespace_of_several_that_cannot_be_made() {
    let scene = scene("own-several");
    let more = "  more: { chart: ./chart, namespace: NAMESPACE-more }\n  most: { chart: ./chart, namespace: NAMESPACE-most }\n";
    scene.write("regatta.yaml", &format!("{MANIFEST}{more}"));
    let proxy = Proxy::start(scene.plane);
    let made = AtomicUsize::new(0);
    proxy.on_request(move |seen| {
        let makes = seen.method == "POST" && seen.path.starts_with("/api/v1/namespaces?");
        match makes && made.fetch_add(1, Ordering::Relaxed) == 2 {
            true => Fault::error(403, "Forbidden", "no third one"),
            false => Fault::None,
        }
    });
    let answer = app::run_through(&scene, &proxy, "apply -e dev --yes").exits(1);
    assert!(answer.stderr.contains("no third one"), "{answer}");
    destroyed(&scene);
    scene.is_absent("/api/v1/namespaces/NAMESPACE-more");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-most");
}
