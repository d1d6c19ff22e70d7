//! Ctrl-C in the middle of an apply: what is under way is finished, the record says so, and the next apply goes on.

use std::os::unix::process::ExitStatusExt as _;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use controlplane::{Fault, Proxy, Seen};

use crate::app;
use crate::running::Running;
use crate::support::Scene;

/// What the program says when it has noticed.
const NOTICED: &str = "a second Ctrl-C ends it at once";

/// Holds the writes of config maps back: tells when one arrives, and passes it on when that is allowed, or forgotten.
fn hold_config_maps(proxy: &Proxy) -> (Receiver<()>, Sender<()>) {
    let (arrived, arrivals) = channel();
    let (allow, allowed) = channel::<()>();
    let allowed = Mutex::new(allowed);
    proxy.on_request(move |seen: &Seen| {
        let is_write = seen.method == "PATCH" && !seen.path.contains("dryRun");
        if is_write && seen.path.contains("/configmaps/") {
            arrived.send(()).ok();
            allowed.lock().unwrap().recv().ok();
        }
        Fault::None
    });
    (arrivals, allow)
}

/// An apply that was interrupted while the write of a config map is under way, and has noticed.
fn interrupted(scene: &Scene, proxy: &Proxy) -> (Running, Sender<()>) {
    let (arrivals, allow) = hold_config_maps(proxy);
    let mut running = Running::start(&mut app::command(scene, proxy, "apply -e dev --yes"));
    arrivals.recv().unwrap();
    running.interrupt();
    running.says(NOTICED);
    (running, allow)
}

fn description(scene: &Scene) -> String {
    scene.helm4("history base -n NAMESPACE -o json")
}

#[test]
fn the_first_ends_the_run_after_what_is_under_way() {
    let scene = app::scene("interrupted");
    let proxy = Proxy::start(scene.plane);
    let (running, allow) = interrupted(&scene, &proxy);
    allow.send(()).unwrap();
    let (status, _, stderr) = running.ends();
    assert_eq!(status.code(), Some(130), "{stderr}");

    // The request in flight was heard; nothing came after it.
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/base-settings");
    scene.is_absent("/apis/apps/v1/namespaces/NAMESPACE/deployments/base");
    assert_eq!(scene.statuses("base"), ["failed"]);
    assert!(description(&scene).contains("interrupted"), "{}", description(&scene));
    assert_eq!(scene.statuses("web"), [""; 0]);
    app::is_unlocked(&scene);

    app::run(&scene, "apply -e dev --yes --continue --lock-timeout 0s").succeeds();
    app::is_whole(&scene, "one");
}

#[test]
fn the_second_ends_the_program_at_once() {
    let scene = app::scene("interrupted-twice");
    let proxy = Proxy::start(scene.plane);
    let (running, allow) = interrupted(&scene, &proxy);
    running.interrupt();
    let (status, _, stderr) = running.ends();
    assert_eq!(status.signal(), Some(2), "{stderr}");
    drop(allow);

    app::run(&scene, "apply -e dev --yes --lock-timeout 0s").succeeds();
    app::is_whole(&scene, "one");
}

#[test]
fn a_wait_ends_at_once() {
    let scene = app::scene("interrupted-waiting");
    scene.sandbox.edit("app/templates/deployment.yaml", "metadata:\n      labels: { app: {{ .Release.Name }} }\n      annotations: {", "metadata:\n      labels: { app: {{ .Release.Name }} }\n      annotations: { test.kwok/outcome: '{{ .Values.outcome }}',");
    let words = ["apply", "-e", "dev", "--yes", "-o", "json", "--set", "base:outcome=never-ready"];
    let mut running = Running::start(&mut scene.sandbox.command(&words));
    running.until(|event| event["event"] == "waiting" && event["object"]["kind"] == "Deployment");
    running.interrupt();
    let (status, rest, stderr) = running.ends();
    assert_eq!(status.code(), Some(130), "{rest}{stderr}");
    assert!(rest.contains("\"event\":\"stopping\""), "{rest}");
    assert!(rest.contains("\"reason\":\"interrupted\""), "{rest}");
    // It is not taken back: who interrupts a run looks at what it left.
    scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments/base");
    assert_eq!(scene.statuses("base"), ["failed"]);
    assert_eq!(scene.statuses("web"), [""; 0]);
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::is_whole(&scene, "one");
}
