//! Definitions and custom resources.

use cluster::wait::Hub;
use controlplane::ControlPlane;
use serde_json::{Value, json};
use stack::ReadinessRule;

use super::{apply, settings, until_ready};
use crate::world::{namespace, writer};

fn definition(plural: &str, kind: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.waiting.example.com")},
        "spec": {
            "group": "waiting.example.com",
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}

fn custom(kind: &str, namespace: &str, size: u32) -> Value {
    json!({
        "apiVersion": "waiting.example.com/v1",
        "kind": kind,
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"size": size},
    })
}

/// As soon as the definition is ready, its objects can be applied; they are ready when their controller says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_definition_then_its_objects() {
    let namespace = &namespace("custom");
    let client = writer().await;
    let hub = Hub::new(&client);
    let settings = settings();
    let object = apply(&client, &definition("widgets", "Widget")).await;
    assert_eq!(until_ready(&hub, vec![object], &settings, 30).await.0, Ok(()));

    let widget = apply(&client, &custom("Widget", namespace, 1)).await;
    let status = format!("{}/status", widget.address.path());
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { until_ready(&Hub::new(&client), vec![widget], &super::settings(), 30).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!waiting.is_finished());
    let plane = ControlPlane::shared();
    let condition =
        |status: &str| json!({"status": {"conditions": [{"type": "Ready", "status": status}]}});
    plane.patch(&status, &condition("True"));
    assert_eq!(waiting.await.unwrap().0, Ok(()));

    // A controller that does not say what its status is about is given a moment to look again.
    let changed = apply(&client, &custom("Widget", namespace, 2)).await;
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let told = std::sync::Arc::clone(&seen);
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        plane.patch(&status, &condition("False"));
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        told.store(true, std::sync::atomic::Ordering::SeqCst);
        plane.patch(&status, &condition("True"));
    });
    assert_eq!(until_ready(&hub, vec![changed], &settings, 30).await.0, Ok(()));
    assert!(seen.load(std::sync::atomic::Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_the_release() {
    let namespace = &namespace("ruled");
    let client = writer().await;
    let hub = Hub::new(&client);
    let mut settings = settings();
    settings.readiness = vec![ReadinessRule {
        api_version: None,
        kind: "ConfigMap".to_owned(),
        name: None,
        ready: vec![("data.phase".to_owned(), "done".into())],
    }];
    let object = apply(&client, &super::config_map(namespace, "settings")).await;
    let path = object.address.path();
    let (result, _) = until_ready(&hub, vec![object.clone()], &settings, 1).await;
    let text = super::shown(&result.unwrap_err());
    insta::assert_snapshot!(text, @r#"
    TimedOut
    ConfigMap/settings E-TIMEOUT: not ready in time: `data.phase` is not there yet
    "#);
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        ControlPlane::shared().patch(&path, &json!({"data": {"phase": "done"}}));
    });
    assert_eq!(until_ready(&hub, vec![object], &settings, 30).await.0, Ok(()));
}
