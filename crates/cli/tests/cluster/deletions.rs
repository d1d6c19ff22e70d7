//! What never deletes a release that was not shown and asked for.

use crate::support::{CHART, Scene, at, list};

const TEMPLATE: &str = "
apiVersion: v1
kind: ConfigMap
metadata: { name: '{{ .Release.Name }}' }
";

const RELEASES: &str = "
  api: { chart: ./chart, labels: { tier: backend } }
  web: { chart: ./chart, labels: { tier: frontend } }
  worker:
    chart: ./chart
    forEach: { in: [mail, invoices] }
    labels: { tier: backend }
";

fn scene(prefix: &str) -> Scene {
    let files = [("chart/Chart.yaml", CHART), ("chart/templates/it.yaml", TEMPLATE)];
    let scene = Scene::releases(prefix, RELEASES, &files);
    scene.apply();
    scene
}

const ALL: [&str; 4] = ["api", "web", "worker-invoices", "worker-mail"];

/// The config maps of the releases.
fn releases(scene: &Scene) -> Vec<String> {
    let path =
        "/api/v1/namespaces/NAMESPACE/configmaps?labelSelector=app.kubernetes.io/managed-by%3DHelm";
    let maps = scene.get(path);
    list(&maps["items"]).iter().map(|map| at(map, "/metadata/name")).collect()
}

#[test]
fn a_new_id_for_the_same_release_is_no_deletion() {
    let scene = scene("new-id");
    let manifest = RELEASES.replace("  api: { chart", "  backend: { name: api, chart");
    scene.manifest(&manifest);
    assert_eq!(scene.diff(), [""; 0]);
    let answer = scene.run("apply -e dev --yes --prune").succeeds();
    assert_eq!(releases(&scene), ALL, "{answer}");
    let answer = scene.run("apply -e dev --yes --prune -o json").succeeds();
    assert_eq!(answer.json()["reason"], "no-changes");
}

#[test]
fn yes_alone_deletes_nothing() {
    let scene = scene("yes");
    let renamed = RELEASES.replace("  web: {", "  site: {");
    scene.manifest(&renamed.replace("[mail, invoices]", "[]"));
    let gone = [
        "site create ConfigMap/site",
        "worker.invoices delete ConfigMap/worker-invoices",
        "worker.mail delete ConfigMap/worker-mail",
        "web delete ConfigMap/web",
    ];
    let mut shown = scene.diff();
    shown.sort();
    let mut gone = gone.to_vec();
    gone.sort_unstable();
    assert_eq!(shown, gone);
    let answer = scene.apply();
    assert_eq!(
        releases(&scene),
        ["api", "site", "web", "worker-invoices", "worker-mail"],
        "{answer}"
    );
    scene.run("apply -e dev --yes --prune").succeeds();
    assert_eq!(releases(&scene), ["api", "site"]);
}

#[test]
fn a_selector_deletes_only_what_it_selects() {
    let scene = scene("selector");
    let (first, _) = RELEASES.split_once("  web:").unwrap();
    scene.manifest(first);
    scene.run("apply -e dev --yes --prune --release api").succeeds();
    assert_eq!(releases(&scene), ALL);
    scene.run("apply -e dev --yes --prune -l tier=frontend").succeeds();
    assert_eq!(releases(&scene), ["api", "worker-invoices", "worker-mail"]);
    scene.run("destroy -e dev --yes -l tier=frontend").succeeds();
    assert_eq!(releases(&scene), ["api", "worker-invoices", "worker-mail"]);
    scene.run("destroy -e dev --yes --release worker.mail").succeeds();
    assert_eq!(releases(&scene), ["api", "worker-invoices"]);
}

#[test]
fn without_a_yes_nothing_is_written() {
    let scene = scene("no-yes");
    scene.manifest("  other: { chart: ./chart }\n");
    let mark = scene.plane.mark();
    scene.run("apply -e dev --prune").exits(64);
    scene.run("destroy -e dev").exits(64);
    assert!(scene.writes_since(mark).is_empty());
}

#[test]
fn another_stack_cannot_take_a_release_unasked() {
    let first = scene("first");
    let second = Scene::releases("second", "  mine: { chart: ./chart, name: api }\n", &[]);
    second.write("chart/Chart.yaml", CHART);
    second.write("chart/templates/it.yaml", TEMPLATE);
    let (theirs, ours) = (&first.namespace, &second.namespace);
    second.sandbox.edit(
        "regatta.yaml",
        &format!("namespace: {ours}"),
        &format!("namespace: {theirs}"),
    );
    let mark = first.plane.mark();
    let answer = second.run("apply -e dev --yes --prune").exits(3);
    assert!(answer.stderr.contains(&format!("{theirs}.dev")), "{answer}");
    assert!(second.writes_since(mark).is_empty());
    second.run("apply -e dev --yes --take-release").succeeds();
    assert_eq!(releases(&first), ALL);
}
