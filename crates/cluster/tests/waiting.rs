//! Waiting on a real cluster: what was applied becomes ready or fails, what was deleted goes or stays.

mod connections;
mod definitions;
mod deletions;
mod failures;
mod readiness;
mod surroundings;

use std::sync::Mutex;
use std::time::Duration;

use cluster::Client;
use cluster::wait::{self, Awaited, AwaitedObject, Hub, NotReady, Progress};
use plan::readiness::Runs;
use plan::{Address, ObjectId};
use serde_json::{Value, json};
use stack::{FailFast, Settings};
use tokio::time::Instant;

use crate::world::APPLY;

/// Graces that a test can wait for.
fn settings() -> Settings {
    let grace = Duration::from_secs(1);
    let fail_fast = FailFast { restarts: 3, image_pull: grace, config_error: grace };
    Settings { fail_fast, ..Settings::default() }
}

/// Applies an object as it stands; new objects count as changed.
async fn apply(client: &Client, object: &Value) -> AwaitedObject {
    let (id, address) = place(object);
    let answer = client.apply(&address, &object.to_string(), APPLY).await.unwrap();
    AwaitedObject { id, address, answer: Some(answer), changed: true }
}

fn place(object: &Value) -> (ObjectId, Address) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let api = text(&object["apiVersion"]);
    let (group, version) = api.rsplit_once('/').unwrap_or(("", &api));
    let kind = text(&object["kind"]);
    let namespace = object["metadata"]["namespace"].as_str().map(str::to_owned);
    let id = ObjectId {
        group: group.to_owned(),
        kind: kind.clone(),
        namespace: namespace.clone(),
        name: text(&object["metadata"]["name"]),
    };
    let address = Address {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: format!("{}s", kind.to_lowercase()),
        namespace,
        name: id.name.clone(),
    };
    (id, address)
}

/// A stop that nobody asks for.
fn never() -> wait::Stop {
    tokio::sync::watch::channel(false).1
}

/// Waits, and gives what was told on the way.
async fn until_ready(
    hub: &Hub,
    objects: Vec<AwaitedObject>,
    settings: &Settings,
    seconds: u64,
) -> (Result<(), NotReady>, Vec<Progress>) {
    let told: Mutex<Vec<Progress>> = Mutex::default();
    let tell = |progress: Progress| told.lock().unwrap().push(progress);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let runs = Runs::from(settings.wait);
    let awaited = Awaited { objects, settings, runs, deadline };
    let result = wait::until_ready(hub, awaited, never(), &tell).await;
    (result.map(drop), told.into_inner().unwrap())
}

/// The annotation says how its pods fare.
fn workload(kind: &str, namespace: &str, name: &str, outcome: &str) -> Value {
    let labels = json!({"app": name});
    let mut object = json!({
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": {"test.kwok/outcome": outcome}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
        },
    });
    if kind == "StatefulSet" {
        object["spec"]["serviceName"] = json!(name);
    }
    object
}

fn job(namespace: &str, name: &str, outcome: &str, container: &str) -> Value {
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"annotations": {"test.kwok/outcome": outcome}},
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": container, "image": "job:1"}],
                },
            },
        },
    })
}

fn pod(namespace: &str, name: &str, outcome: &str, container: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": {"test.kwok/outcome": outcome},
        },
        "spec": {"restartPolicy": "Never", "containers": [{"name": container, "image": "pod:1"}]},
    })
}

fn config_map(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
    })
}

/// `Deployment/web E-IMAGE-PULL: …`, with the evidence.
fn shown(failed: &NotReady) -> String {
    let mut lines = vec![format!("{:?}", failed.kind)];
    for it in &failed.failures {
        let evidence = &it.evidence;
        let run = if evidence.previous { "previous run" } else { "run" };
        let container = evidence.container.iter();
        lines.push(format!("{} {}: {}", it.id, it.code, it.cause));
        lines.extend(container.map(|container| format!("  {run} of {container}")));
        lines.extend(evidence.logs.iter().map(|line| format!("  | {line}")));
        lines.extend(evidence.events.iter().map(|event| format!("  ! {event}")));
    }
    lines.iter().map(|line| line.to_owned() + "\n").collect()
}
