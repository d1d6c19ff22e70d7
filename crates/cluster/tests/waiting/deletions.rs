//! What was deleted goes, or what holds it is named.

use std::time::Duration;

use cluster::Client;
use cluster::wait::{Deleted, Hub, until_gone};
use controlplane::ControlPlane;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{config_map, never, place, pod};
use crate::world::{namespace, writer};

fn delete(client_path: &str) -> Value {
    ControlPlane::shared().delete(client_path)
}

async fn created(client: &Client, object: &Value) -> Deleted {
    let awaited = super::apply(client, object).await;
    let uid = awaited.answer.as_ref().and_then(|it| it.get("metadata")?.get("uid")?.as_str());
    let uid = uid.map(str::to_owned);
    Deleted { id: awaited.id, address: awaited.address, uid, version: None }
}

async fn gone(client: &Client, objects: &[Deleted], seconds: u64) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let result = until_gone(&Hub::new(client), objects, deadline, never(), &|_| {}).await;
    result.map_err(|held| {
        assert!(!held.was_stopped);
        let lines = held.objects.iter().map(|it| {
            format!("{} {:?} since {}: {}", it.id, it.finalizers, it.since.is_some(), it.why)
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finalizer_that_hangs_is_named() {
    let namespace = &namespace("held");
    let client = writer().await;
    let mut held = config_map(namespace, "held");
    held["metadata"]["finalizers"] = json!(["example.com/backup"]);
    let objects = [
        created(&client, &held).await,
        created(&client, &config_map(namespace, "free")).await,
        created(&client, &pod(namespace, "pod", "never-ready", "pod")).await,
    ];
    for object in &objects {
        delete(&object.address.path());
    }
    let text = gone(&client, &objects, 2).await.unwrap_err();
    insta::assert_snapshot!(text, @r#"ConfigMap/held ["example.com/backup"] since true: being deleted, held by example.com/backup"#);
    let path = objects[0].address.path();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let patch = json!({"metadata": {"finalizers": null}});
        ControlPlane::shared().patch(&path, &patch);
    });
    assert_eq!(gone(&client, &objects, 30).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_says_what_is_left() {
    let namespace = &namespace("left");
    let client = writer().await;
    let mut held = config_map(namespace, "held");
    held["metadata"]["finalizers"] = json!(["example.com/backup"]);
    let held = created(&client, &held).await;
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    let (id, address) = place(&object);
    let deleted = [Deleted { id, address, uid: None, version: None }];
    delete(&deleted[0].address.path());
    ControlPlane::shared().until(&deleted[0].address.path(), |namespace| {
        let conditions = namespace["status"]["conditions"].as_array();
        conditions.is_some_and(|all| all.iter().any(|it| it["type"] == "NamespaceContentRemaining"))
    });
    let text = gone(&client, &deleted, 1).await.unwrap_err();
    insta::assert_snapshot!(text.replace(namespace.as_str(), "NAMESPACE"), @r#"Namespace/NAMESPACE [] since true: being deleted: Some content in the namespace has finalizers remaining: example.com/backup in 1 resource instances"#);
    let patch = json!({"metadata": {"finalizers": null}});
    ControlPlane::shared().patch(&held.address.path(), &patch);
    assert_eq!(gone(&client, &deleted, 30).await, Ok(()));
}

/// Somebody made it anew: the one that was deleted is gone.
#[tokio::test(flavor = "multi_thread")]
async fn another_of_the_same_name_does_not_count() {
    let namespace = &namespace("anew");
    let client = writer().await;
    let first = created(&client, &config_map(namespace, "settings")).await;
    delete(&first.address.path());
    created(&client, &config_map(namespace, "settings")).await;
    assert_eq!(gone(&client, std::slice::from_ref(&first), 10).await, Ok(()));
    let any = Deleted { uid: None, ..first };
    let text = gone(&client, &[any], 1).await.unwrap_err();
    assert!(text.contains("its deletion has not begun"), "{text}");
}
