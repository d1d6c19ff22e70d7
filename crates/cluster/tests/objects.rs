//! Objects made, read, listed, changed and deleted.

use cluster::{Creation, Delete, Deletion, Logs, Pick, Propagation, Write};
use controlplane::{ControlPlane, DEFAULT_LOG, Fault, Proxy};
use serde_json::json;

use crate::world::{APPLY, DELETE, WRITE, at, connect_by, core, namespace, settings, text, writer};

#[tokio::test(flavor = "multi_thread")]
async fn a_life() {
    let namespace = namespace("life");
    let client = writer().await;
    let address = core("configmaps", &namespace, "a");
    assert_eq!(client.get(&address.path()).await.unwrap(), None);
    assert_eq!(client.get("/apis/none.example.com/v1/nothings/a").await.unwrap(), None);

    let Creation::Done(made) = client.create(&address, &settings("a", "1"), WRITE).await.unwrap()
    else {
        panic!("the name is free")
    };
    assert_eq!(text(&made, &["data", "key"]), "1");
    let error = client.create(&address, &settings("a", "2"), WRITE).await.unwrap_err();
    assert!(error.is_already_exists() && !error.is_conflict() && !error.is_uncertain());

    let patch = r#"[{"op":"replace","path":"/data/key","value":"3"}]"#;
    let patched = client.patch_json(&address, None, patch, WRITE).await.unwrap();
    assert_eq!(text(&patched, &["data", "key"]), "3");

    // Over the version that was made, not over the patched one.
    let version = text(&made, &["metadata", "resourceVersion"]);
    let stale = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"key": "4"},
        "metadata": {"name": "a", "resourceVersion": version}});
    let error = client.replace(&address, &stale.to_string(), WRITE).await.unwrap_err();
    assert!(error.is_conflict() && error.conflicts().is_empty(), "{error}");
    let wanted = settings("a", "5");
    let applied = client.apply(&address, &wanted, cluster::Apply { force: true, ..APPLY });
    assert_eq!(text(&applied.await.unwrap(), &["data", "key"]), "5");

    let uid = text(&made, &["metadata", "uid"]);
    let other = Delete { uid: Some("11111111-2222-3333-4444-555555555555"), ..DELETE };
    assert_eq!(client.delete(&address, other).await.unwrap(), Deletion::Other);
    let old = Delete { uid: Some(uid), resource_version: Some(version), ..DELETE };
    assert!(client.delete(&address, old).await.unwrap_err().is_conflict());
    let ours = Delete { uid: Some(uid), ..DELETE };
    assert_eq!(client.delete(&address, ours).await.unwrap(), Deletion::Done);
    assert_eq!(client.delete(&address, ours).await.unwrap(), Deletion::Absent);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_time_to_go() {
    let plane = ControlPlane::shared();
    let namespace = namespace("going");
    let client = writer().await;
    let path = format!("/api/v1/namespaces/{namespace}/configmaps");
    plane.create(&path, &json!({"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}));
    let address = core("configmaps", &namespace, "held");
    let how = Delete { propagation: Propagation::Foreground, ..DELETE };
    for _ in 0..2 {
        let pending = client.delete(&address, how).await.unwrap();
        assert!(matches!(pending, Deletion::Pending(Some(_))), "{pending:?}");
    }
    // Its namespace cannot go before it does.
    let itself = core("namespaces", "", &namespace);
    for _ in 0..2 {
        let pending = client.delete(&itself, DELETE).await.unwrap();
        assert!(matches!(pending, Deletion::Pending(_)), "{pending:?}");
    }
    let fresh = core("configmaps", &namespace, "fresh");
    let error = client.create(&fresh, &settings("fresh", ""), WRITE).await.unwrap_err();
    assert!(error.is_namespace_terminating() && error.denied().is_none(), "{error}");
    let patch = r#"[{"op":"remove","path":"/metadata/finalizers"}]"#;
    client.patch_json(&address, None, patch, WRITE).await.unwrap();
    plane.until(&itself.path(), serde_json::Value::is_null);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_in_chunks() {
    let namespace = namespace("many");
    let client = writer().await;
    let mut made = tokio::task::JoinSet::new();
    for number in 0..620 {
        let (client, namespace) = (client.clone(), namespace.clone());
        made.spawn(async move {
            let name = format!("item-{number:03}");
            let label = if number % 2 == 0 { "even" } else { "odd" };
            let body = json!({"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": name, "labels": {"parity": label}}});
            client.create(&core("configmaps", &namespace, &name), &body.to_string(), WRITE).await
        });
    }
    while let Some(made) = made.join_next().await {
        made.unwrap().unwrap();
    }
    let collection = core("configmaps", &namespace, "").collection();
    let before = client.counts().reads;
    // The control plane puts a config map of its own there, sooner or later.
    let ours = Pick { fields: "metadata.name!=kube-root-ca.crt", ..Pick::default() };
    let all = client.list(&collection, ours).await.unwrap();
    assert_eq!(client.counts().reads - before, 2);
    assert_eq!(all.items.len(), 620);
    assert!(all.items.iter().all(|item| text(item, &["kind"]) == "ConfigMap"));
    assert!(!all.resource_version.is_empty());

    // A continuation that expired begins anew; one that always does, ends in one piece.
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    let late = connect_by(proxy.kubeconfig(plane), "test").await.unwrap().client;
    proxy.on_request(|request| match request.path.contains("continue=") {
        true => Fault::error(410, "Expired", "the continue parameter is too old"),
        false => Fault::None,
    });
    let before = late.counts().reads;
    assert_eq!(late.list(&collection, ours).await.unwrap().items.len(), 620);
    assert_eq!(late.counts().reads - before, 7);

    let pick = Pick { labels: "parity in (even)", metadata_only: true, ..Pick::default() };
    let even = client.list(&collection, pick).await.unwrap();
    assert_eq!(even.items.len(), 310);
    let one = Pick { fields: "metadata.name=item-007", ..Pick::default() };
    assert_eq!(client.list(&collection, one).await.unwrap().items.len(), 1);
    let none = client.list("/apis/none.example.com/v1/nothings", Pick::default()).await.unwrap();
    assert_eq!(none.items.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_of_a_pod() {
    let plane = ControlPlane::shared();
    let namespace = namespace("logs");
    let client = writer().await;
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let spec = json!({"containers": [{"name": "web", "image": "web:1"}]});
    plane.create(&pods, &json!({"metadata": {"name": "web"}, "spec": spec}));
    plane.until(&format!("{pods}/web"), |pod| pod["status"]["phase"] == "Running");
    let last = Logs { container: Some("web"), tail_lines: Some(1), ..Logs::default() };
    let said = client.logs(&namespace, "web", last).await.unwrap();
    assert_eq!(said.as_deref().map(str::trim_end), DEFAULT_LOG.last().copied());
    assert_eq!(client.logs(&namespace, "gone", Logs::default()).await.unwrap(), None);

    let unplaced = json!({"nodeName": "", "nodeSelector": {"no": "where"}, "containers": [{"name": "web", "image": "web:1"}]});
    plane.create(&pods, &json!({"metadata": {"name": "waiting"}, "spec": unplaced}));
    let nothing = client.logs(&namespace, "waiting", Logs::default()).await.unwrap();
    assert_eq!(nothing.unwrap_or_default(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_collected_once() {
    let namespace = namespace("warned");
    let client = writer().await;
    let address = core("configmaps", &namespace, "a");
    let body =
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{},"oops":1}"#;
    for _ in 0..2 {
        let how = Write { dry_run: true, ..WRITE };
        let error = client.create(&address, body, how).await.unwrap_err();
        assert!(error.is_invalid(), "{error}");
    }
    assert_eq!(client.take_warnings(), []);
    let cron = at("batch", "jobs", &namespace, "a");
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}, "spec": {"template": {
        "spec": {"restartPolicy": "Never", "containers": [
            {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}, {"name": "X", "value": "2"}]}]}}}});
    for _ in 0..2 {
        let how = Write { dry_run: true, ..WRITE };
        client.create(&cron, &job.to_string(), how).await.unwrap();
    }
    let warnings = client.take_warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].text.contains("hides previous definition"), "{warnings:?}");
    assert_eq!(warnings[0].subject.resource(), "jobs.batch");
    assert_eq!(client.take_warnings(), []);
}
