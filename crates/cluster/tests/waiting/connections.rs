//! Watches end, expire, are cut or forbidden, and waiting goes on.

use std::time::Duration;

use cluster::wait::Hub;
use controlplane::{ControlPlane, Fault, Proxy, Seen};

use super::{apply, job, settings, until_ready, workload};
use crate::world::{connect_by, namespace};

/// Waits for a Deployment and a Job while requests fail as the rule says; the pods take a moment.
async fn check(prefix: &str, rule: impl Fn(&Seen) -> Fault + Send + Sync + 'static) -> usize {
    let plane = ControlPlane::shared();
    let namespace = namespace(prefix);
    let proxy = Proxy::start(plane);
    let client = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client.writer();
    let mut objects = Vec::new();
    for mut object in [
        workload("Deployment", &namespace, "web", "runs"),
        job(&namespace, "migrate", "runs", "job"),
    ] {
        object["spec"]["template"]["metadata"]["annotations"]["test.kwok/delay"] = "2s".into();
        objects.push(apply(&client, &object).await);
    }
    let before = proxy.requests().len();
    proxy.on_request(rule);
    let hub = Hub::new(&client);
    let (result, _) = until_ready(&hub, objects, &settings(), 60).await;
    assert_eq!(result, Ok(()));
    proxy.requests().len() - before
}

#[tokio::test(flavor = "multi_thread")]
async fn expired() {
    let requests = check("expired", |request| match request.is_watch() {
        true => Fault::ExpireWatch(Duration::from_millis(200)),
        false => Fault::None,
    })
    .await;
    assert!(requests < 120, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cut() {
    let requests = check("cut", |request| match request.is_watch() {
        true if request.number % 2 == 0 => Fault::CutAnswer(Duration::from_millis(200)),
        true => Fault::CutBefore,
        false => Fault::None,
    })
    .await;
    assert!(requests < 120, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forbidden_to_watch() {
    let forbidden = || Fault::error(403, "Forbidden", "cannot watch");
    let requests = check("unwatched", move |request| match request.is_watch() {
        true => forbidden(),
        false => Fault::None,
    })
    .await;
    assert!(requests < 60, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forbidden_to_list() {
    let requests =
        check("unlisted", |request| match request.path.contains("limit=") || request.is_watch() {
            true => Fault::error(403, "Forbidden", "cannot list"),
            false => Fault::None,
        })
        .await;
    assert!(requests < 60, "{requests}");
}
