//! What is applied well becomes ready, with few watches.

use std::time::Duration;

use cluster::wait::{self, Awaited, AwaitedObject, Ending, Hub};
use controlplane::ControlPlane;
use plan::readiness::Runs;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{apply, config_map, job, never, pod, settings, until_ready, workload};
use crate::world::{namespace, writer};

#[tokio::test(flavor = "multi_thread")]
async fn everything_becomes_ready() {
    let namespace = &namespace("ready");
    let client = writer().await;
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"ports": [{"port": 80}]},
    });
    let mut objects = Vec::new();
    for object in [
        config_map(namespace, "settings"),
        claim(namespace),
        service,
        workload("Deployment", namespace, "web", "runs"),
        workload("StatefulSet", namespace, "db", "runs"),
        workload("DaemonSet", namespace, "agent", "runs"),
        job(namespace, "migrate", "runs", "job"),
        pod(namespace, "once", "runs", "pod"),
    ] {
        objects.push(apply(&client, &object).await);
    }
    let hub = Hub::new(&client);
    let (result, told) = until_ready(&hub, objects, &settings(), 60).await;
    assert_eq!(result, Ok(()));
    let (first, last) = (told.first().unwrap(), told.last().unwrap());
    assert!(first.ready < 8 && first.waiting_for.is_some(), "{first:?}");
    assert_eq!((last.ready, last.total, &last.waiting_for), (8, 8, &None));
    assert!(told.windows(2).all(|pair| pair[0] != pair[1]));
    // ConfigMap and Service were ready when they were accepted.
    let watches = client.counts().watches;
    assert!(watches <= 9, "{watches}");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/web");
    let web = client.get(&path).await.unwrap().unwrap();
    assert!(web.get("status").is_some_and(|status| status.get("availableReplicas").is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_and_yet_stands_still_is_told() {
    let namespace = &namespace("paused");
    let client = writer().await;
    let mut web = workload("Deployment", namespace, "web", "runs");
    web["spec"]["paused"] = json!(true);
    let settings = &settings();
    let objects =
        vec![apply(&client, &config_map(namespace, "settings")).await, apply(&client, &web).await];
    let (runs, deadline) = (Runs::Complete, Instant::now() + Duration::from_secs(30));
    let awaited = Awaited { objects, settings, runs, deadline };
    let notes = wait::until_ready(&Hub::new(&client), awaited, never(), &|_| {}).await.unwrap();
    let told: Vec<String> =
        notes.iter().map(|one| format!("{}: {}", one.object, one.note)).collect();
    assert_eq!(told, ["Deployment/web: paused"]);
}

/// A load balancer's address comes from outside; a volume that is made when it is used is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_provide() {
    let namespace = &namespace("provided");
    let client = writer().await;
    let plane = ControlPlane::shared();
    plane.create(
        "/apis/storage.k8s.io/v1/storageclasses",
        &json!({
            "metadata": {"name": namespace},
            "provisioner": "example.com/late",
            "volumeBindingMode": "WaitForFirstConsumer",
        }),
    );
    let mut claim = claim(namespace);
    claim["spec"]["storageClassName"] = json!(namespace);
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    });
    let objects = vec![apply(&client, &claim).await, apply(&client, &service).await];
    let hub = Hub::new(&client);
    let (result, told) = until_ready(&hub, objects.clone(), &settings(), 1).await;
    let failed = result.unwrap_err();
    assert_eq!(failed.failures[0].code.as_str(), "E-LOAD-BALANCER");
    assert_eq!((failed.failures.len(), told.last().unwrap().ready), (1, 1));
    plane.set_address(namespace, "web", "192.0.2.1");
    assert_eq!(until_ready(&hub, objects, &settings(), 30).await.0, Ok(()));
}

fn claim(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_share_watches() {
    let namespace = &namespace("shared");
    let client = writer().await;
    let hub = Hub::new(&client);
    let (settings, never) = (settings(), never());
    let mut objects = Vec::new();
    for number in 0..20 {
        let object = workload("Deployment", namespace, &format!("web-{number}"), "runs");
        objects.push(apply(&client, &object).await);
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    let waits = objects.into_iter().map(|object| {
        let (objects, runs) = (vec![object], Runs::Complete);
        let awaited = Awaited { objects, settings: &settings, runs, deadline };
        wait::until_ready(&hub, awaited, never.clone(), &|_| {})
    });
    let mut waits: Vec<_> = waits.map(Box::pin).collect();
    // All are polled before the first is done.
    let all = std::future::poll_fn(|context| {
        waits.retain_mut(|wait| match wait.as_mut().poll(context) {
            std::task::Poll::Ready(result) => {
                assert_eq!(result, Ok(Vec::new()));
                false
            }
            std::task::Poll::Pending => true,
        });
        if waits.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    all.await;
    // Deployments, ReplicaSets, pods, events.
    let counts = client.counts();
    assert!(counts.watches <= 4, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_already_needs_no_request() {
    let namespace = &namespace("already");
    let client = writer().await;
    let hub = Hub::new(&client);
    let web = workload("Deployment", namespace, "web", "runs");
    let object = apply(&client, &web).await;
    assert_eq!(until_ready(&hub, vec![object], &settings(), 60).await.0, Ok(()));
    let object = apply(&client, &web).await;
    let before = client.counts();
    assert_eq!(until_ready(&hub, vec![object], &settings(), 60).await.0, Ok(()));
    assert_eq!(client.counts(), before);
}

/// What a plan saw and left alone has no answer.
#[tokio::test(flavor = "multi_thread")]
async fn objects_that_were_not_sent() {
    let namespace = &namespace("unsent");
    let client = writer().await;
    let hub = Hub::new(&client);
    let mut object = apply(&client, &workload("Deployment", namespace, "web", "runs")).await;
    object = AwaitedObject { answer: None, changed: false, ..object };
    assert_eq!(until_ready(&hub, vec![object.clone()], &settings(), 60).await.0, Ok(()));
    ControlPlane::shared().delete(&object.address.path());
    let (result, _) = until_ready(&hub, vec![object], &settings(), 60).await;
    let failures = result.unwrap_err().failures;
    assert_eq!(failures[0].cause, "it was deleted while it was waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_can_be_stopped() {
    let namespace = &namespace("stopped");
    let client = writer().await;
    let hub = Hub::new(&client);
    let object = apply(&client, &workload("Deployment", namespace, "web", "never-ready")).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.send(true).unwrap();
    });
    let deadline = Instant::now() + Duration::from_secs(60);
    let settings = settings();
    let awaited =
        Awaited { objects: vec![object], settings: &settings, runs: Runs::Complete, deadline };
    let failed = wait::until_ready(&hub, awaited, stopped, &|_| {}).await.unwrap_err();
    assert_eq!((failed.kind, failed.failures.len()), (Ending::Stopped, 0));
    assert!(Instant::now() + Duration::from_secs(30) < deadline);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_to_their_end() {
    let namespace = &namespace("hooks");
    let client = writer().await;
    let hub = Hub::new(&client);
    let settings = settings();
    let said = ControlPlane::shared().container_saying(&["migrating", "done"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    for object in [
        job(namespace, "migrate", "runs", &said),
        pod(namespace, "test", "runs", &said),
        config_map(namespace, "settings"),
    ] {
        let awaited = apply(&client, &object).await;
        let path = awaited.address.path();
        let result = wait::hook(&hub, awaited, &settings, deadline, never(), &|_| {}).await;
        assert_eq!(result, Ok(()), "{object}");
        let live = client.get(&path).await.unwrap().unwrap();
        let logs = wait::logs(&client, &live, 20).await.unwrap();
        let lines: Vec<&str> = logs.iter().flat_map(|log| &log.lines).map(String::as_str).collect();
        match object["kind"].as_str() {
            Some("ConfigMap") => assert!(lines.is_empty()),
            _ => assert_eq!(lines, ["migrating", "done"]),
        }
    }
    // A finished Job that removes itself is no failure, even where it is gone before anybody looks.
    let mut brief = job(namespace, "brief", "runs", "job");
    brief["spec"]["ttlSecondsAfterFinished"] = json!(0);
    let awaited = apply(&client, &brief).await;
    let result = wait::hook(&hub, awaited, &settings, deadline, never(), &|_| {}).await;
    assert_eq!(result, Ok(()));
}
