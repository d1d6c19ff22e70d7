//! Requests that fail on their way: repeated where that is safe, and said to be uncertain where nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cluster::{Client, Creation, Delete, Deletion};
use controlplane::{ControlPlane, Fault, Proxy};
use serde_json::json;

use crate::world::{APPLY, DELETE, WRITE, connect_by, core, namespace, settings, text};

/// A writer behind a proxy that lets this fault happen to the next `times` requests for config maps.
async fn behind(proxy: &Proxy) -> Client {
    connect_by(proxy.kubeconfig(ControlPlane::shared()), "test").await.unwrap().client.writer()
}

fn fail(proxy: &Proxy, times: usize, fault: Fault) {
    let left = Arc::new(AtomicUsize::new(times));
    proxy.on_request(move |request| {
        let take = |left: usize| left.checked_sub(1);
        match request.path.contains("configmaps")
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
        {
            true => fault.clone(),
            false => Fault::None,
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_safe_is_repeated() {
    let namespace = namespace("again");
    let proxy = Proxy::start(ControlPlane::shared());
    let client = behind(&proxy).await;
    let address = core("configmaps", &namespace, "a");
    let faults = [
        ("429", 2, Fault::too_many(0)),
        ("503", 2, Fault::error(503, "ServiceUnavailable", "later")),
        ("500", 1, Fault::error(500, "InternalError", "failed calling webhook")),
        ("504", 1, Fault::error(504, "Timeout", "etcd")),
        ("cut before", 2, Fault::CutBefore),
        ("cut after", 2, Fault::CutAfter),
    ];
    for (name, times, fault) in faults {
        fail(&proxy, times, fault.clone());
        let before = client.counts().repeated;
        let applied = client.apply(&address, &settings("a", name), APPLY).await.unwrap();
        assert_eq!(text(&applied, &["data", "key"]), name);
        fail(&proxy, times, fault);
        assert!(client.get(&address.path()).await.unwrap().is_some(), "{name}");
        assert_eq!(client.counts().repeated - before, 2 * times as u64, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_that_stay_are_failures() {
    let namespace = namespace("never");
    let proxy = Proxy::start(ControlPlane::shared());
    let client = behind(&proxy).await;
    let address = core("configmaps", &namespace, "a");
    fail(&proxy, usize::MAX, Fault::error(500, "InternalError", "out of order"));
    let error = client.apply(&address, &settings("a", "1"), APPLY).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.code), Some(500));
    assert!(error.is_uncertain());
    insta::assert_snapshot!(error.to_string().replace(&namespace, "NAMESPACE"), @"cluster `dev` (context `test`): cannot apply `configmaps/a` in `NAMESPACE`: out of order");
    let error = client.get(&address.path()).await.unwrap_err();
    assert!(!error.is_uncertain());
}

#[tokio::test(flavor = "multi_thread")]
async fn creates_that_may_have_been_done() {
    let namespace = namespace("maybe");
    let proxy = Proxy::start(ControlPlane::shared());
    let client = behind(&proxy).await;
    let address = core("configmaps", &namespace, "a");
    fail(&proxy, 1, Fault::CutBefore);
    let made = client.create(&address, &settings("a", "1"), WRITE).await.unwrap();
    assert!(matches!(made, Creation::Done(_)));

    let address = core("configmaps", &namespace, "b");
    fail(&proxy, 1, Fault::CutAfter);
    let made = client.create(&address, &settings("b", "1"), WRITE).await.unwrap();
    assert_eq!(made, Creation::Uncertain);

    // One that is surely somebody's: the server answered the first attempt.
    let error = client.create(&address, &settings("b", "2"), WRITE).await.unwrap_err();
    assert!(error.is_already_exists() && !error.is_uncertain());
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_and_replaces() {
    let namespace = namespace("cut");
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let client = behind(&proxy).await;
    let address = core("configmaps", &namespace, "a");
    let made = client.apply(&address, &settings("a", "1"), APPLY).await.unwrap();

    // Without a version nobody knows over what it was put.
    fail(&proxy, 1, Fault::CutAfter);
    let error = client.replace(&address, &settings("a", "2"), WRITE).await.unwrap_err();
    assert!(error.is_uncertain(), "{error}");
    let said =
        error.to_string().replace(&namespace, "NAMESPACE").replace(&proxy.server(), "SERVER");
    insta::assert_snapshot!(said, @"cluster `dev` (context `test`): cannot replace `configmaps/a` in `NAMESPACE`: connection closed before message completed");

    // With one, the repeated one meets the version that the first one made.
    let (_, there) = plane.get(&address.path());
    let mut body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    body["metadata"]["resourceVersion"] = there["metadata"]["resourceVersion"].clone();
    fail(&proxy, 1, Fault::CutAfter);
    let error = client.replace(&address, &body.to_string(), WRITE).await.unwrap_err();
    assert!(error.is_conflict() && error.is_uncertain(), "{error}");

    let ours = Delete { uid: Some(text(&made, &["metadata", "uid"])), ..DELETE };
    fail(&proxy, 1, Fault::CutAfter);
    assert_eq!(client.delete(&address, ours).await.unwrap(), Deletion::Absent);
    fail(&proxy, 1, Fault::CutBefore);
    let error = client.delete(&address, DELETE).await.unwrap_err();
    assert!(error.is_uncertain(), "{error}");
}
