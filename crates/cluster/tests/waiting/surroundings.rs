//! What depends on more than the object itself: nodes that do not answer, and pods behind webhooks.

use cluster::wait::{Ending, Hub};
use controlplane::ControlPlane;
use serde_json::{Value, json};

use super::{apply, settings, until_ready, workload};
use crate::world::{namespace, writer};

/// One that tolerates every taint, as agents do: others want no pod there. It is ready without its pod on a node that does not answer; one that answers and is not ready is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_do_not_answer() {
    let namespace = &namespace("lost");
    let plane = ControlPlane::shared();
    // For this test's pods alone.
    plane.create(
        "/api/v1/nodes",
        &json!({
            "metadata": {"name": namespace, "annotations": {"test.kwok/lost": "true"}},
            "spec": {"taints": [{"key": "test", "value": namespace, "effect": "NoSchedule"}]},
        }),
    );
    let stands = |status: &str| {
        let ready = json!({"type": "Ready", "status": status, "reason": "Test"});
        let node = format!("/api/v1/nodes/{namespace}/status");
        let room = json!({"cpu": "1", "memory": "1Gi", "pods": "10"});
        plane.patch(&node, &json!({"status": {"conditions": [ready], "allocatable": room}}));
    };
    stands("False");
    let client = writer().await;
    let mut agent = workload("DaemonSet", namespace, "agent", "never-ready");
    agent["spec"]["template"]["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
    let agent = vec![apply(&client, &agent).await];
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let is_on_it = |pod: &Value| pod["spec"]["nodeName"] == json!(namespace);
    let has_begun = |pods: &Value| {
        let pods = pods["items"].as_array().unwrap();
        let runs = |pod: &Value| is_on_it(pod) || pod["status"]["phase"] == "Running";
        pods.iter().any(is_on_it) && pods.iter().all(runs) && pods.len() > 1
    };
    let running = plane.until(&pods, has_begun);
    for pod in running["items"].as_array().unwrap() {
        if !is_on_it(pod) {
            let status = format!("{pods}/{}/status", pod["metadata"]["name"].as_str().unwrap());
            let ready = json!({"type": "Ready", "status": "True"});
            plane.patch(&status, &json!({"status": {"conditions": [ready]}}));
        }
    }

    let hub = Hub::new(&client);
    let (result, _) = until_ready(&hub, agent.clone(), &settings(), 4).await;
    assert_eq!(result.unwrap_err().kind, Ending::TimedOut);
    stands("Unknown");
    assert_eq!(until_ready(&hub, agent, &settings(), 30).await.0, Ok(()));
    plane.delete(&format!("/api/v1/nodes/{namespace}"));
}

/// Webhooks count when a pod is ready behind the Service that they call; a Service that is not there is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_nobody_answers() {
    let namespace = &namespace("webhooks");
    let client = writer().await;
    let webhooks = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": namespace},
        "webhooks": [{
            "name": "guard.example.com",
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "clientConfig": {"service": {"namespace": namespace, "name": "guard"}},
            "rules": [{
                "apiGroups": ["guarded.example.com"],
                "apiVersions": ["*"],
                "operations": ["*"],
                "resources": ["*"],
            }],
        }],
    });
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "guard", "namespace": namespace},
        "spec": {"selector": {"app": "guard"}, "ports": [{"port": 443}]},
    });
    let webhooks = vec![apply(&client, &webhooks).await];
    let hub = Hub::new(&client);
    assert_eq!(until_ready(&hub, webhooks.clone(), &settings(), 30).await.0, Ok(()));

    apply(&client, &service).await;
    let mark = ControlPlane::shared().mark();
    let (result, _) = until_ready(&hub, webhooks.clone(), &settings(), 1).await;
    // They are watched, however often their state is looked at.
    let slices = format!("/namespaces/{namespace}/endpointslices");
    let requests = ControlPlane::shared().requests_since(mark);
    let lists = requests.iter().filter(|it| it.verb == "list" && it.uri.contains(&slices));
    assert_eq!(lists.count(), 1);
    let failed = result.unwrap_err();
    let expect = format!("not ready in time: waiting for pods behind Service {namespace}/guard");
    assert_eq!(
        (failed.failures[0].code.as_str(), &failed.failures[0].cause),
        ("E-WEBHOOK-DOWN", &expect)
    );

    apply(&client, &workload("Deployment", namespace, "guard", "runs")).await;
    assert_eq!(until_ready(&hub, webhooks.clone(), &settings(), 30).await.0, Ok(()));
    ControlPlane::shared().delete(&webhooks[0].address.path());
}
