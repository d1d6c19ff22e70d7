//! One clear error for each way in which a cluster is out of reach or not the right one.

use cluster::{Access, Error};
use controlplane::{Context, ControlPlane, Fault, Proxy, Trust, User};
use plan::Reason;

use crate::world::{APPLY, connect_as, connect_by, core, dev, limits, settings, shown};

fn context(user: User) -> Context {
    Context { user, ..ControlPlane::shared().context("kind-dev") }
}

async fn failure(context: Context) -> Error {
    connect_as(context).await.expect_err("this context is wrong")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_authority() {
    let error = failure(Context { trust: Trust::Wrong, ..context(User::Administrator) }).await;
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): no trusted connection to `https://SERVER`: its certificate was not issued by the kubeconfig's certificate authority
      help: get a fresh kubeconfig: its `certificate-authority` or client certificate is not this server's
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate() {
    let user = "someone".to_owned();
    let user = User::Certificate { user, group: "system:masters".to_owned(), expired: true };
    let error = failure(context(user)).await;
    assert!(error.is_unauthorized());
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): cannot get `namespaces/kube-system`: the server does not accept the credentials
      help: the client certificate of the context `kind-dev` is valid until 2021-01-01T00:00:00Z; get a new one if that is over
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_token() {
    let error = failure(context(User::Token("very-secret-token".to_owned()))).await;
    assert!(error.is_unauthorized() && !format!("{error:?}").contains("very-secret"));
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): cannot get `namespaces/kube-system`: the server does not accept the credentials
      help: log in as your cluster's documentation says, then run this again
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers() {
    let server = "https://127.0.0.1:1".to_owned();
    let error = failure(Context { server, ..context(User::Administrator) }).await;
    assert!(error.is_unreachable());
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): cannot reach `https://127.0.0.1:1`: the connection was refused
      help: see that the cluster runs and that its address, a VPN or a proxy is right
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_nowhere() {
    let server = "https://no-such-host.invalid:6443".to_owned();
    let error = failure(Context { server, ..context(User::Administrator) }).await;
    assert!(error.is_unreachable());
    let said = shown(&error);
    let start = "cluster `dev` (context `kind-dev`): cannot reach `https://no-such-host.invalid:6443`: the name cannot be resolved (";
    assert!(said.starts_with(start), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_where_tls_is_spoken() {
    let plane = ControlPlane::shared();
    let server = plane.server().replace("https://", "http://");
    let plain = Context { server, trust: Trust::Plain, ..context(User::Administrator) };
    let error = failure(plain).await;
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): cannot get `namespaces/kube-system`: HTTP 400: Client sent an HTTP request to an HTTPS server.
      help: the server's address in the kubeconfig should begin with `https://`
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_plugin_that_fails() {
    let plane = ControlPlane::shared();
    let path = plane.write_kubeconfig(&[context(User::Anonymous)]);
    let text = std::fs::read_to_string(&path).unwrap();
    let said = |script: &str| {
        let exec = serde_json::json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
            "command": "sh", "args": ["-c", script],
        }});
        let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
        config["users"][0]["user"] = exec;
        std::fs::write(&path, config.to_string()).unwrap();
        connect_by(path.clone(), "kind-dev")
    };
    let error = said("echo very-secret-token; echo please log in >&2; exit 3").await.unwrap_err();
    assert!(!format!("{error:?}").contains("very-secret"), "{error:?}");
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): no credentials: the credential plugin failed (exit status: 3): please log in
      help: log in as your cluster's documentation says, then run this again
    "#);
    let error = said("echo very-secret-token").await.unwrap_err();
    assert!(!format!("{error:?}").contains("very-secret"), "{error:?}");
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): no credentials: the credential plugin printed no ExecCredential
      help: log in as your cluster's documentation says, then run this again
    "#);
    let credential = r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"administrator"}}"#;
    said(&format!("echo '{credential}'")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission() {
    // Whoever may not read the cluster's identity can still work, unless the manifest asks for it.
    let connection = connect_as(context(User::Nobody)).await.unwrap();
    assert_eq!(connection.uid, None);
    let address = core("configmaps", "default", "a");
    let error = connection.client.get(&address.path()).await.unwrap_err();
    assert!(error.is_forbidden());
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `kind-dev`): cannot get `configmaps/a` in `default`: configmaps "a" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "default"
      help: `nobody` needs `get` on `configmaps` in the namespace `default`; `regatta rbac` prints the whole Role
    "#);
    let writer = connection.client.writer();
    let error = writer.apply(&address, &settings("a", "b"), APPLY).await.unwrap_err();
    let denied = error.denied().unwrap();
    assert_eq!((denied.verb.as_str(), denied.namespace.as_deref()), ("patch", Some("default")));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cluster() {
    let plane = ControlPlane::shared();
    let access = Access { kubeconfig: vec![plane.kubeconfig()], ..Access::default() };
    let (_, system) = plane.get("/api/v1/namespaces/kube-system");
    let uid = system["metadata"]["uid"].as_str().unwrap();
    let right = cluster::connect(&access, &dev("test", Some(uid)), limits()).await.unwrap();
    assert_eq!(right.uid.as_deref(), Some(uid));
    let wrong = dev("test", Some("5f0c0d0e-aaaa-bbbb-cccc-1234567890ab"));
    let error = cluster::connect(&access, &wrong, limits()).await.unwrap_err();
    assert_eq!((error.reason(), error.reason().exit_code()), (Reason::WrongCluster, 3));
    insta::assert_snapshot!(shown(&error).replace(uid, "UID"), @r#"
    cluster `dev` (context `test`) is another cluster: the manifest says that `kube-system` has the uid `5f0c0d0e-aaaa-bbbb-cccc-1234567890ab`, and there it is `UID`
      help: choose the right context with `--context dev=CONTEXT`; where the cluster was made anew, correct `uid` in the manifest
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old() {
    let plane = ControlPlane::shared();
    let proxy = Proxy::start(plane);
    proxy.on_request(|request| match request.path.as_str() {
        "/version" => Fault::version(1, 20),
        _ => Fault::None,
    });
    let error = connect_by(proxy.kubeconfig(plane), "test").await.unwrap_err();
    insta::assert_snapshot!(shown(&error), @r#"
    cluster `dev` (context `test`) runs Kubernetes v1.20.0, and 1.27 is the oldest that can be used
      help: update the cluster's control plane
    "#);
}
