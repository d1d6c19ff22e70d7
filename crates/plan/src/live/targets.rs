//! What to look at before a plan: every object that is desired or recorded, with the request that would be tried.

use std::collections::{BTreeMap, BTreeSet};

use source::Tree;
use stack::Crds;

use super::{Cluster, NoWish, Recorded, Wish, previous, wish};
use crate::{Address, Api, Apis, Desired, Object, ObjectKey, ReleaseKey, Section};

/// One object to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub release: ReleaseKey,
    pub key: ObjectKey,
    /// None where its kind is not known at all.
    pub address: Option<Address>,
    /// What would be sent; none for objects that are only recorded.
    pub wish: Option<Result<Wish, NoWish>>,
    /// Its kind comes with this plan: there is nothing to ask.
    pub predicted: bool,
}

/// Every object of the desired releases and of the recorded ones. Says also of every id whether it has a namespace, which
/// only the cluster knows for sure.
pub fn targets(desired: &mut Desired, cluster: &mut Cluster) -> Vec<Target> {
    targets_of(desired, cluster, |_| true)
}

/// The same of some releases: what the others bring is known all the same.
pub fn targets_of(
    desired: &mut Desired,
    cluster: &mut Cluster,
    is_wanted: impl Fn(&ReleaseKey) -> bool,
) -> Vec<Target> {
    let only_created = desired.releases.iter().filter(|one| one.settings.crds == Crds::Create);
    cluster.keeps_definitions = only_created.map(|one| one.key.clone()).collect();
    let (apis, brought) = with_brought(desired, &cluster.apis);
    let mut targets = Vec::new();
    let mut seen: BTreeSet<(ReleaseKey, ObjectKey)> = BTreeSet::new();
    for release in desired.releases.iter_mut().filter(|release| is_wanted(&release.key)) {
        for object in &mut release.objects {
            previous::rescope(&mut object.key.id, &release.key, &apis);
            if object.key.section == Section::Hook {
                continue;
            }
            let wish = wish(object, &release.key, &apis);
            let id = object.id();
            seen.insert((release.key.clone(), object.key.clone()));
            targets.push(Target {
                release: release.key.clone(),
                key: object.key.clone(),
                address: wish.as_ref().ok().map(|wish| wish.address.clone()),
                predicted: brought.contains(&(id.group.clone(), id.kind.clone())),
                wish: Some(wish),
            });
        }
    }
    for (release, recorded_release) in cluster.recorded.iter().filter(|(key, _)| is_wanted(key)) {
        for object in previous::objects(recorded_release, release, &cluster.apis).into_values() {
            if seen.insert((release.clone(), object.key.clone())) {
                targets.push(recorded(release, &object, &cluster.apis));
            }
        }
    }
    targets
}

/// The recorded objects alone, for what is planned without charts.
pub fn recorded_targets(cluster: &Cluster) -> Vec<Target> {
    let objects = |(release, was): (&ReleaseKey, &Recorded)| -> Vec<Target> {
        let objects = previous::objects(was, release, &cluster.apis).into_values();
        objects.map(|object| recorded(release, &object, &cluster.apis)).collect()
    };
    cluster.recorded.iter().flat_map(objects).collect()
}

fn recorded(release: &ReleaseKey, object: &Object, apis: &Apis) -> Target {
    let id = object.id();
    // Whatever version it was written in: the object is found under the one that the cluster prefers now.
    let address = apis.preferred(&id.group, &id.kind).map(|api| {
        api.address(id.namespace.as_deref().unwrap_or(release.namespace.as_str()), &id.name)
    });
    Target {
        release: release.clone(),
        key: object.key.clone(),
        address,
        wish: None,
        predicted: false,
    }
}

/// The cluster's APIs and those that CRDs of the desired releases bring, with the kinds that are not there yet.
pub fn with_brought(desired: &Desired, apis: &Apis) -> (Apis, BTreeSet<(String, String)>) {
    let mut all = apis.clone();
    let mut brought = BTreeSet::new();
    let objects = desired.releases.iter().flat_map(|release| &release.objects);
    for object in objects.filter(|object| object.defines.is_some()) {
        for api in served(&object.tree()) {
            if apis.versions(&api.group, &api.kind).is_empty() {
                brought.insert((api.group.clone(), api.kind.clone()));
            }
            all.add(api);
        }
    }
    (all, brought)
}

/// What a CustomResourceDefinition serves.
pub fn served(definition: &Tree) -> Vec<Api> {
    let text = |tree: &Tree, key: &str| tree.get(key).and_then(Tree::as_str).map(str::to_owned);
    let Some(spec) = definition.get("spec") else { return Vec::new() };
    let names = spec.get("names");
    let (Some(group), Some(kind), Some(plural)) = (
        text(spec, "group"),
        names.and_then(|names| text(names, "kind")),
        names.and_then(|names| text(names, "plural")),
    ) else {
        return Vec::new();
    };
    let verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
    let versions = spec.get("versions").and_then(Tree::as_list).unwrap_or_default();
    let served = versions.iter().filter(|version| version.get("served") == Some(&true.into()));
    served
        .filter_map(|version| text(version, "name"))
        .map(|version| Api {
            group: group.clone(),
            version,
            kind: kind.clone(),
            plural: plural.clone(),
            namespaced: text(spec, "scope").as_deref() != Some("Cluster"),
            verbs: verbs.map(str::to_owned).to_vec(),
        })
        .collect()
}

/// The namespaces in which targets lie.
pub fn namespaces(targets: &[Target]) -> BTreeSet<String> {
    let addresses = targets.iter().filter_map(|target| target.address.as_ref());
    addresses.filter_map(|address| address.namespace.clone()).collect()
}

/// Namespaces that desired releases bring as objects, or create for themselves.
pub fn brought_namespaces(desired: &Desired) -> BTreeMap<String, bool> {
    let mut brought = BTreeMap::new();
    for release in &desired.releases {
        if release.settings.create_namespace {
            brought.insert(release.key.namespace.to_string(), true);
        }
    }
    for object in desired.releases.iter().flat_map(|release| &release.objects) {
        let id = object.id();
        if id.group.is_empty() && id.kind == "Namespace" && object.key.section == Section::Manifest
        {
            brought.insert(id.name.clone(), false);
        }
    }
    brought
}
