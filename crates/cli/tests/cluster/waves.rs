//! The life of the larger example: sixteen releases in four waves, from nothing to nothing.

use std::thread;

use serde_json::json;

use crate::support::{CHART, Scene, changes, list};

/// The example in the test's own namespace.
fn scene() -> Scene {
    let mut scene = Scene::example("waves", "microservices");
    scene.sandbox.edit("regatta.yaml", "shop-laptop", &scene.namespace);
    scene.sandbox = scene.sandbox.with("DB_PASSWORD", "correct-horse-battery");
    scene
}

#[test]
fn apply_change_drift_prune_and_destroy() {
    let scene = scene();
    let planned = || changes(&scene.run("diff -e laptop -o json").succeeds().json());
    scene.run("apply -e laptop --yes").succeeds();
    let report = scene.get("/apis/batch/v1/namespaces/NAMESPACE/cronjobs/report");
    assert_eq!(report["metadata"]["annotations"]["meta.helm.sh/release-name"], "report");
    for release in ["postgres", "migrate", "orders", "worker-mail", "storefront"] {
        assert_eq!(scene.statuses(release), ["deployed"], "{release}");
    }

    // Without changes nothing is written, no lock either.
    let mark = scene.plane.mark();
    let answer = scene.run("apply -e laptop --yes -o json").succeeds();
    assert_eq!(answer.json()["reason"], "no-changes");
    let writes = scene.writes_since(mark);
    assert!(writes.is_empty(), "{writes:#?}");

    // A change.
    scene.sandbox.edit("values/orders.yaml", "\"15\"", "\"30\"");
    let expect = ["orders update ConfigMap/orders", "orders update Deployment/orders"];
    assert_eq!(planned(), expect);
    scene.run("apply -e laptop --yes").succeeds();
    assert_eq!(scene.statuses("orders"), ["superseded", "deployed"]);
    assert_eq!(scene.statuses("catalog"), ["deployed"]);

    // What a person changed and deleted.
    let broker = scene.here("/apis/apps/v1/namespaces/NAMESPACE/statefulsets/broker");
    scene
        .plane
        .patch(&format!("{broker}?fieldManager=kubectl-edit"), &json!({"spec": {"replicas": 3}}));
    scene.plane.delete(&scene.here("/api/v1/namespaces/NAMESPACE/services/catalog"));
    let answer = scene.run("diff -e laptop -o json").succeeds();
    let expect = ["broker update StatefulSet/broker", "catalog create Service/catalog"];
    assert_eq!(changes(&answer.json()), expect);
    let causes = |report: &serde_json::Value| {
        let waves = list(&report["stacks"][0]["plan"]["waves"]).iter();
        let releases = waves.flat_map(|wave| list(&wave["releases"]));
        let objects = releases.flat_map(|release| list(&release["objects"]));
        let drifted = objects.filter(|object| object["action"] != "none");
        drifted.map(|object| object["causes"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(causes(&answer.json()), [json!(["drift"]), json!(["drift"])]);
    scene.run("apply -e laptop --yes").succeeds();
    assert_eq!(scene.get(&broker)["spec"]["replicas"], 1);
    assert_eq!(planned(), [""; 0]);

    // A release that the manifest no longer has: shown, kept, and deleted where that is asked for.
    let manifest = scene.sandbox.read("regatta.yaml");
    let (before, _) = manifest.split_once("  report:\n").unwrap();
    scene.sandbox.write("regatta.yaml", before);
    assert_eq!(planned(), ["report delete CronJob/report"]);
    scene.run("apply -e laptop --yes").succeeds();
    scene.get("/apis/batch/v1/namespaces/NAMESPACE/cronjobs/report");
    scene.run("apply -e laptop --yes --prune").succeeds();
    assert_eq!(planned(), [""; 0]);
    scene.is_absent("/apis/batch/v1/namespaces/NAMESPACE/cronjobs/report");

    // Postgres is protected; then nothing is left.
    scene.run("destroy -e laptop --yes").exits(3);
    scene.get("/apis/apps/v1/namespaces/NAMESPACE/statefulsets/redis");
    scene.run("destroy -e laptop --yes --allow-protected").succeeds();
    assert_eq!(scene.everything(), [""; 0]);
}

/// `helper` and what needs that do not wait for `late` to be ready; `after` does.
#[test]
fn a_release_that_has_only_to_be_applied_is_not_waited_for() {
    const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: { name: late }\nspec: { type: LoadBalancer, ports: [{ port: 80 }] }\n";
    const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\n";
    const RELEASES: &str = "  late: { chart: ./late }
  helper: { chart: ./map, needs: [{ release: late, until: applied }] }
  further: { chart: ./map, needs: [helper] }
  after: { chart: ./map, needs: [late, further] }
";
    // One job: what only waits takes nobody's turn.
    let check = |prefix: &str, arguments: &str| {
        let files = [
            ("late/Chart.yaml", CHART),
            ("late/templates/service.yaml", SERVICE),
            ("map/Chart.yaml", CHART),
            ("map/templates/map.yaml", MAP),
        ];
        let scene = Scene::releases(prefix, RELEASES, &files);
        let map =
            |name: &str| scene.here(&format!("/api/v1/namespaces/NAMESPACE/configmaps/{name}"));
        let arguments = format!("apply -e dev --yes --jobs 1 {arguments}");
        thread::scope(|threads| {
            let run = threads.spawn(|| scene.run(&arguments));
            scene.plane.until(&map("further"), |map| !map.is_null());
            assert_eq!(scene.statuses("late"), ["pending-install"]);
            scene.is_absent(&map("after"));
            let service = scene.here("/api/v1/namespaces/NAMESPACE/services/late/status");
            let address = json!({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}});
            scene.plane.patch(&service, &address);
            run.join().unwrap().succeeds();
        });
        scene.get(&map("after"));
        assert_eq!(scene.statuses("late"), ["deployed"]);
    };
    check("until-waves", "");
    check("until-eager", "--schedule eager");
}
