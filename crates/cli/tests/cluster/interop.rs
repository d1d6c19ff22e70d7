//! Real Helm 3 and Helm 4 on our records, ours on theirs.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::app::{self, revisions, run};
use crate::support::Scene;

type Helm = fn(&Scene, &str) -> String;

/// What a plan says of the release `web`: its action, its causes, and what happens to its objects.
#[track_caller]
fn planned(scene: &Scene) -> String {
    let plan = run(scene, "diff -e dev --release web --skip-needs -o json").succeeds().json();
    let release = &plan["stacks"][0]["plan"]["waves"][0]["releases"][0];
    assert_eq!(release["id"], "web", "{plan:#}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let words =
        |value: &Value| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(" ");
    let line = |what: String, causes| format!("{what} {}", words(causes)).trim_end().to_owned();
    let mut lines = vec![line(format!("{}:", text(&release["action"])), &release["causes"])];
    for object in release["objects"].as_array().unwrap() {
        let what = format!("{} {}", text(&object["action"]), text(&object["id"]["kind"]));
        lines.push(line(what, &object["causes"]));
    }
    lines.join("\n")
}

#[track_caller]
fn apply(scene: &Scene) {
    run(scene, "apply -e dev --yes --release web --skip-needs").succeeds();
}

/// `1 superseded, 2 deployed`
#[track_caller]
fn history(scene: &Scene) -> String {
    let all = revisions(scene, "web").into_iter();
    all.map(|(number, status)| format!("{number} {status}")).collect::<Vec<_>>().join(", ")
}

const UNCHANGED: &str = "unchanged:\nnone Secret\nnone ConfigMap\nnone Deployment";
const UPDATED: &str =
    "upgrade: values\nupdate Secret values\nupdate ConfigMap values\nupdate Deployment values";
const NEW: &str = "install: new\ncreate Secret new\ncreate ConfigMap new\ncreate Deployment new";

/// What Helm says of a release that we installed, and plans of ours that know what Helm did since.
fn helm_on_ours(scene: &Scene, helm: Helm) {
    apply(scene);
    let listed = helm(scene, "list -n NAMESPACE --no-headers");
    let words: Vec<&str> = listed.split_whitespace().collect();
    assert_eq!((words[0], words[2]), ("web", "1"), "{listed}");
    assert!(listed.contains("deployed") && listed.contains("app-1.0.0"), "{listed}");
    assert!(helm(scene, "history web -n NAMESPACE").contains("Install complete"));
    assert!(helm(scene, "status web -n NAMESPACE").contains("STATUS: deployed"));
    let all = helm(scene, "get all web -n NAMESPACE");
    assert!(all.contains("name: web-settings") && all.contains("text: one"), "{all}");

    helm(scene, "upgrade web app -n NAMESPACE --reuse-values --set text=two --wait");
    assert_eq!(planned(scene), UPDATED);
    apply(scene);
    assert_eq!(planned(scene), UNCHANGED);
    assert_eq!(history(scene), "1 superseded, 2 superseded, 3 deployed");

    helm(scene, "rollback web 2 -n NAMESPACE");
    assert_eq!(planned(scene), UPDATED);
    helm(scene, "rollback web 1 -n NAMESPACE");
    assert_eq!(planned(scene), UNCHANGED);
    app::say(scene, "three");
    apply(scene);
    let superseded = "1 superseded, 2 superseded, 3 superseded, 4 superseded, 5 superseded";
    assert_eq!(history(scene), format!("{superseded}, 6 deployed"));
    assert!(helm(scene, "get values web -n NAMESPACE").contains("text: three"));

    helm(scene, "uninstall web -n NAMESPACE");
    assert_eq!(planned(scene), NEW);
    apply(scene);
    assert_eq!(history(scene), "1 deployed");
    helm(scene, "uninstall web -n NAMESPACE --keep-history");
    assert_eq!(planned(scene), NEW);
    apply(scene);
    assert_eq!(history(scene), "1 uninstalled, 2 deployed");
    assert_eq!(planned(scene), UNCHANGED);
    run(scene, "destroy -e dev --yes").succeeds();
    app::is_gone(scene);
    app::is_unlocked(scene);
}

#[test]
fn helm_4_on_our_records() {
    helm_on_ours(&app::scene("ours-helm4"), Scene::helm4);
}

#[test]
fn helm_3_on_our_records() {
    helm_on_ours(&app::scene("ours-helm3"), Scene::helm3);
}

/// A release that Helm installed becomes ours without a change of its objects, and Helm goes on with it.
fn ours_on_helms(scene: &Scene, helm: Helm) {
    let values = "-f values.yaml --set password=known-to-nobody-4711";
    helm(scene, &format!("install web app -n NAMESPACE --create-namespace --wait {values}"));
    helm(scene, &format!("upgrade web app -n NAMESPACE --wait {values} --set replicas=2"));
    helm(scene, "rollback web 1 -n NAMESPACE --wait");
    let adopted = planned(scene);
    assert!(adopted.starts_with("adopt: foreign\nnone Secret"), "{adopted}");
    apply(scene);
    assert_eq!(planned(scene), UNCHANGED);
    run(scene, "status -e dev").succeeds();
    app::say(scene, "two");
    apply(scene);
    assert_eq!(planned(scene), UNCHANGED);

    helm(scene, "upgrade web app -n NAMESPACE --reuse-values --set text=three --wait");
    assert_eq!(planned(scene), UPDATED);
    helm(scene, "rollback web -n NAMESPACE --wait");
    assert_eq!(planned(scene), UNCHANGED);
    run(scene, "destroy -e dev --yes").succeeds();
    app::is_gone(scene);
    app::is_unlocked(scene);
}

#[test]
fn ours_on_records_of_helm_4() {
    ours_on_helms(&app::scene("helm4-ours"), Scene::helm4);
}

#[test]
fn ours_on_records_of_helm_3() {
    ours_on_helms(&app::scene("helm3-ours"), Scene::helm3);
}

/// Runs real Helm 4, which may fail.
fn helm_command(scene: &Scene, arguments: &str) -> Command {
    let mut helm = Command::new(controlplane::helm4());
    helm.args(scene.here(arguments).split_whitespace())
        .current_dir(scene.sandbox.path(""))
        .env_clear()
        .env("HOME", scene.sandbox.path(".helm"))
        .env("KUBECONFIG", scene.plane.kubeconfig())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    helm
}

#[test]
fn an_upgrade_by_helm_that_failed_or_was_killed_is_gone_on_from() {
    let scene = app::scene("helm-failed");
    apply(&scene);
    let upgrade = "upgrade web app -n NAMESPACE --reuse-values --set text=two";
    let failed = helm_command(&scene, &format!("{upgrade} --set replicas=-1")).status().unwrap();
    assert!(!failed.success());
    assert_eq!(history(&scene), "1 deployed, 2 failed");
    let plan = planned(&scene);
    assert!(plan.starts_with("upgrade: values unfinished\nupdate Secret"), "{plan}");
    apply(&scene);
    assert_eq!(planned(&scene), UNCHANGED);
    assert_eq!(history(&scene), "1 superseded, 2 failed, 3 deployed");

    scene.write("app/templates/stuck.yaml", STUCK);
    let mut killed =
        helm_command(&scene, &format!("{upgrade} --set stuck=true --wait")).spawn().unwrap();
    scene
        .plane
        .until(&scene.here("/api/v1/namespaces/NAMESPACE/pods/web-stuck"), |pod| !pod.is_null());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(history(&scene), "1 superseded, 2 failed, 3 deployed, 4 pending-upgrade");
    assert!(!helm_command(&scene, upgrade).status().unwrap().success(), "Helm stays stuck");
    let plan = planned(&scene);
    assert!(plan.contains("unfinished") && plan.ends_with("delete Pod not-in-release"), "{plan}");
    apply(&scene);
    assert_eq!(history(&scene), "1 superseded, 2 failed, 3 superseded, 4 failed, 5 deployed");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/pods/web-stuck");
    scene.helm4(&format!("{upgrade} --wait"));
    assert_eq!(planned(&scene), UPDATED);
    run(&scene, "destroy -e dev --yes").succeeds();
    app::is_gone(&scene);
}

const STUCK: &str = "\
{{- if .Values.stuck }}
apiVersion: v1
kind: Pod
metadata: { name: '{{ .Release.Name }}-stuck', annotations: { test.kwok/outcome: never-ready } }
spec: { containers: [{ name: main, image: 'app:1' }] }
{{- end }}
";

#[test]
fn records_that_are_forgotten_are_not_missed() {
    let scene = app::scene("forgotten");
    scene.sandbox.edit("regatta.yaml", "timeout: 60s", "timeout: 60s\n    history: 2");
    for text in ["one", "two", "three"] {
        app::say(&scene, text);
        apply(&scene);
    }
    assert_eq!(history(&scene), "2 superseded, 3 deployed");
    scene.helm3("rollback web 2 -n NAMESPACE --history-max 0");
    assert_eq!(history(&scene), "2 superseded, 3 superseded, 4 deployed");
    assert_eq!(planned(&scene), UPDATED);
    apply(&scene);
    assert_eq!(history(&scene), "4 superseded, 5 deployed");
    let oldest = "/api/v1/namespaces/NAMESPACE/secrets/sh.helm.release.v1.web.v4";
    scene.plane.delete(&scene.here(oldest));
    assert_eq!(planned(&scene), UNCHANGED);
    app::say(&scene, "four");
    apply(&scene);
    assert_eq!(history(&scene), "5 superseded, 6 deployed");
    assert!(scene.helm4("history web -n NAMESPACE").contains("deployed"));
}
