//! The same chart installed by real Helm and by us.

use serde_json::{Map, Value};

use crate::support::{Scene, list};

const COLLECTIONS: [&str; 8] = [
    "/api/v1/namespaces/NAMESPACE/serviceaccounts",
    "/api/v1/namespaces/NAMESPACE/services",
    "/api/v1/namespaces/NAMESPACE/configmaps",
    "/apis/apps/v1/namespaces/NAMESPACE/deployments",
    "/apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers",
    "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses",
    "/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets",
    "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies",
];

const MORE: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: before, annotations: { helm.sh/hook: "pre-install,pre-upgrade" } }
data: { revision: "{{ .Release.Revision }}", upgrade: "{{ .Release.IsUpgrade }}" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: kept, annotations: { helm.sh/resource-policy: keep } }
data: { version: {{ .Capabilities.KubeVersion.Version | quote }}, apis: "{{ .Capabilities.APIVersions.Has "autoscaling/v2" }}" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: looked, labels: { numbers: "1", empty: "" } }
data: { kept: "{{ (lookup "v1" "ConfigMap" .Release.Namespace "kept").data }}" }
"#;

#[test]
fn the_same_objects_with_the_same_fields_owned() {
    let ours = Scene::releases("ours", "  web: { chart: ./web, values: [values.yaml] }\n", &[]);
    let theirs = Scene::files("theirs", &[]);
    for scene in [&ours, &theirs] {
        scene.helm4("create web");
        scene.write("web/templates/more.yaml", MORE);
        scene
            .write("values.yaml", "{ ingress: { enabled: true }, autoscaling: { enabled: true } }");
    }
    ours.apply();
    let flags = "web ./web -n NAMESPACE -f values.yaml --server-side=true";
    theirs.helm4(&format!("install {flags} --create-namespace"));
    compare(&ours, &theirs);

    // Removed objects and fields, and changed ones.
    for scene in [&ours, &theirs] {
        scene.write("values.yaml", "{ image: { tag: two }, podAnnotations: { a: b } }");
    }
    ours.apply();
    theirs.helm4(&format!("upgrade {flags}"));
    compare(&ours, &theirs);
}

#[test]
fn one_chart_with_what_the_cluster_says() {
    let scene = Scene::files("dry", &[]);
    scene.helm4("create web");
    scene.write("web/templates/more.yaml", MORE);
    let seen = "{{ (lookup \"v1\" \"Namespace\" \"\" \"kube-system\").metadata.uid }}";
    let seen = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: seen }}\ndata: {{ uid: {seen} }}\n"
    );
    scene.write("web/templates/seen.yaml", &seen);
    for flag in ["--dry-run=server", "--validate"] {
        let flags = format!("template web ./web -n NAMESPACE {flag} --disable-openapi-validation");
        let theirs = scene.helm4(&flags);
        let ours = scene.run(&scene.here(&format!("chart {flags} --kube-context test")));
        assert_eq!(ours.succeeds().stdout, theirs, "{flag}");
    }
}

#[track_caller]
fn compare(ours: &Scene, theirs: &Scene) {
    for path in COLLECTIONS {
        assert_eq!(objects(ours, path), objects(theirs, path), "{path}");
    }
    assert_eq!(objects(ours, COLLECTIONS[3]).len(), 1);
}

/// What a chart says of each object, and which fields of it Helm's manager owns; without what no two objects share.
fn objects(scene: &Scene, path: &str) -> Vec<Value> {
    let mut objects = list(&scene.get(path)["items"]).to_vec();
    objects.retain(|object| object["metadata"]["name"] != "kube-root-ca.crt");
    for object in &mut objects {
        let object = object.as_object_mut().unwrap();
        object.remove("status");
        // The API server draws addresses.
        if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("clusterIP");
            spec.remove("clusterIPs");
        }
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut).unwrap();
        let fields = metadata.remove("managedFields").unwrap_or_default();
        metadata.retain(|key, _| ["name", "labels", "annotations"].contains(&key.as_str()));
        object.insert("owned".to_owned(), owned(&fields));
        let text = serde_json::to_string(object).unwrap().replace(&scene.namespace, "NAMESPACE");
        *object = serde_json::from_str::<Map<String, Value>>(&text).unwrap();
    }
    objects
}

fn owned(fields: &Value) -> Value {
    let by_helm = list(fields).iter().filter(|one| one["manager"] == "helm");
    by_helm
        .map(|one| (one["operation"].clone(), one["fieldsV1"].clone()))
        .map(|(operation, fields)| Value::Array(vec![operation, fields]))
        .collect()
}
