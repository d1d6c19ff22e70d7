//! Planning changes nothing: whatever would is refused before it leaves.

use cluster::{Apply, Client, Creation, Delete, Error, Write};
use controlplane::ControlPlane;
use serde_json::json;

use crate::world::{APPLY, DELETE, WRITE, core, namespace, reader, settings};

/// Every way in which a client can change a cluster.
async fn every_write(
    client: &Client,
    namespace: &str,
    dry_run: bool,
) -> Vec<(&'static str, Option<Error>)> {
    let there = core("configmaps", namespace, "there");
    let fresh = core("configmaps", namespace, "fresh");
    let write = Write { dry_run, ..WRITE };
    let replaced = settings("there", "replaced");
    let patch = r#"[{"op":"add","path":"/data","value":{"key":"patched"}}]"#;
    let gone = Delete { dry_run, ..DELETE };
    vec![
        (
            "apply",
            client
                .apply(
                    &there,
                    &settings("there", "applied"),
                    Apply { dry_run, force: true, ..APPLY },
                )
                .await
                .err(),
        ),
        ("create", client.create(&fresh, &settings("fresh", "created"), write).await.err()),
        ("replace", client.replace(&there, &replaced, write).await.err()),
        ("patch", client.patch_json(&there, None, patch, write).await.err()),
        ("delete", client.delete(&there, gone).await.err()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_refuses_what_would_change_the_cluster() {
    let plane = ControlPlane::shared();
    let namespace = namespace("guard");
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    plane.create(&path, &json!({"metadata": {"name": "there"}}));
    let client = reader().await;
    let before = client.counts();
    let mark = plane.mark();

    for (verb, error) in every_write(&client, &namespace, false).await {
        let expect = format!("refused to {verb} ");
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with(&expect), "{verb}: {error}");
    }
    assert_eq!(client.counts(), before);
    let writes = |mark| {
        plane.requests_since(mark).into_iter().filter(|it| it.uri.contains(&namespace)).count()
    };
    assert_eq!(writes(mark), 0);

    for (verb, error) in every_write(&client, &namespace, true).await {
        assert!(error.is_none(), "{verb}: {error:?}");
    }
    let counts = client.counts();
    assert_eq!((counts.dry_runs - before.dry_runs, counts.writes), (5, 0));
    let (_, list) = plane.get(&path);
    let names: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["metadata"]["name"].as_str())
        .filter(|name| *name != "kube-root-ca.crt")
        .collect();
    assert_eq!(names, ["there"]);
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["data"]["key"].is_null()));

    // The same client, told to execute, does each of them.
    for (verb, error) in every_write(&client.writer(), &namespace, false).await {
        assert!(error.is_none(), "{verb}: {error:?}");
    }
    assert_eq!(client.counts().writes, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_may_ask_what_is_allowed() {
    let client = reader().await;
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "delete", "resource": "pods", "namespace": "default"}},
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = client.post_review(path, &review.to_string()).await.unwrap();
    assert_eq!(answer.get("status").and_then(|it| it.get("allowed")), Some(&true.into()));

    let path = "/api/v1/namespaces/default/configmaps";
    let error = client.post_review(path, &settings("a", "b")).await.unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    let exec = "/api/v1/namespaces/default/pods/a/exec?command=rm";
    let error = client.writer().get(exec).await.unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    let dry = Write { dry_run: true, ..WRITE };
    let address = core("configmaps", "default", "dry");
    let made = client.create(&address, &settings("dry", "run"), dry).await.unwrap();
    assert!(matches!(made, Creation::Done(_)));
}
