//! Releases and objects, and the paths that they get.

use plan::{DesiredRelease, Document, Inputs, RecordedChart, read};
use stack::{Selection, StackId};

use super::*;

fn paths(cluster: Option<&str>, documents: &[(Section, &str)]) -> Vec<String> {
    let key = ReleaseKey {
        cluster: cluster.map(|name| name.parse().unwrap()),
        namespace: "shop".parse().unwrap(),
        name: "api".parse().unwrap(),
    };
    let documents: Vec<Document<'_>> = documents
        .iter()
        .map(|&(section, text)| Document { section, text, template: "x", hook: None })
        .collect();
    let (objects, problems) = read(&documents, &key);
    assert_eq!(problems, []);
    let keys: Vec<ObjectKey> = objects.iter().map(|object| object.key.clone()).collect();
    let desired = Desired {
        stack: StackId {
            workspace: "shop".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            instance: None,
        },
        selection: Selection::default(),
        declared: Vec::new(),
        releases: vec![DesiredRelease {
            id: "api".parse().unwrap(),
            key: key.clone(),
            wave: 0,
            needs: Vec::new(),
            labels: BTreeMap::new(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: Inputs::default(),
            objects,
            impure: Vec::new(),
            lookups: Vec::new(),
            settings: stack::Settings::default(),
            content: None,
        }],
    };
    let places = places(&desired);
    keys.into_iter().map(|object| places[&(key.clone(), object)].clone()).collect()
}

fn object(api: &str, kind: &str, name: &str) -> String {
    format!("{{apiVersion: {api}, kind: {kind}, metadata: {{name: '{name}'}}}}")
}

#[test]
fn the_contract() {
    let check = |section: Section, text: &str, expect: &str| {
        assert_eq!(paths(None, &[(section, text)]), [expect]);
    };
    let manifest = Section::Manifest;
    check(manifest, &object("v1", "Service", "api"), "shop/api/service-api.yaml");
    check(manifest, &object("apps/v1", "Deployment", "api"), "shop/api/deployment.apps-api.yaml");
    check(Section::Hook, &object("batch/v1", "Job", "api"), "shop/api/hooks/job.batch-api.yaml");
    check(
        Section::Crd,
        &object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "w.example.com"),
        "shop/api/crds/customresourcedefinition.apiextensions.k8s.io-w.example.com.yaml",
    );
    check(manifest, &object("v1", "Namespace", "other"), "shop/api/namespace-other.yaml");
    check(
        manifest,
        "{apiVersion: v1, kind: Service, metadata: {name: api, namespace: other}}",
        "shop/api/service-api@other.yaml",
    );
    check(
        manifest,
        &object("rbac.authorization.k8s.io/v1", "ClusterRole", "system:a/../b c"),
        "shop/api/clusterrole.rbac.authorization.k8s.io-system%3aa%2f..%2fb%20c.yaml",
    );
    assert_eq!(
        paths(Some("edge"), &[(manifest, &object("v1", "Service", "api"))]),
        ["edge/shop/api/service-api.yaml"]
    );
}

#[test]
fn no_two_objects_share_a_place() {
    let role = |name: &str| object("rbac.authorization.k8s.io/v1", "ClusterRole", name);
    let (capital, small, other) = (role("Leader"), role("leader"), role("LEADER"));
    let texts = [capital.as_str(), small.as_str(), other.as_str()];
    let places = paths(None, &texts.map(|text| (Section::Manifest, text)));
    insta::assert_snapshot!(places.join("\n"), @r"
    shop/api/clusterrole.rbac.authorization.k8s.io-leader~3c05cf0e.yaml
    shop/api/clusterrole.rbac.authorization.k8s.io-leader.yaml
    shop/api/clusterrole.rbac.authorization.k8s.io-leader~6e7eb546.yaml
    ");

    let job = object("batch/v1", "Job", "api");
    assert_eq!(
        paths(None, &[(Section::Hook, &job), (Section::Hook, &job)]),
        ["shop/api/hooks/job.batch-api.yaml", "shop/api/hooks/job.batch-api~2.yaml"]
    );
}

#[test]
fn long_names_are_cut() {
    let place = &paths(None, &[(Section::Manifest, &object("v1", "Service", &"a".repeat(253)))])[0];
    let name = place.rsplit('/').next().unwrap();
    assert_eq!(name.len(), LONGEST_NAME + ".yaml".len());
}
