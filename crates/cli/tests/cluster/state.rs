//! Where the inventory and the lock lie: in the namespace that the manifest names, and nothing is lost when it names another.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::gc;
use crate::rbac;
use crate::support::{CHART, HEAD, Scene, at, list};

const RELEASES: &str = "releases:\n  web: { chart: ./chart }\n";
const STATE: &str = "state: { namespace: NAMESPACE-state }\n";
const SETTINGS: &str = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings } }";
const FILES: [(&str, &str); 2] =
    [("chart/Chart.yaml", CHART), ("chart/templates/settings.yaml", SETTINGS)];

/// A workspace that keeps its state here, or in the environment's namespace.
fn scene(prefix: &str, state: &str) -> Scene {
    let scene = Scene::files(prefix, &FILES);
    keep(&scene, state);
    scene
}

fn keep(scene: &Scene, state: &str) {
    scene.write("regatta.yaml", &format!("{HEAD}{state}{RELEASES}"));
}

/// The inventories of a namespace by name.
fn inventories(scene: &Scene, namespace: &str) -> Vec<String> {
    let labels = "labelSelector=regatta/component%3Dinventory";
    let secrets = scene.get(&format!("/api/v1/namespaces/{namespace}/secrets?{labels}"));
    list(&secrets["items"]).iter().map(|one| at(one, "/metadata/name")).collect()
}

#[test]
fn a_stack_keeps_its_state_where_the_manifest_says() {
    let scene = scene("state", STATE);
    scene.apply();
    let name = scene.here("regatta.NAMESPACE.dev");
    assert_eq!(inventories(&scene, "NAMESPACE-state"), std::slice::from_ref(&name));
    assert_eq!(inventories(&scene, "NAMESPACE"), [""; 0]);
    assert_eq!(scene.diff(), [""; 0]);
    let status = scene.run("status -e dev -o json").succeeds().json();
    assert_eq!(status[0]["releases"][0]["status"], "deployed", "{status:#}");
    scene.run("history -e dev web").succeeds();

    // The lock lies there too.
    let leases = scene.here("/apis/coordination.k8s.io/v1/namespaces/NAMESPACE-state/leases");
    let spec = json!({ "holderIdentity": "build-7/4711/12345", "leaseDurationSeconds": 300 });
    scene.plane.create(&leases, &json!({ "metadata": { "name": name }, "spec": spec }));
    let refused = scene.run("destroy -e dev --yes --lock-timeout 0s").exits(75);
    assert!(refused.stderr.contains("process 4711 on build-7"), "{refused}");
    scene.run("unlock -e dev --yes").succeeds();

    scene.run("destroy -e dev --yes").succeeds();
    assert_eq!(scene.everything(), [""; 0]);
    assert_eq!(inventories(&scene, "NAMESPACE-state"), [""; 0]);
}

/// Nothing is planned, written or destroyed while the inventory is somewhere else.
#[track_caller]
fn is_refused(scene: &Scene, found: &str, expected: &str) {
    let mark = scene.plane.mark();
    for command in ["apply -e dev --yes", "destroy -e dev --yes", "status -e dev", "diff -e dev"] {
        let refused = scene.run(command).exits(1);
        let (found, expected) = (scene.here(found), scene.here(expected));
        let message = format!("in the namespace `{found}`, and the manifest says `{expected}`");
        assert!(refused.stderr.contains(&message), "{refused}");
        let next = format!("`state: {{ namespace: {found} }}`");
        assert!(refused.stderr.contains(&next), "{refused}");
    }
    assert!(scene.writes_since(mark).is_empty());
}

#[test]
fn another_place_is_refused_until_the_inventory_is_there() {
    let scene = scene("state-moved", "");
    scene.apply();
    keep(&scene, STATE);
    is_refused(&scene, "NAMESPACE", "NAMESPACE-state");

    // As the message says.
    let state = scene.here("NAMESPACE-state");
    scene.plane.create("/api/v1/namespaces", &json!({ "metadata": { "name": state } }));
    let path = scene.here("/api/v1/namespaces/NAMESPACE/secrets/regatta.NAMESPACE.dev");
    let old = scene.get(&path);
    let metadata = json!({ "name": old["metadata"]["name"], "labels": old["metadata"]["labels"] });
    let copy = json!({ "metadata": metadata, "type": old["type"], "data": old["data"] });
    scene.plane.create(&format!("/api/v1/namespaces/{state}/secrets"), &copy);
    scene.plane.delete(&path);
    assert_eq!(scene.diff(), [""; 0]);
    scene.apply();

    // And back, from a place that the manifest no longer knows.
    keep(&scene, "");
    is_refused(&scene, "NAMESPACE-state", "NAMESPACE");
}

/// Somebody who may look at secrets of the state's namespace, and nowhere else.
fn may_look(scene: &Scene) -> String {
    let user = scene.here("NAMESPACE-looks");
    let rule = json!({ "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"] });
    let metadata = json!({ "name": "looks", "namespace": scene.here("NAMESPACE-state") });
    let role = json!({ "kind": "Role", "metadata": metadata, "rules": [rule] });
    rbac::grant(scene, &role, &user);
    rbac::kubeconfig(scene, &user)
}

#[test]
fn instances_are_found_where_they_keep_their_state() {
    let scene = Scene::files("state-gc", &FILES);
    let manifest = gc::MANIFEST.replace("TTL", "1s");
    scene.write("regatta.yaml", &format!("{manifest}{STATE}"));
    for build in ["a", "b"] {
        scene.run(&format!("apply -e e2e --input build={build} --yes")).succeeds();
    }
    let kubeconfig = may_look(&scene);
    let stacks =
        |found: &Value| list(found).iter().map(|one| at(one, "/stack")).collect::<Vec<_>>();
    let both = ["NAMESPACE/e2e/a", "NAMESPACE/e2e/b"].map(|id| scene.here(id));
    sleep(Duration::from_millis(1100));
    let found = scene.run(&format!("gc -o json --kubeconfig {kubeconfig}")).succeeds().json();
    assert_eq!(stacks(&found), both);
    let unknown = scene.run(&format!("destroy -e e2e --yes --kubeconfig {kubeconfig}")).exits(64);
    assert!(unknown.stderr.contains("there are a, b; choose with"), "{unknown}");

    // What they have in common stays, be it that one of them created it.
    scene.run("gc --yes").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE-a");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-b");
    assert_eq!(inventories(&scene, "NAMESPACE-state"), [""; 0]);
    let state = scene.get("/api/v1/namespaces/NAMESPACE-state");
    assert_eq!(state["status"]["phase"], "Active");
}
