//! Revisions of releases, and the way back to them.

use crate::support::{CHART, Scene, changes};

const SETTINGS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}" }
data: { motto: "{{ .Values.motto }}" }
"#;

/// Hooks that leave something behind.
const HOOKS: &str = r#"
{{- range list "pre-rollback" "post-rollback" "pre-upgrade" }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ $.Release.Name }}-{{ . }}", annotations: { helm.sh/hook: "{{ . }}" } }
{{- end }}
"#;

fn scene(prefix: &str) -> Scene {
    let scene = Scene::files(
        prefix,
        &[
            ("chart/Chart.yaml", CHART),
            ("chart/templates/settings.yaml", SETTINGS),
            ("chart/templates/hooks.yaml", HOOKS),
        ],
    );
    scene.manifest("  web: { chart: ./chart, values: [{ motto: first }] }\n");
    scene.apply();
    scene
}

fn motto(scene: &Scene, release: &str) -> serde_json::Value {
    let path = format!("/api/v1/namespaces/NAMESPACE/configmaps/{release}");
    scene.get(&path)["data"]["motto"].clone()
}

#[test]
fn a_release_goes_back_as_helm_would_take_it_back() {
    let scene = scene("rollback");
    scene.manifest("  web: { chart: ./chart, values: [{ motto: second }] }\n");
    scene.apply();
    let refused = scene.run("rollback -e dev web");
    assert_eq!(refused.exit, Some(64), "{refused}");
    assert!(refused.stdout.contains("roll back to revision 1"), "{refused}");
    assert_eq!(motto(&scene, "web"), "second");

    let report = scene.run("rollback -e dev web --yes -o json").succeeds().json();
    assert_eq!(changes(&report), ["web update ConfigMap/web"]);
    assert_eq!(motto(&scene, "web"), "first");
    assert_eq!(scene.statuses("web"), ["superseded", "superseded", "deployed"]);
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/web-pre-rollback");
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/web-post-rollback");

    let history = scene.run("history -e dev web -o json").succeeds().json();
    let revisions = &history[0]["releases"][0]["revisions"];
    let told = |key: &str| -> Vec<String> {
        let revisions = crate::support::list(revisions).iter();
        revisions.map(|revision| revision[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(told("description"), ["Install complete", "Upgrade complete", "Rollback to 1"]);
    assert_eq!(told("status"), ["superseded", "superseded", "deployed"]);
    assert!(scene.helm4("history web -n NAMESPACE").contains("Rollback to 1"));

    // The next apply says why it does something, and does it.
    let diff = scene.run("diff -e dev").succeeds();
    assert!(diff.stdout.contains("rolled back since the last apply"), "{diff}");
    scene.apply();
    assert_eq!(motto(&scene, "web"), "second");
    assert_eq!(scene.diff(), [""; 0]);
    scene.helm4("rollback web 1 -n NAMESPACE");
    assert_eq!(motto(&scene, "web"), "first");
}

#[test]
fn a_revision_that_is_in_place_already_writes_nothing() {
    let scene = scene("rollback-same");
    let mark = scene.plane.mark();
    scene.run("rollback -e dev web 1 --yes").succeeds();
    assert_eq!(scene.writes_since(mark).len(), 0);
    let missing = scene.run("rollback -e dev web 7 --yes");
    assert_eq!(missing.exit, Some(64), "{missing}");
    assert!(missing.stderr.contains("there is no revision 7"), "{missing}");
    let missing = scene.run("rollback -e dev wbe --yes");
    assert!(missing.stderr.contains("did you mean `web`?"), "{missing}");
}

#[test]
fn all_that_the_last_run_changed_goes_back() {
    let scene = scene("rollback-run");
    scene.manifest(
        "
  web: { chart: ./chart, values: [{ motto: second }] }
  api: { chart: ./chart, values: [{ motto: new }] }
",
    );
    scene.apply();
    assert_eq!(motto(&scene, "api"), "new");
    let report = scene.run("rollback -e dev --run --yes -o json").succeeds().json();
    let expect = ["web update ConfigMap/web", "api delete ConfigMap/api"];
    assert_eq!(changes(&report), expect);
    assert_eq!(motto(&scene, "web"), "first");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/api");
    assert_eq!(scene.statuses("api"), [""; 0]);
    // And forward again.
    assert_eq!(scene.diff(), ["web update ConfigMap/web", "api create ConfigMap/api"]);
}
