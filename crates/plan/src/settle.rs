//! What can only be said of all releases together: the scope of kinds that the stack itself brings, and objects that two
//! releases claim.

use std::collections::{BTreeMap, BTreeSet};

use source::{Problem, Problems};

use crate::{Desired, ObjectId, ReleaseKey, Section};

/// Takes the namespace off objects whose kind a CRD of the stack declares cluster-scoped, then looks for objects that stand in
/// two releases of one cluster. Run it once, before the target is observed.
pub fn settle(desired: &mut Desired) -> Problems {
    let cluster_scoped: BTreeSet<(String, String)> = desired
        .releases
        .iter()
        .flat_map(|release| &release.objects)
        .filter_map(|object| object.defines.as_ref())
        .filter(|definition| definition.cluster_scoped)
        .map(|definition| (definition.group.clone(), definition.kind.clone()))
        .collect();
    for object in desired.releases.iter_mut().flat_map(|release| &mut release.objects) {
        let id = &mut object.key.id;
        if id.namespace.is_some() && cluster_scoped.contains(&(id.group.clone(), id.kind.clone())) {
            id.namespace = None;
        }
    }
    claimed_twice(desired)
}

/// CRD files and hooks carry no ownership in Helm and may come from several releases.
fn claimed_twice(desired: &Desired) -> Problems {
    let mut owners: BTreeMap<(Option<&str>, &ObjectId), &ReleaseKey> = BTreeMap::new();
    let mut problems = Problems::new();
    for release in &desired.releases {
        let cluster = release.key.cluster.as_ref().map(|cluster| cluster.as_str());
        for object in &release.objects {
            let made_up = object.key.id.name.ends_with('-');
            if object.key.section != Section::Manifest || made_up {
                continue;
            }
            match owners.get(&(cluster, &object.key.id)) {
                Some(owner) => problems.push(claimed(&object.key.id, owner, &release.key)),
                None => {
                    owners.insert((cluster, &object.key.id), &release.key);
                }
            }
        }
    }
    problems
}

fn claimed(id: &ObjectId, first: &ReleaseKey, second: &ReleaseKey) -> Problem {
    let place = match &id.namespace {
        Some(namespace) => format!("in namespace `{namespace}`"),
        None => "outside namespaces".to_owned(),
    };
    if first == second {
        return Problem::error(
            "duplicate-object",
            format!("release `{first}` renders `{id}` twice {place}"),
        )
        .help("its kind has no namespaces, so the name must differ");
    }
    Problem::error(
        "claimed-twice",
        format!("releases `{first}` and `{second}` both render `{id}` {place}"),
    )
    .help("an object belongs to one release; switch it off in one of them, or give it another name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DesiredRelease, Document, Inputs, RecordedChart, read};

    fn release(id: &str, documents: &[&str]) -> DesiredRelease {
        let key = ReleaseKey {
            cluster: None,
            namespace: "shop".parse().unwrap(),
            name: id.parse().unwrap(),
        };
        let documents: Vec<Document<'_>> = documents
            .iter()
            .map(|text| Document { section: Section::Manifest, text, template: "x", hook: None })
            .collect();
        DesiredRelease {
            id: id.parse().unwrap(),
            objects: read(&documents, &key).0,
            key,
            wave: 0,
            needs: Vec::new(),
            labels: BTreeMap::new(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: Inputs::default(),
            impure: Vec::new(),
            lookups: Vec::new(),
            settings: stack::Settings::default(),
            content: None,
        }
    }

    #[test]
    fn scopes_and_claims_across_releases() {
        let crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: w}, \
                   spec: {group: example.com, scope: Cluster, names: {kind: Widget}}}";
        let widget = "{apiVersion: example.com/v1, kind: Widget, metadata: {name: one}}";
        let again =
            "{apiVersion: example.com/v1, kind: Widget, metadata: {name: one, namespace: x}}";
        let role =
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}";
        let elsewhere = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: other}}";
        let mut desired = Desired {
            stack: stack::StackId {
                workspace: "shop".parse().unwrap(),
                environment: "dev".parse().unwrap(),
                instance: None,
            },
            selection: stack::Selection::default(),
            declared: Vec::new(),
            releases: vec![
                release("a", &[widget, role, again]),
                release("b", &[crd, role, elsewhere]),
                release("c", &[elsewhere]),
            ],
        };
        let problems = settle(&mut desired);
        assert_eq!(desired.releases[0].objects[0].id().namespace, None);
        let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
        assert_eq!(
            messages,
            [
                "release `shop/a` renders `Widget.example.com/one` twice outside namespaces",
                "releases `shop/a` and `shop/b` both render `ClusterRole/r` outside namespaces",
                "releases `shop/b` and `shop/c` both render `Service/s` in namespace `other`",
            ]
        );
    }
}
