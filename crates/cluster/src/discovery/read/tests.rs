//! Both forms give the same.

use source::json::read_bare;

use super::*;

fn shown(discovery: &Discovery) -> String {
    let apis: Vec<String> = discovery
        .apis
        .all()
        .map(|api| {
            let scale = if discovery.has_subresource(api, "scale") { " +scale" } else { "" };
            let scope = if api.namespaced { "" } else { " cluster" };
            format!("{} {} {}{scope}{scale}", api.api_version(), api.kind, api.plural)
        })
        .collect();
    let versions: Vec<&str> = discovery.api_versions.iter().map(String::as_str).collect();
    let unavailable: Vec<&str> = discovery.unavailable.iter().map(String::as_str).collect();
    format!("{}\n{}\nunavailable: {}", apis.join("\n"), versions.join(" "), unavailable.join(" "))
}

const EXPECT: &str = "\
v1 Namespace namespaces cluster
apps/v1 Deployment deployments +scale
apps/v1beta1 Deployment deployments
apps/v1 apps/v1/Deployment apps/v1/Scale apps/v1beta1 apps/v1beta1/Deployment v1 v1/Namespace
unavailable: metrics.k8s.io/v1";

#[test]
fn all_at_once() {
    let mut discovery = Discovery::default();
    let core = r#"{"items":[{"metadata":{"name":""},"versions":[{"version":"v1","resources":[
        {"resource":"namespaces","responseKind":{"kind":"Namespace"},"scope":"Cluster","verbs":["get"],
         "subresources":[{"subresource":"finalize","responseKind":{"kind":"Namespace"}}]},
        {"resource":"nothing","responseKind":null}]}]}]}"#;
    let groups = r#"{"items":[
        {"metadata":{"name":"apps"},"versions":[
            {"version":"v1","freshness":"Current","resources":[
                {"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced",
                 "subresources":[{"subresource":"scale","responseKind":{"kind":"Scale"}}]}]},
            {"version":"v1beta1","resources":[
                {"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced"}]}]},
        {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1","freshness":"Stale"}]},
        7]}"#;
    aggregated(&read_bare(core).unwrap(), &mut discovery);
    aggregated(&read_bare(groups).unwrap(), &mut discovery);
    assert_eq!(shown(&discovery), EXPECT);
}

#[test]
fn one_by_one() {
    let mut discovery = Discovery::default();
    let core = read_bare(r#"{"kind":"APIVersions","versions":["v1"]}"#).unwrap();
    assert_eq!(group_versions(&core), ["v1"]);
    let groups = r#"{"kind":"APIGroupList","groups":[{"name":"apps",
        "preferredVersion":{"groupVersion":"apps/v1"},
        "versions":[{"groupVersion":"apps/v1beta1"},{"groupVersion":"apps/v1"}]}]}"#;
    assert_eq!(group_versions(&read_bare(groups).unwrap()), ["apps/v1", "apps/v1beta1"]);

    let mut add = |version: &str, answer: &str| {
        resources(version, &read_bare(answer).unwrap(), &mut discovery);
    };
    add(
        "v1",
        r#"{"resources":[{"name":"namespaces","kind":"Namespace","namespaced":false},
                         {"name":"namespaces/finalize","kind":"Namespace","namespaced":false}]}"#,
    );
    add(
        "apps/v1",
        r#"{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},
                         {"name":"deployments/scale","kind":"Scale","namespaced":true}]}"#,
    );
    add(
        "apps/v1beta1",
        r#"{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]}"#,
    );
    discovery.unavailable.insert("metrics.k8s.io/v1".to_owned());
    assert_eq!(shown(&discovery), EXPECT);
}
