//! What a cluster serves, as real Helm sees it.

use std::collections::BTreeSet;
use std::process::Command;

use controlplane::{ControlPlane, Fault, Proxy};

use crate::world::connect_by;

#[tokio::test(flavor = "multi_thread")]
async fn as_helm_sees_it() {
    let plane = ControlPlane::shared();
    let connection = connect_by(plane.kubeconfig(), "test").await.unwrap();
    assert_eq!(connection.version.git, "v1.36.3");
    let discovery = &connection.discovery;
    assert!(discovery.unavailable.is_empty());
    let deployment = discovery.apis.preferred("apps", "Deployment").unwrap();
    assert_eq!((deployment.plural.as_str(), deployment.namespaced), ("deployments", true));
    assert!(deployment.can("patch") && discovery.has_subresource(deployment, "scale"));
    assert!(!discovery.apis.preferred("", "Node").unwrap().namespaced);
    let preferred = discovery.apis.preferred("autoscaling", "HorizontalPodAutoscaler").unwrap();
    assert_eq!(preferred.version, "v2");

    let chart = tempfile::tempdir().unwrap();
    std::fs::create_dir(chart.path().join("templates")).unwrap();
    std::fs::write(chart.path().join("Chart.yaml"), "{apiVersion: v2, name: a, version: 1.0.0}")
        .unwrap();
    let template = "{{ range .Capabilities.APIVersions }}# api {{ . }}\n{{ end }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    std::fs::write(chart.path().join("templates/a.yaml"), template).unwrap();
    let output = Command::new(controlplane::helm4())
        .args(["template", "a", ".", "--dry-run=server", "--kubeconfig"])
        .arg(plane.kubeconfig())
        .current_dir(chart.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let theirs: BTreeSet<String> =
        said.lines().filter_map(|line| line.strip_prefix("# api ")).map(str::to_owned).collect();
    assert!(theirs.len() > 50, "{}", String::from_utf8_lossy(&output.stderr));
    let ours = connection.api_versions();
    assert_eq!(ours.difference(&theirs).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(theirs.difference(ours).collect::<Vec<_>>(), [""; 0]);
}

/// A server that ignores the header, or a proxy that drops it: one request per version, and the same answer.
#[tokio::test(flavor = "multi_thread")]
async fn the_long_way() {
    let plane = ControlPlane::shared();
    let at_once = connect_by(plane.kubeconfig(), "test").await.unwrap();
    assert_eq!(at_once.client.counts().reads, 4);
    let proxy = Proxy::start(plane);
    let plain = |path: &str| {
        let (status, body) = plane.get(path);
        Fault::Answer { status, headers: Vec::new(), body }
    };
    let (core, groups) = (plain("/api"), plain("/apis"));
    proxy.on_request(move |request| match request.path.as_str() {
        "/api" => core.clone(),
        "/apis" => groups.clone(),
        _ => Fault::None,
    });
    let one_by_one = connect_by(proxy.kubeconfig(plane), "test").await.unwrap();
    assert!(one_by_one.client.counts().reads > 20);
    assert_eq!(one_by_one.discovery, at_once.discovery);
}

/// On a control plane of its own: it is incomplete from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_does_not_answer() {
    let plane = ControlPlane::start();
    plane.announce_absent_api("absent.example.com");
    let connection = connect_by(plane.kubeconfig(), "test").await.unwrap();
    let unavailable: Vec<&str> =
        connection.discovery.unavailable.iter().map(String::as_str).collect();
    assert_eq!(unavailable, ["absent.example.com/v1"]);
    assert!(connection.discovery.apis.preferred("apps", "Deployment").is_some());
}
