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
                Some(owner) if **owner != release.key => {
                    problems.push(claimed(&object.key.id, owner, &release.key));
                }
                Some(_) => {}
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
    Problem::error(
        "claimed-twice",
        format!("releases `{first}` and `{second}` both render `{id}` {place}"),
    )
    .help("an object belongs to one release; switch it off in one of them, or give it another name")
}
