//! Who may do what, with which kubeconfig, and what the audit log says of it.

use std::process::Command;

use controlplane::{Context, ControlPlane, Trust, User};
use serde_json::json;

#[test]
fn the_api_answers() {
    let (status, version) = ControlPlane::shared().get("/version");
    assert_eq!((status, &version["gitVersion"]), (200, &"v1.36.3".into()));
}

/// Real Helm as a client that reads kubeconfigs.
#[test]
fn kubeconfigs_are_good_and_bad() {
    let plane = ControlPlane::shared();
    let context = |user: User| Context { user, ..plane.context("other") };
    let certificate = |group: &str, expired| User::Certificate {
        user: "someone".to_owned(),
        group: group.to_owned(),
        expired,
    };
    let unreachable = "https://127.0.0.1:1".to_owned();
    let table = [
        (context(User::Administrator), ""),
        (context(certificate("system:masters", false)), ""),
        (
            context(certificate("system:masters", true)),
            "the server has asked for the client to provide credentials",
        ),
        (context(certificate("", false)), "User \"someone\" cannot list resource \"secrets\""),
        (context(User::Nobody), "User \"nobody\" cannot list resource \"secrets\""),
        (
            context(User::Token("unknown".to_owned())),
            "the server has asked for the client to provide credentials",
        ),
        (context(User::Anonymous), "User \"system:anonymous\" cannot list"),
        (
            Context { trust: Trust::Wrong, ..context(User::Administrator) },
            "certificate signed by unknown authority",
        ),
        (Context { server: unreachable, ..context(User::Administrator) }, "connection refused"),
    ];
    for (context, expect) in table {
        let kubeconfig = plane.write_kubeconfig(std::slice::from_ref(&context));
        let output = Command::new(controlplane::helm3())
            .arg("list")
            .arg("--kubeconfig")
            .arg(kubeconfig)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(expect), "{context:?}: {error}");
        assert_eq!(output.status.success(), expect.is_empty(), "{context:?}: {error}");
    }
}

#[test]
fn the_audit_log_tells_requests() {
    let plane = ControlPlane::shared();
    let name = plane.namespace("audit");
    let user = User::Certificate {
        user: name.clone(),
        group: "system:masters".to_owned(),
        expired: false,
    };
    let kubeconfig = plane.write_kubeconfig(&[Context { user, ..plane.context("audit") }]);
    let chart = plane.directory().join(&name);
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    let write = |path: &str, text: String| std::fs::write(chart.join(path), text).unwrap();
    write("Chart.yaml", json!({"apiVersion": "v2", "name": "one", "version": "1.0.0"}).to_string());
    let settings = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}});
    write("templates/one.yaml", settings.to_string());

    let helm = |arguments: &[&str]| {
        let mark = plane.mark();
        let output = Command::new(controlplane::helm4())
            .args(arguments)
            .args(["--namespace", &name, "--kubeconfig"])
            .arg(&kubeconfig)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut requests = plane.requests_since(mark);
        requests.retain(|request| request.user == name);
        requests
    };
    let chart = chart.to_string_lossy();
    let install = ["install", "one", &chart, "--create-namespace"];
    let writes = |requests: &[controlplane::Request]| -> Vec<String> {
        let writes = requests.iter().filter(|one| one.is_write());
        writes.map(|one| format!("{} {}", one.verb, one.uri.split('?').next().unwrap())).collect()
    };

    let seen = helm(&install);
    assert!(seen.iter().all(|one| one.status.is_some()), "{seen:?}");
    assert_eq!(
        writes(&seen),
        [
            format!("patch /api/v1/namespaces/{name}"),
            format!("create /api/v1/namespaces/{name}/secrets"),
            format!("patch /api/v1/namespaces/{name}/configmaps/one"),
            format!("update /api/v1/namespaces/{name}/secrets/sh.helm.release.v1.one.v1"),
        ]
    );
    let seen = helm(&["list"]);
    assert!(!seen.is_empty());
    assert_eq!(writes(&seen), Vec::<String>::new());
}
