//! `apply --continue`: what the last run left undone, and nothing else.

use crate::app;
use crate::support::Scene;

/// What a release's config map says.
fn text(scene: &Scene, release: &str) -> String {
    let path = format!("/api/v1/namespaces/NAMESPACE/configmaps/{release}-settings");
    scene.get(&path)["data"]["text"].as_str().unwrap().to_owned()
}

#[test]
fn only_what_failed_is_gone_on_with_as_one_run() {
    let scene = app::scene("continue");
    let nothing = app::run(&scene, "apply -e dev --yes --continue").exits(64);
    assert!(nothing.stderr.contains("left nothing to go on with"), "{nothing}");

    app::run(&scene, "apply -e dev --yes --set web:hook=true --set web:breaks=true").exits(4);
    app::say(&scene, "two");
    let answer = app::run(&scene, "apply -e dev --yes --continue -o json").succeeds();
    let mut changed = crate::support::changes(&answer.json());
    changed.sort();
    let expect = [
        "web create ConfigMap/web-settings",
        "web create Deployment/web",
        "web create Secret/web-password",
    ];
    assert_eq!(changed, expect, "{answer}");
    assert_eq!(
        ["base", "web", "worker"].map(|release| text(&scene, release)),
        ["one", "two", "one"]
    );
    assert_eq!(scene.statuses("web"), ["failed", "deployed"]);

    let mark = scene.plane.mark();
    let nothing = app::run(&scene, "apply -e dev --yes --continue").exits(64);
    assert!(nothing.stderr.contains("left nothing to go on with"), "{nothing}");
    assert!(scene.writes_since(mark).is_empty());
    app::run(&scene, "apply -e dev --yes --continue --release web").exits(64);

    // Both parts are one run.
    app::run(&scene, "rollback -e dev --run --yes").succeeds();
    for release in ["base", "web", "worker"] {
        scene.is_absent(&format!("/api/v1/namespaces/NAMESPACE/configmaps/{release}-settings"));
    }
}

#[test]
fn what_cannot_be_gone_on_with_says_why() {
    let scene = app::scene("no-continue");
    app::run(&scene, "apply -e dev --yes --set web:hook=true --set web:breaks=true").exits(4);
    scene.sandbox.edit("regatta.yaml", "  web: {", "  site: {");
    let gone = app::run(&scene, "apply -e dev --yes --continue").exits(64);
    assert!(gone.stderr.contains("`web` was left too"), "{gone}");
    assert!(gone.stderr.contains("the manifest has no release that the last run"), "{gone}");
    scene.sandbox.edit("regatta.yaml", "  site: {", "  web: {");

    // A hook that fails keeps a destroy from coming to its end.
    scene.sandbox.edit(
        "app/templates/hook.yaml",
        "pre-install,post-upgrade",
        "pre-install,pre-delete",
    );
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::run(&scene, "apply -e dev --yes --set base:breaks=true").exits(0);
    app::run(&scene, "destroy -e dev --yes").exits(4);
    let other = app::run(&scene, "apply -e dev --yes --continue").exits(64);
    assert!(other.stderr.contains("was a destroy"), "{other}");
}
