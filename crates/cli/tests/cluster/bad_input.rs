//! What cannot work is told in one clear error, before anything is written.

use controlplane::{Context, Fault, Proxy, User};
use insta::assert_snapshot;
use serde_json::json;

use crate::app;
use crate::support::Scene;

/// Runs an apply that fails without a write, and shows what it says.
#[track_caller]
fn refused(scene: &Scene, context: Context, arguments: &str) -> String {
    let kubeconfig = scene.plane.write_kubeconfig(&[context]);
    let before = scene.plane.mark();
    let arguments = format!("apply -e dev --yes --kubeconfig {} {arguments}", kubeconfig.display());
    let answer = app::run(scene, &arguments);
    let errors = answer.stderr.matches("error: ").chain(answer.stderr.matches("  × "));
    assert_eq!(errors.count(), 1, "{answer}");
    let requests = scene.plane.requests_since(before).into_iter();
    let writes: Vec<_> =
        requests.filter(|one| one.is_write() && one.uri.contains(&scene.namespace)).collect();
    assert!(writes.is_empty(), "{writes:#?}");
    let exit = answer.exit.unwrap();
    let server = scene.plane.server();
    format!("{}exit {exit}", answer.stderr)
        .replace(&server, "https://SERVER")
        .replace(kubeconfig.to_str().unwrap(), "KUBECONFIG")
        .replace(&scene.namespace, "NAMESPACE")
}

fn certificate(expired: bool) -> User {
    User::Certificate { user: "somebody".to_owned(), group: String::new(), expired }
}

#[test]
fn clusters_that_cannot_be_used() {
    let scene = app::scene("unusable");
    let good = scene.plane.context("test");
    let nobody = Context { server: "https://127.0.0.1:1".to_owned(), ..good.clone() };
    assert_snapshot!(refused(&scene, nobody, ""), @r#"
    error: cluster `test` (context `test`): cannot reach `https://127.0.0.1:1`: the connection was refused
    help: see that the cluster runs and that its address, a VPN or a proxy is right
    exit 1
    "#);
    assert_snapshot!(refused(&scene, scene.plane.context("other"), ""), @r#"
    error: cluster `test`: there is no context `test`: `KUBECONFIG` has `other`
    help: name one of them under `clusters.test.context`, or for this run with `--context test=CONTEXT`
    exit 1
    "#);
    assert_snapshot!(refused(&scene, good.clone(), "--context test=staging"), @r#"
    error: cluster `test`: there is no context `staging`: `KUBECONFIG` has `test`
    help: name one of them under `clusters.test.context`, or for this run with `--context test=CONTEXT`
    exit 1
    "#);
    let expired = Context { user: certificate(true), ..good.clone() };
    assert_snapshot!(refused(&scene, expired, ""), @r#"
    error: cluster `test` (context `test`): cannot get `namespaces/kube-system`: the server does not accept the credentials
    help: the client certificate of the context `test` is valid until 2021-01-01T00:00:00Z; get a new one if that is over
    exit 1
    "#);
    let unknown = Context { user: User::Token("forgotten".to_owned()), ..good.clone() };
    assert_snapshot!(refused(&scene, unknown, ""), @r#"
    error: cluster `test` (context `test`): cannot get `namespaces/kube-system`: the server does not accept the credentials
    help: log in as your cluster's documentation says, then run this again
    exit 1
    "#);
    let untrusted = Context { trust: controlplane::Trust::Wrong, ..good };
    assert_snapshot!(refused(&scene, untrusted, ""), @r#"
    error: cluster `test` (context `test`): no trusted connection to `https://SERVER`: its certificate was not issued by the kubeconfig's certificate authority
    help: get a fresh kubeconfig: its `certificate-authority` or client certificate is not this server's
    exit 1
    "#);
}

#[test]
fn a_server_that_is_too_old() {
    let scene = app::scene("too-old");
    let proxy = Proxy::start(scene.plane);
    proxy.on_request(|seen| match seen.path.starts_with("/version") {
        true => Fault::version(1, 20),
        false => Fault::None,
    });
    assert_snapshot!(refused(&scene, proxy.context(scene.plane, "test"), ""), @r#"
    error: cluster `test` (context `test`) runs Kubernetes v1.20.0, and 1.27 is the oldest that can be used
    help: update the cluster's control plane
    exit 1
    "#);
}

#[test]
fn another_cluster() {
    let scene = app::scene("other-cluster");
    let pinned = "{ context: test, uid: 5f0c0d0e-aaaa-bbbb-cccc-1234567890ab }";
    scene.sandbox.edit("regatta.yaml", "{ context: test }", pinned);
    let text = refused(&scene, scene.plane.context("test"), "");
    let namespace = scene.get("/api/v1/namespaces/kube-system");
    let uid = namespace["metadata"]["uid"].as_str().unwrap();
    assert_snapshot!(text.replace(uid, "UID"), @r#"
    error: cluster `test` (context `test`) is another cluster: the manifest says that `kube-system` has the uid `5f0c0d0e-aaaa-bbbb-cccc-1234567890ab`, and there it is `UID`
    help: choose the right context with `--context test=CONTEXT`; where the cluster was made anew, correct `uid` in the manifest
    exit 3
    "#);
}

#[test]
fn rights_that_are_missing() {
    let scene = app::scene("forbidden");
    let somebody = Context { user: certificate(false), ..scene.plane.context("test") };
    assert_snapshot!(refused(&scene, somebody.clone(), ""), @r#"
    error: cluster `test` (context `test`): cannot get `secrets/regatta.NAMESPACE.dev` in `NAMESPACE`: secrets "regatta.NAMESPACE.dev" is forbidden: User "somebody" cannot get resource "secrets" in API group "" in the namespace "NAMESPACE"
    help: `somebody` needs `get` on `secrets` in the namespace `NAMESPACE`; `regatta rbac` prints the whole Role
    exit 1
    "#);

    // May read all, and change nothing.
    scene.create_namespace();
    let role =
        json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view-all"});
    let rules =
        json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]);
    let roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    scene.plane.create(roles, &json!({"metadata": {"name": "view-all"}, "rules": rules}));
    let subjects =
        json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "somebody"}]);
    let binding = json!({"metadata": {"name": "view"}, "roleRef": role, "subjects": subjects});
    scene.plane.create(
        &scene.here("/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings"),
        &binding,
    );
    assert_snapshot!(refused(&scene, somebody, ""), @r#"
    error: cluster `test` (context `test`): cannot apply `secrets/base-password` in `NAMESPACE`: secrets "base-password" is forbidden: User "somebody" cannot patch resource "secrets" in API group "" in the namespace "NAMESPACE"
    help: `somebody` needs `patch` on `secrets` in the namespace `NAMESPACE`; `regatta rbac` prints the whole Role
    exit 1
    "#);
}

#[test]
fn a_kind_that_is_unknown() {
    let scene = app::scene("unknown-kind");
    let yacht = "apiVersion: example.com/v1\nkind: Yacht\nmetadata: { name: yacht }\n";
    scene.write("app/templates/yacht.yaml", yacht);
    assert_snapshot!(refused(&scene, scene.plane.context("test"), "--release base"), @r#"
      × release `base`: `Yacht.example.com/yacht`: the cluster has no kind `Yacht` in `example.com/v1`
      help: install what brings the kind in a release that this one `needs`, or correct its
            `apiVersion`
    exit 1
    "#);
}

/// The server answers 500 to a body that it cannot read, as if it were its own failure.
#[test]
fn a_body_that_the_server_cannot_read() {
    let scene = app::scene("untyped");
    scene.create_namespace();
    let port = "{ name: http, port: 80 }";
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{ name: twice }}\nspec: {{ ports: [{port}, {port}] }}\n"
    );
    scene.write("app/templates/service.yaml", &service);
    let said = refused(&scene, scene.plane.context("test"), "--release base");
    assert!(said.contains("release `base`: the server does not take `Service/twice`"), "{said}");
    assert!(said.ends_with("exit 1"), "{said}");
}

#[test]
fn a_namespace_that_goes() {
    let scene = app::scene("terminating");
    scene.create_namespace();
    let path = scene.here("/api/v1/namespaces/NAMESPACE");
    let held = json!({"metadata": {"name": "held", "finalizers": ["example.com/hold"]}});
    scene.plane.create(&format!("{path}/configmaps"), &held);
    scene.plane.delete(&path);
    assert_snapshot!(refused(&scene, scene.plane.context("test"), "--release base"), @r#"
    error: cluster `test` (context `test`): cannot apply `secrets/base-password` in `NAMESPACE`: secrets "base-password" is forbidden: unable to create new content in namespace NAMESPACE because it is being terminated
    help: wait until the namespace is gone; its `status.conditions` tell what it waits for
    exit 1
    "#);
    scene
        .plane
        .patch(&format!("{path}/configmaps/held"), &json!({"metadata": {"finalizers": null}}));
}

/// The server takes the dry run and refuses the write: the record says so, and so does Helm.
#[test]
fn a_write_that_fails_is_recorded() {
    let scene = app::scene("refused");
    let proxy = Proxy::start(scene.plane);
    proxy.on_request(|seen| {
        let is_write = seen.method == "PATCH" && !seen.path.contains("dryRun");
        match is_write && seen.path.contains("/configmaps/web-settings") {
            true => Fault::error(
                403,
                "Forbidden",
                "configmaps \"web-settings\" is forbidden: exceeded quota: small",
            ),
            false => Fault::None,
        }
    });
    let answer = app::run_through(&scene, &proxy, "apply -e dev --yes");
    for told in [
        "E-QUOTA",
        "ConfigMap/web-settings",
        "configmaps \"web-settings\" is forbidden: exceeded quota: small",
    ] {
        assert!(answer.stderr.contains(told), "{told}: {answer}");
    }
    let history = scene.helm4("history web -n NAMESPACE -o json");
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    assert_eq!(history[0]["status"], "failed");
    let description = history[0]["description"].as_str().unwrap();
    assert!(
        description.contains("failed: cannot apply `ConfigMap/web-settings` in "),
        "{description}"
    );
    assert!(description.contains("exceeded quota: small"), "{description}");
    app::run(&scene, "apply -e dev --yes").succeeds();
    app::is_whole(&scene, "one");
}
