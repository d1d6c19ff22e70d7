//! A lock is taken away from its holder only when somebody says so.

use serde_json::json;

use crate::support::{CHART, Scene};

const SETTINGS: &str = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings } }";

#[test]
fn a_lock_goes_when_somebody_says_so() {
    let files = [("chart/Chart.yaml", CHART), ("chart/templates/settings.yaml", SETTINGS)];
    let scene = Scene::releases("unlock", "  web: { chart: ./chart }\n", &files);
    scene.apply();
    let free = scene.run("unlock -e dev").succeeds();
    assert!(free.stderr.contains("nobody holds the lock"), "{free}");

    let name = scene.here("regatta.NAMESPACE.dev");
    let leases = scene.here("/apis/coordination.k8s.io/v1/namespaces/NAMESPACE/leases");
    let lease = json!({
        "metadata": { "name": name },
        "spec": {
            "holderIdentity": "build-7/4711/12345/https://ci.example.com/7",
            "leaseDurationSeconds": 300,
            "acquireTime": "2026-01-02T03:04:05.000000Z",
            "renewTime": "2026-01-02T03:04:05.000000Z",
        },
    });
    scene.plane.create(&leases, &lease);
    let asked = scene.run("unlock -e dev").exits(64);
    assert!(asked.stderr.contains("process 4711 on build-7 (https://ci.example.com/7)"), "{asked}");
    scene.get(&format!("{leases}/{name}"));

    scene.run("unlock -e dev --yes").succeeds();
    scene.is_absent(&format!("{leases}/{name}"));
}
