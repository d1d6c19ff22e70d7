//! Watches end, expire, are cut or forbidden, and waiting goes on.

use std::time::Duration;

use cluster::wait::Hub;
use controlplane::{ControlPlane, Fault, Proxy, Seen};

use super::{apply, job, settings, shown, until_ready, workload};
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
async fn waiting_goes_on() {
    let expired = check("expired", |request| match request.is_watch() {
        true => Fault::ExpireWatch(Duration::from_millis(200)),
        false => Fault::None,
    });
    let cut = check("cut", |request| match request.is_watch() {
        true if request.number % 2 == 0 => Fault::CutAnswer(Duration::from_millis(200)),
        true => Fault::CutBefore,
        false => Fault::None,
    });
    let forbidden_to_watch = check("unwatched", |request| match request.is_watch() {
        true => Fault::error(403, "Forbidden", "cannot watch"),
        false => Fault::None,
    });
    let forbidden_to_list =
        check("unlisted", |request| match request.path.contains("limit=") || request.is_watch() {
            true => Fault::error(403, "Forbidden", "cannot list"),
            false => Fault::None,
        });
    let requests = tokio::join!(expired, cut, forbidden_to_watch, forbidden_to_list);
    // Nothing is asked again and again without a pause.
    let (expired, cut, unwatched, unlisted) = requests;
    assert!(expired.max(cut) < 120 && unwatched.max(unlisted) < 60, "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_told_of() {
    let plane = ControlPlane::shared();
    let namespace = namespace("away");
    let proxy = Proxy::start(plane);
    let client = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client.writer();
    let object = apply(&client, &workload("Deployment", &namespace, "web", "never-ready")).await;
    proxy.on_request(|_| Fault::error(400, "BadRequest", "the server is confused"));
    let hub = Hub::new(&client);
    let (result, _) = until_ready(&hub, vec![object], &settings(), 1).await;
    let text = shown(&result.unwrap_err());
    assert!(text.contains("waiting for its controller; cluster `dev`"), "{text}");
    assert!(text.contains("the server is confused"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_nothing_does_not_wait() {
    let plane = ControlPlane::shared();
    let namespace = namespace("blind");
    let proxy = Proxy::start(plane);
    let client = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client.writer();
    let object = apply(&client, &workload("Deployment", &namespace, "web", "runs")).await;
    proxy.on_request(|_| Fault::error(403, "Forbidden", "you may not look"));
    let hub = Hub::new(&client);
    let (result, _) = until_ready(&hub, vec![object], &settings(), 600).await;
    let text = shown(&result.unwrap_err());
    assert!(text.contains("Deployment/web E-TIMEOUT: it cannot be waited for: cluster"), "{text}");
    assert!(text.contains("you may not look"), "{text}");
}
