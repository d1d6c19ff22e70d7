//! Requests that fail on the way: each one's first attempt meets the fault, what comes after gets through.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use controlplane::{Fault, Proxy, Seen};

use crate::app;

/// An apply, an upgrade and a destroy; the first attempt of each request that `meets` the fault fails. Each run ends with
/// one of the exit codes, 0 or another; without the fault the next one brings about what was wanted.
#[track_caller]
fn check(prefix: &str, exits: &[i32], fault: &Fault, meets: fn(&Seen) -> bool) {
    let scene = app::scene(prefix);
    let proxy = Proxy::start(scene.plane);
    let faulty = |arguments: &str| {
        let fault = fault.clone();
        let known = Mutex::new(BTreeSet::new());
        proxy.on_request(move |seen| {
            let is_first =
                || known.lock().unwrap().insert((seen.method.clone(), seen.path.clone()));
            if meets(seen) && is_first() { fault.clone() } else { Fault::None }
        });
        let answer = app::run_through(&scene, &proxy, arguments);
        let code = answer.exit.unwrap_or_default();
        let errors = answer.stderr.matches("error:").count();
        assert!(exits.contains(&code) && errors == usize::from(code != 0), "{answer}");
    };
    faulty("apply -e dev --yes");
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::is_whole(&scene, "one");
    app::say(&scene, "two");
    faulty("apply -e dev --yes");
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::is_whole(&scene, "two");
    app::is_unlocked(&scene);
    faulty("destroy -e dev --yes");
    app::run(&scene, "destroy -e dev --yes").succeeds();
    app::is_gone(&scene);
}

/// Changes of what is there already.
fn changes(seen: &Seen) -> bool {
    ["PUT", "PATCH"].contains(&&*seen.method) && !seen.path.contains("dryRun=All")
}

#[test]
fn too_many_requests() {
    check("too-many", &[0], &Fault::too_many(1), |seen| seen.path.contains("secrets"));
}

#[test]
fn internal_errors() {
    let fault = Fault::error(500, "InternalError", "etcdserver: request timed out");
    check("internal", &[0], &fault, |_| true);
}

#[test]
fn an_unavailable_server() {
    let fault = Fault::error(503, "ServiceUnavailable", "apiserver is shutting down");
    check("unavailable", &[0], &fault, |_| true);
}

#[test]
fn conflicts() {
    let fault = Fault::error(409, "Conflict", "the object has been modified");
    check("conflict", &[0, 1, 4, 5], &fault, changes);
}

#[test]
fn writes_that_are_not_carried_out() {
    check("cut-before", &[0], &Fault::CutBefore, |_| true);
}

#[test]
fn writes_whose_answer_is_lost() {
    check("cut-after", &[0], &Fault::CutAfter, |_| true);
}

#[test]
fn slow_requests() {
    check("slow", &[0], &Fault::Delay(Duration::from_millis(100)), |_| true);
}

#[test]
fn watches_that_end() {
    static WATCHES: AtomicUsize = AtomicUsize::new(0);
    let expire = Fault::ExpireWatch(Duration::from_millis(20));
    check("expired", &[0], &expire, |seen| {
        seen.is_watch() && WATCHES.fetch_add(1, Ordering::Relaxed) < 20
    });
    let cut = Fault::CutAnswer(Duration::from_millis(20));
    check("cut-watch", &[0], &cut, Seen::is_watch);
}
