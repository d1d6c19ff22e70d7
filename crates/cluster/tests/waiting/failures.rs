//! What fails ends the wait in time, with its code and all that tells why.

use std::time::Duration;

use cluster::wait::{self, Ending, Hub};
use controlplane::ControlPlane;
use serde_json::{Value, json};
use stack::FailFast;
use tokio::time::Instant;

use super::{apply, job, never, pod, settings, shown, until_ready, workload};
use crate::world::{namespace, writer};

/// Waits for an object that fails, and gives the failure's text; it must not take longer than so many seconds.
async fn failure(object: &Value, seconds: u64) -> String {
    let client = writer().await;
    let hub = Hub::new(&client);
    let object = apply(&client, object).await;
    let start = Instant::now();
    let (result, _) = until_ready(&hub, vec![object], &settings(), 60).await;
    let text = shown(&result.unwrap_err());
    let took = start.elapsed();
    assert!(took < Duration::from_secs(seconds), "{took:?}: {text}");
    without_pod_names(&text)
}

/// Names of pods end at random.
fn without_pod_names(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("Pod/") {
        Some((before, after)) => {
            let rest = after.split_once(':').map_or("", |(_, rest)| rest);
            format!("{before}Pod/…:{rest}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn saying(mut object: Value, lines: &[&str]) -> Value {
    let name = ControlPlane::shared().container_saying(lines);
    object["spec"]["template"]["spec"]["containers"][0]["name"] = json!(name);
    object
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_cannot_be_pulled() {
    let namespace = &namespace("image");
    let text = failure(&workload("Deployment", namespace, "web", "image-pull"), 15).await;
    insta::assert_snapshot!(text, @r#"
    Failed
    Deployment/web E-IMAGE-PULL: container `web` cannot pull `web:1`: Back-off pulling image "web:1"
      run of web
      | starting
      | listening on port 8080
      ! Pod/…: Failed: Failed to pull image: not found
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_crashes() {
    let namespace = &namespace("crash");
    let web = saying(
        workload("StatefulSet", namespace, "web", "crash-loop"),
        &["connecting", "no route to db"],
    );
    let text = failure(&web, 15).await;
    assert!(text.contains("StatefulSet/web E-CRASH-LOOP"), "{text}");
    assert!(text.contains("previous run of"), "{text}");
    assert!(text.contains("  | connecting\n  | no route to db\n"), "{text}");
    assert!(text.contains("Back-off restarting failed container"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_missing() {
    let namespace = &namespace("config");
    let text = failure(&workload("DaemonSet", namespace, "agent", "config-error"), 15).await;
    insta::assert_snapshot!(text, @r#"
    Failed
    DaemonSet/agent E-CONFIG: container `web` cannot be created: secret "absent" not found
      run of web
      | starting
      | listening on port 8080
      ! Pod/…: Failed: Error: secret "absent" not found
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails() {
    let namespace = &namespace("job");
    let migrate = saying(job(namespace, "migrate", "failed", "job"), &["table is locked"]);
    let text = failure(&migrate, 10).await;
    assert!(text.contains("Job/migrate E-JOB-FAILED: BackoffLimitExceeded"), "{text}");
    assert!(text.contains("  | table is locked\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails() {
    let namespace = &namespace("hook");
    let client = writer().await;
    let hub = Hub::new(&client);
    let said = ControlPlane::shared().container_saying(&["expected 200, got 500"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    let object = apply(&client, &pod(namespace, "test", "failed", &said)).await;
    let result = wait::hook(&hub, object, &settings(), deadline, never(), &|_| {}).await;
    let text = shown(&result.unwrap_err()).replace(&said, "CONTAINER");
    insta::assert_snapshot!(text, @r#"
    Failed
    Pod/test E-POD-FAILED: container `CONTAINER` ended with exit code 1
      run of CONTAINER
      | expected 200, got 500
    "#);
}

/// Of two pods one fits: the Deployment says so itself, other workloads by events alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_is_used_up() {
    let namespace = &namespace("quota");
    let plane = ControlPlane::shared();
    let quotas = format!("/api/v1/namespaces/{namespace}/resourcequotas");
    let spec = json!({"hard": {"pods": "0"}});
    plane.create(&quotas, &json!({"metadata": {"name": "small"}, "spec": spec}));
    plane.until(&format!("{quotas}/small"), |quota| quota["status"]["hard"]["pods"] == "0");
    let text = failure(&workload("Deployment", namespace, "web", "runs"), 10).await;
    assert!(text.contains("Deployment/web E-QUOTA: "), "{text}");
    assert!(text.contains("exceeded quota: small"), "{text}");
    let text = failure(&workload("StatefulSet", namespace, "db", "runs"), 15).await;
    assert!(text.contains("StatefulSet/db E-QUOTA: "), "{text}");
    assert!(text.contains("  ! StatefulSet/db: FailedCreate: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_ready_is_named_at_the_timeout() {
    let namespace = &namespace("never");
    let client = writer().await;
    let hub = Hub::new(&client);
    let good = apply(&client, &workload("Deployment", namespace, "good", "runs")).await;
    let bad = apply(&client, &workload("Deployment", namespace, "bad", "never-ready")).await;
    let start = Instant::now();
    let (result, told) = until_ready(&hub, vec![good, bad], &settings(), 4).await;
    let failed = result.unwrap_err();
    assert_eq!(failed.kind, Ending::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(12));
    assert_eq!(told.last().unwrap().ready, 1);
    insta::assert_snapshot!(without_pod_names(&shown(&failed)), @r#"
    TimedOut
    Deployment/bad E-PROBE: not ready in time: a probe does not succeed: Readiness probe failed: HTTP probe failed with statuscode: 503
      run of web
      | starting
      | listening on port 8080
      ! Pod/…: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503
    "#);
}

/// What ends the wait is not all that is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn all_failures_are_told() {
    let namespace = &namespace("all");
    let client = writer().await;
    let hub = Hub::new(&client);
    let mut settings = settings();
    settings.fail_fast.image_pull = Duration::from_secs(600);
    let mut objects = Vec::new();
    for object in [
        workload("Deployment", namespace, "pulls", "image-pull"),
        workload("Deployment", namespace, "misses", "config-error"),
        workload("Deployment", namespace, "waits", "never-ready"),
    ] {
        objects.push(apply(&client, &object).await);
    }
    let (result, _) = until_ready(&hub, objects, &settings, 60).await;
    let failures = result.unwrap_err().failures;
    let told: Vec<String> = failures.iter().map(|it| format!("{} {}", it.id, it.code)).collect();
    assert_eq!(told, ["Deployment/misses E-CONFIG", "Deployment/pulls E-IMAGE-PULL"]);
}

/// Broken pods of the former revision are not blamed on the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_is_no_failure() {
    let namespace = &namespace("repair");
    let client = writer().await;
    let hub = Hub::new(&client);
    let mut settings = settings();
    let broken = apply(&client, &workload("Deployment", namespace, "web", "image-pull")).await;
    let (result, _) = until_ready(&hub, vec![broken], &settings, 60).await;
    assert_eq!(result.unwrap_err().failures[0].code.as_str(), "E-IMAGE-PULL");
    settings.fail_fast =
        FailFast { restarts: 0, image_pull: Duration::ZERO, config_error: Duration::ZERO };
    let repaired = apply(&client, &workload("Deployment", namespace, "web", "runs")).await;
    let (result, _) = until_ready(&hub, vec![repaired], &settings, 60).await;
    assert_eq!(result, Ok(()));
}

/// A StatefulSet waits for a broken pod of its former revision for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_that_is_blocked() {
    let namespace = &namespace("blocked");
    let client = writer().await;
    let hub = Hub::new(&client);
    let broken = apply(&client, &workload("StatefulSet", namespace, "db", "image-pull")).await;
    assert!(until_ready(&hub, vec![broken], &settings(), 60).await.0.is_err());
    let repaired = apply(&client, &workload("StatefulSet", namespace, "db", "runs")).await;
    let (result, _) = until_ready(&hub, vec![repaired], &settings(), 60).await;
    let text = shown(&result.unwrap_err());
    assert!(text.contains("StatefulSet/db E-ROLLOUT-BLOCKED: pod `db-0` of the former"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_may_restart_until_their_database_is_there() {
    let namespace = &namespace("recovers");
    let client = writer().await;
    let hub = Hub::new(&client);
    let mut settings = settings();
    settings.fail_fast.restarts = 5;
    let web = apply(&client, &workload("Deployment", namespace, "web", "recovers")).await;
    let (result, told) = until_ready(&hub, vec![web], &settings, 60).await;
    assert_eq!(result, Ok(()));
    let whys: Vec<&str> =
        told.iter().filter_map(|it| Some(it.waiting_for.as_ref()?.1.as_str())).collect();
    assert!(whys.iter().any(|why| why.contains("ended 4 times")), "{whys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_deletes_is_missed() {
    let namespace = &namespace("missed");
    let client = writer().await;
    let hub = Hub::new(&client);
    let object = apply(&client, &workload("Deployment", namespace, "web", "never-ready")).await;
    let path = object.address.path();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        ControlPlane::shared().delete(&path);
    });
    let (result, _) = until_ready(&hub, vec![object], &settings(), 60).await;
    let text = shown(&result.unwrap_err());
    assert!(text.contains("it was deleted while it was waited for"), "{text}");
}
