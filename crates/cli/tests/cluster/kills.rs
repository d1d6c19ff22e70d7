//! Runs that are ended by `kill -9` at their 10th, 20th, … request; the next run goes on from there.

use controlplane::Proxy;

use crate::app;

/// What was killed does not block what comes next, even where that does not wait.
const APPLY: &str = "apply -e dev --yes --lock-timeout 0s";
const DESTROY: &str = "destroy -e dev --yes --lock-timeout 0s";

/// Whether the run was killed; one that made fewer requests has succeeded.
fn kill(scene: &crate::support::Scene, proxy: &Proxy, arguments: &str, request: usize) -> bool {
    match proxy.run_and_kill(&mut app::command(scene, proxy, arguments), request) {
        None => true,
        Some(status) => {
            assert!(status.success(), "{arguments}: {status}");
            false
        }
    }
}

#[test]
fn a_killed_first_apply() {
    let scene = app::scene("killed-install");
    let proxy = Proxy::start(scene.plane);
    let mut request = 10;
    while kill(&scene, &proxy, APPLY, request) {
        app::run(&scene, APPLY).succeeds();
        app::is_whole(&scene, "one");
        app::run(&scene, DESTROY).succeeds();
        app::is_gone(&scene);
        request += 10;
    }
    app::is_whole(&scene, "one");
    assert!(request > 30, "an apply makes more than {request} requests");
}

#[test]
fn a_killed_upgrade() {
    let scene = app::scene("killed-upgrade");
    let proxy = Proxy::start(scene.plane);
    app::run(&scene, APPLY).succeeds();
    let mut request = 10;
    loop {
        let text = format!("text-{request}");
        app::say(&scene, &text);
        let killed = kill(&scene, &proxy, APPLY, request);
        if killed {
            app::run(&scene, APPLY).succeeds();
        }
        app::is_whole(&scene, &text);
        if !killed {
            break;
        }
        request += 10;
    }
    assert!(request > 30, "an apply makes more than {request} requests");
}

#[test]
fn a_killed_destroy() {
    let scene = app::scene("killed-destroy");
    let proxy = Proxy::start(scene.plane);
    let mut request = 10;
    loop {
        app::run(&scene, APPLY).succeeds();
        if !kill(&scene, &proxy, DESTROY, request) {
            break;
        }
        app::run(&scene, DESTROY).succeeds();
        app::is_gone(&scene);
        request += 10;
    }
    app::is_gone(&scene);
    assert!(request > 10, "a destroy makes more than {request} requests");
}

/// The upgrade fails at its last step and is taken back; that, too, may be killed.
#[test]
fn a_killed_rollback() {
    let scene = app::scene("killed-rollback");
    let proxy = Proxy::start(scene.plane);
    app::run(&scene, APPLY).succeeds();
    let mut request = 40;
    loop {
        scene.write("values.yaml", &format!("text: broken-{request}\nbreaks: true\n"));
        let ended = proxy.run_and_kill(&mut app::command(&scene, &proxy, APPLY), request);
        let text = format!("text-{request}");
        app::say(&scene, &text);
        app::run(&scene, APPLY).succeeds();
        app::is_whole(&scene, &text);
        if let Some(status) = ended {
            assert_eq!(status.code(), Some(5), "{status}");
            break;
        }
        request += 10;
    }
    assert!(request > 50, "a failed apply makes more than {request} requests");
}
