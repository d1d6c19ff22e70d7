//! What a server-side apply is refused for, and how it can be told apart.

use cluster::{Apply, Error};
use controlplane::ControlPlane;
use serde_json::json;

use crate::world::{APPLY, DRY, at, core, deployment, namespace, settings, shown, text, writer};

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_other_managers() {
    let plane = ControlPlane::shared();
    let namespace = namespace("owned");
    let client = writer().await;
    let address = at("apps", "deployments", &namespace, "web");
    client.apply(&address, &deployment("web", &json!({})), APPLY).await.unwrap();

    // A person's update, an autoscaler's, and another tool's apply.
    let scale = format!("{}/scale?fieldManager=autoscaler", address.path());
    plane.request(
        "PATCH",
        &scale,
        "application/merge-patch+json",
        json!({"spec": {"replicas": 3}}),
    );
    let edit = format!("{}?fieldManager=kubectl-edit", address.path());
    let paused = json!({"spec": {"minReadySeconds": 7}});
    plane.request("PATCH", &edit, "application/merge-patch+json", paused);
    let argo = Apply { manager: "argocd", force: true, ..APPLY };
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"revisionHistoryLimit": 4}});
    client.apply(&address, &body.to_string(), argo).await.unwrap();

    let wanted = json!({"minReadySeconds": 1, "revisionHistoryLimit": 2});
    let error = client.apply(&address, &deployment("web", &wanted), DRY).await.unwrap_err();
    assert!(error.is_conflict() && !error.is_already_exists());
    let mut found: Vec<String> = error
        .conflicts()
        .into_iter()
        .map(|it| format!("{} {} {} {}", it.field, it.manager, it.operation, it.subresource))
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            ".spec.minReadySeconds kubectl-edit Update ",
            ".spec.replicas autoscaler Update scale",
            ".spec.revisionHistoryLimit argocd Apply ",
        ]
    );
    let wanted = deployment("web", &wanted);
    let forced = client.apply(&address, &wanted, Apply { force: true, ..DRY });
    assert!(forced.await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_by_their_kind() {
    let namespace = namespace("refused");
    let client = writer().await;
    let address = at("apps", "deployments", &namespace, "web");
    client.apply(&address, &deployment("web", &json!({})), APPLY).await.unwrap();

    let moved = json!({"selector": {"matchLabels": {"app": "other"}},
        "template": {"metadata": {"labels": {"app": "other"}},
                     "spec": {"containers": [{"name": "web", "image": "web:1"}]}}});
    let error = client
        .apply(&address, &deployment("web", &moved), Apply { force: true, ..DRY })
        .await
        .unwrap_err();
    assert!(error.is_immutable(), "{error}");
    let fields = error.invalid_fields();
    assert!(
        fields.iter().any(|field| field.immutable && field.field == "spec.selector"),
        "{fields:?}"
    );

    let error = client
        .apply(&address, &deployment("web", &json!({"replicas": -1})), DRY)
        .await
        .unwrap_err();
    assert!(error.is_invalid() && !error.is_immutable(), "{error}");
    assert_eq!(error.invalid_fields()[0].field, "spec.replicas");

    // However the server answers an unknown field, it is an error, and it is not asked again.
    let before = client.counts();
    let unknown = deployment("web", &json!({"replica": 1}));
    let error = client.apply(&address, &unknown, DRY).await.unwrap_err();
    assert!(error.to_string().contains(".spec.replica"), "{error}");
    assert_eq!(client.counts().repeated, before.repeated, "{error}");
    let lenient = client.apply(&address, &unknown, Apply { strict: false, ..DRY }).await;
    assert!(error.is_invalid() && lenient.unwrap_err().is_invalid());

    let missing = core("configmaps", "no-such-namespace", "a");
    let error = client.apply(&missing, &settings("a", "b"), DRY).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    insta::assert_snapshot!(shown(&error), @r#"cluster `dev` (context `test`): cannot apply `configmaps/a` in `no-such-namespace`: namespaces "no-such-namespace" not found"#);
}

/// A Secret's bytes are in the request, and the server's words must do without them.
#[tokio::test(flavor = "multi_thread")]
async fn errors_show_no_bodies() {
    let namespace = namespace("hidden");
    let client = writer().await;
    let address = core("secrets", &namespace, "Bad Name");
    let body = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "Bad Name"},
        "stringData": {"password": "very-secret-password"}});
    let error: Error = client.apply(&address, &body.to_string(), APPLY).await.unwrap_err();
    let all = format!("{error} {error:?} {:?}", error.help());
    assert!(!all.contains("very-secret"), "{all}");

    let address = core("secrets", &namespace, "good");
    let body = body.to_string().replace("Bad Name", "good");
    let made = client.apply(&address, &body, APPLY).await.unwrap();
    assert_eq!(text(&made, &["metadata", "name"]), "good");
}
