//! What an API server can refuse, and what it can lack.

use controlplane::{ControlPlane, Webhook};
use serde_json::{Value, json};

#[test]
fn a_webhook_refuses_what_the_test_says() {
    let plane = ControlPlane::shared();
    let namespace = plane.namespace("webhook");
    plane.create("/api/v1/namespaces", &json!({"metadata": {"name": namespace}}));
    let webhook = Webhook::start(plane, |request| match request["name"].as_str() {
        Some("bad") => Err("no bad names here".to_owned()),
        _ => Ok(()),
    });
    let rule = json!({
        "operations": ["*"],
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["configmaps"],
    });
    let here = json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}});
    let hook = json!({
        "name": "names.test.kwok",
        "clientConfig": webhook.client_config(),
        "rules": [rule],
        "namespaceSelector": here,
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    });
    let hooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    plane.create(hooks, &json!({"metadata": {"name": namespace}, "webhooks": [hook]}));

    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let create = |name: &str| {
        let map = json!({"metadata": {"name": name}});
        plane.request("POST", &format!("{maps}?dryRun=All"), "application/json", map)
    };
    // The API server learns of its webhooks a moment after they are there.
    let start = std::time::Instant::now();
    let (status, refusal) = loop {
        let (status, answer) = create("bad");
        if status != 201 || start.elapsed().as_secs() > 10 {
            break (status, answer);
        }
    };
    let message = refusal["message"].as_str().unwrap_or_default();
    assert_eq!(
        (status, message),
        (400, "admission webhook \"names.test.kwok\" denied the request: no bad names here")
    );
    assert_eq!(create("good").0, 201);
    plane.delete(&format!("{hooks}/{namespace}"));
}

#[test]
fn an_announced_api_can_be_absent() {
    let plane = ControlPlane::start();
    plane.announce_absent_api("absent.test.kwok");
    let (status, _) = plane.get("/apis/absent.test.kwok/v1");
    assert_eq!(status, 503);
    assert!(plane.get("/apis").1["groups"].as_array().is_some_and(|groups| !groups.is_empty()));
    let (_, namespace) = plane.get("/api/v1/namespaces/default");
    assert_ne!(namespace, Value::Null);
}
