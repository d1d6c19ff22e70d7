//! Many stacks of one ephemeral environment side by side: none sees another.

use controlplane::{Fault, Proxy};
use serde_json::json;

use crate::sandbox::Answer;
use crate::support::Scene;

/// The example, its namespaces beginning with the test's own.
fn scene(prefix: &str) -> Scene {
    let scene = Scene::example(prefix, "ephemeral-e2e");
    scene.sandbox.edit("regatta.yaml", "name: booking\n", &format!("name: {}\n", scene.namespace));
    scene.sandbox.edit("regatta.yaml", "booking-e2e", &scene.namespace);
    scene
}

/// Runs the program for two builds at once.
#[track_caller]
fn both(scene: &Scene, arguments: &str) -> [Answer; 2] {
    std::thread::scope(|scope| {
        let run = |build: &str| {
            let arguments = format!("{arguments} --input build={build}");
            scope.spawn(move || scene.run(&arguments).succeeds())
        };
        [run("41"), run("42")].map(|thread| thread.join().unwrap())
    })
}

#[test]
fn two_stacks_are_applied_changed_and_destroyed_side_by_side() {
    let scene = scene("instances");
    both(&scene, "apply -e preview --yes");
    let deployment = |build: &str, name: &str| {
        scene.get(&format!("/apis/apps/v1/namespaces/NAMESPACE-{build}/deployments/{name}"))
    };
    assert_eq!(
        deployment("41", "api")["spec"]["template"]["spec"]["containers"][0]["image"]
            .as_str()
            .unwrap()
            .split(':')
            .next_back(),
        Some("41")
    );

    // Without changes an ephemeral stack lives on: that is the one thing that is written.
    let mark = scene.plane.mark();
    scene.run("apply -e preview --yes --input build=41").succeeds();
    let writes = scene.writes_since(mark);
    let [write] = writes.as_slice() else { panic!("{writes:#?}") };
    let inventory =
        scene.here("/api/v1/namespaces/NAMESPACE-41/secrets/regatta.NAMESPACE.preview.41");
    assert!(write.verb == "update" && write.uri.starts_with(&inventory), "{write:?}");

    both(&scene, "apply -e preview --yes --set api:replicaCount=2");
    for build in ["41", "42"] {
        assert_eq!(deployment(build, "api")["spec"]["replicas"], 2);
    }

    // Releases that one stack loses stay in the other.
    let manifest = scene.sandbox.read("regatta.yaml");
    let (before, _) = manifest.split_once("  e2e-tests:\n").unwrap();
    scene.sandbox.write("regatta.yaml", before);
    scene.run("apply -e preview --yes --input build=41").succeeds();
    let jobs =
        |build: &str| scene.get(&format!("/apis/batch/v1/namespaces/NAMESPACE-{build}/jobs"));
    assert_eq!(jobs("41")["items"].as_array().unwrap().len(), 0);
    assert_ne!(jobs("42")["items"].as_array().unwrap().len(), 0);

    let before = deployment("42", "web")["metadata"]["uid"].clone();
    scene.run("destroy -e preview --yes --instance 41").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE-41");
    assert_eq!(deployment("42", "web")["metadata"]["uid"], before);
    scene.run("destroy -e preview --yes --instance 42").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE-42");
}

#[test]
fn two_stacks_are_destroyed_at_once() {
    let scene = scene("at-once");
    both(&scene, "apply -e preview --yes --set api:replicaCount=1");
    both(&scene, "destroy -e preview --yes");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-41");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-42");
}

#[test]
fn a_forgotten_input_destroys_nothing() {
    let scene = scene("forgotten");
    scene.sandbox.edit("regatta.yaml", ", default: local }", " }");
    scene.run("apply -e preview --yes --input build=41 --release postgres").succeeds();
    let mark = scene.plane.mark();
    let answer = scene.run("destroy -e preview --yes").exits(64);
    assert!(answer.stderr.contains("there are 41;"), "{answer}");
    scene.run("apply -e preview --yes").exits(1);
    assert!(scene.writes_since(mark).is_empty());
    let answer = scene.run("destroy -e preview --yes --all-instances").succeeds();
    assert!(answer.stdout.contains("postgres"), "{answer}");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-41");
}

#[test]
fn a_namespace_that_somebody_else_made_outlives_the_stack() {
    let scene = scene("theirs");
    let namespace =
        |build: &str| json!({"metadata": {"name": format!("{}-{build}", scene.namespace)}});
    scene.plane.create("/api/v1/namespaces", &namespace("before"));
    scene.run("apply -e preview --yes --release postgres --input build=before").succeeds();

    // Between the plan and the apply.
    let proxy = Proxy::start(scene.plane);
    let (plane, meanwhile) = (scene.plane, namespace("meanwhile"));
    proxy.on_request(move |request| {
        if request.method == "POST" && request.path.starts_with("/api/v1/namespaces?") {
            plane.request("POST", "/api/v1/namespaces", "application/json", &meanwhile);
        }
        Fault::None
    });
    let kubeconfig = proxy.kubeconfig(scene.plane);
    let apply = "apply -e preview --yes --release postgres --input build=meanwhile --kubeconfig";
    scene.run(&format!("{apply} {}", kubeconfig.display())).succeeds();

    for build in ["before", "meanwhile"] {
        scene.run(&format!("destroy -e preview --yes --instance {build}")).succeeds();
        scene.get(&format!("/api/v1/namespaces/NAMESPACE-{build}"));
        let services = scene.get(&format!("/api/v1/namespaces/NAMESPACE-{build}/services"));
        assert_eq!(services["items"], json!([]));
    }
}
