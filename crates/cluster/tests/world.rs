//! What the tests share: a control plane, clients for it, and small objects.

use std::path::PathBuf;
use std::time::Duration;

use cluster::{Access, Apply, Client, Connection, Delete, Error, Limits, Propagation, Write};
use controlplane::{Context, ControlPlane};
use plan::Address;
use serde_json::{Value, json};
use source::Tree;
use stack::{Cluster, ClusterName};

pub(crate) const DRY: Apply<'static> =
    Apply { dry_run: true, force: false, manager: "helm", strict: true };
pub(crate) const APPLY: Apply<'static> = Apply { dry_run: false, ..DRY };
pub(crate) const WRITE: Write<'static> = Write { dry_run: false, manager: "helm" };
pub(crate) const DELETE: Delete<'static> = Delete {
    uid: None,
    resource_version: None,
    propagation: Propagation::Background,
    dry_run: false,
};

/// Connects by the first context of a kubeconfig as a manifest's cluster `dev` would.
pub(crate) async fn connect_by(kubeconfig: PathBuf, context: &str) -> Result<Connection, Error> {
    let access = Access { kubeconfig: vec![kubeconfig], ..Access::default() };
    cluster::connect(&access, &dev(context, None), limits()).await
}

pub(crate) fn dev(context: &str, uid: Option<&str>) -> Cluster {
    Cluster {
        name: ClusterName::new("dev").unwrap(),
        contexts: vec![context.to_owned()],
        uid: uid.map(str::to_owned),
    }
}

/// Short enough for tests.
pub(crate) fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        request: Duration::from_secs(20),
        total: Duration::from_secs(30),
        ..Limits::default()
    }
}

/// A client that changes nothing, as the administrator.
pub(crate) async fn reader() -> Client {
    connect_by(ControlPlane::shared().kubeconfig(), "test").await.unwrap().client
}

pub(crate) async fn writer() -> Client {
    reader().await.writer()
}

pub(crate) async fn connect_as(context: Context) -> Result<Connection, Error> {
    let name = context.name.clone();
    connect_by(ControlPlane::shared().write_kubeconfig(&[context]), &name).await
}

/// A namespace of the test's own, created.
pub(crate) fn namespace(prefix: &str) -> String {
    let plane = ControlPlane::shared();
    let name = plane.namespace(prefix);
    plane.create("/api/v1/namespaces", &json!({"metadata": {"name": name}}));
    name
}

pub(crate) fn core(plural: &str, namespace: &str, name: &str) -> Address {
    at("", plural, namespace, name)
}

pub(crate) fn at(group: &str, plural: &str, namespace: &str, name: &str) -> Address {
    Address {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        namespace: Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()),
        name: name.to_owned(),
    }
}

pub(crate) fn settings(name: &str, value: &str) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"key": value},
    })
    .to_string()
}

pub(crate) fn deployment(name: &str, changes: &Value) -> String {
    let labels = json!({"app": name});
    let mut object = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
        },
    });
    for (key, value) in changes.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    object.to_string()
}

pub(crate) fn text<'a>(tree: &'a Tree, path: &[&str]) -> &'a str {
    let found = path.iter().try_fold(tree, |tree, key| tree.get(key));
    found.and_then(Tree::as_str).unwrap_or_default()
}

/// An error with its help, without what differs from run to run.
pub(crate) fn shown(error: &Error) -> String {
    let help = error.help().map(|help| format!("\n  help: {help}")).unwrap_or_default();
    let plane = ControlPlane::shared();
    format!("{error}{help}").replace(&plane.server(), "https://SERVER")
}
