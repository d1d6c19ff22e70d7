//! Documents and the objects, or the problems, that they give.

use insta::assert_snapshot;

use super::*;

fn release() -> ReleaseKey {
    ReleaseKey { cluster: None, namespace: "shop".parse().unwrap(), name: "api".parse().unwrap() }
}

fn shown(section: Section, texts: &[&str]) -> String {
    let documents: Vec<Document<'_>> = texts
        .iter()
        .map(|text| Document { section, text, template: "api/templates/a.yaml", hook: None })
        .collect();
    let (objects, problems) = read(&documents, &release());
    let mut lines: Vec<String> = objects
        .iter()
        .map(|object| {
            let namespace = object.id().namespace.as_deref().unwrap_or("-");
            let ordinal = if object.key.ordinal > 0 {
                format!(" #{}", object.key.ordinal)
            } else {
                String::new()
            };
            let keep = if object.keep { " keep" } else { "" };
            format!("{namespace}/{} {}{ordinal}{keep}", object.id(), object.version)
        })
        .collect();
    for problem in problems {
        let places: Vec<String> =
            problem.labels.iter().map(|label| format!("{}: {}", label.span, label.text)).collect();
        lines.push(format!("{}: {} [{}]", problem.id, problem.message, places.join("; ")));
    }
    lines.join("\n")
}

#[test]
fn ids_and_namespaces() {
    let check = |text: &str, expect: &str| assert_eq!(shown(Section::Manifest, &[text]), expect);
    check("{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}", "shop/Deployment/a v1");
    check(
        "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: other}}",
        "other/Service/a v1",
    );
    check(
        "{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: odd}}",
        "-/Namespace/a v1",
    );
    check(
        "{apiVersion: example.com/v1beta1, kind: Widget, metadata: {name: a}}",
        "shop/Widget.example.com/a v1beta1",
    );
    check("{apiVersion: batch/v1, kind: Job, metadata: {generateName: a-}}", "shop/Job/a- v1");
    check("# nothing\n", "");
    check("", "");
    check(
        "{apiVersion: v1, kind: Secret, metadata: {name: a, annotations: {helm.sh/resource-policy: KEEP}}}",
        "shop/Secret/a v1 keep",
    );
}

#[test]
fn lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n- apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b}\n";
    assert_snapshot!(shown(Section::Manifest, &[list]), @r"
    shop/Service/a v1
    shop/ConfigMap/b v1
    ");
    let (objects, _) = read(
        &[Document { section: Section::Manifest, text: list, template: "x", hook: None }],
        &release(),
    );
    assert_snapshot!(&objects[1].text, @r"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: b
    ");
    assert_eq!(shown(Section::Manifest, &["{apiVersion: v1, kind: List, items: []}"]), "");
}

#[test]
fn crd_files_hold_several_documents() {
    let crd = |name: &str, more: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {name}\n{more}"
        )
    };
    let file = format!("# licence\n---\n{}---\n{}", crd("a", ""), crd("b", ""));
    assert_snapshot!(shown(Section::Crd, &[&file, &crd("a", "spec: {}\n")]), @r"
    -/CustomResourceDefinition/b v1
    -/CustomResourceDefinition/a v1
    ");
}

#[test]
fn the_same_id_twice() {
    let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: a}}";
    let drawn = "{apiVersion: batch/v1, kind: Job, metadata: {generateName: a-}}";
    assert_snapshot!(shown(Section::Hook, &[job, job]), @r"
    shop/Job/a v1
    shop/Job/a v1 #1
    ");
    assert_snapshot!(shown(Section::Manifest, &[drawn, drawn]), @r"
    shop/Job/a- v1
    shop/Job/a- v1 #1
    ");
    assert_snapshot!(shown(Section::Manifest, &[job, job]), @r"
    shop/Job/a v1
    duplicate-object: `Job/a` is rendered twice [api/templates/a.yaml:1:1: rendered here again; api/templates/a.yaml:1:1: first rendered here]
    ");
}

#[test]
fn what_kubernetes_could_not_take() {
    assert_snapshot!(shown(Section::Manifest, &[
        "# only text\nhello",
        "apiVersion: v1\nmetadata: {name: a}",
        "kind: Service\nmetadata: {name: a}",
        "apiVersion: v1\nkind: Service\nmetadata: {}",
        "apiVersion: v1\nkind: Service\nmetadata: {name: 12}",
        "apiVersion: v1\nkind: [Service\n",
    ]), @r"
    no-object: `api/templates/a.yaml` rendered text, which is no Kubernetes object [api/templates/a.yaml:2:1: this is text]
    incomplete-object: `api/templates/a.yaml` rendered an object without `kind` [api/templates/a.yaml:1:1: `kind` is missing or empty]
    incomplete-object: `api/templates/a.yaml` rendered an object without `apiVersion` [api/templates/a.yaml:1:1: `apiVersion` is missing or empty]
    incomplete-object: `api/templates/a.yaml` rendered an object without `metadata.name` [api/templates/a.yaml:1:1: `metadata.name` is missing or empty]
    incomplete-object: `api/templates/a.yaml` rendered an object whose `metadata.name` is a number [api/templates/a.yaml:1:1: the name must be text]
    invalid-yaml: invalid YAML: did not find expected ',' or ']' [api/templates/a.yaml:2:14: the list goes on or ends before this; api/templates/a.yaml:2:7: the list begins here]
    ");
}

#[test]
fn a_text_ends_in_a_newline() {
    let text = "{apiVersion: v1, kind: Service, metadata: {name: a}}";
    let document = Document { section: Section::Manifest, text, template: "x", hook: None };
    let (objects, _) = read(&[document], &release());
    assert_eq!(&*objects[0].text, format!("{text}\n"));
    assert_eq!(objects[0].digest, digest(format!("{text}\n").as_bytes()));
}
