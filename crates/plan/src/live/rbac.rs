//! The permissions that planning, applying or destroying a stack asks for, and no others.

use std::collections::{BTreeMap, BTreeSet};

use source::Tree;
use stack::ReadinessRule;

use super::{Cluster, listings, previous, targets};
use crate::hooks::HookEvent;
use crate::readiness::{children, needs_wait};
use crate::{Address, Apis, Desired, Lookup, Object, ReleaseKey, Section};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    Plan,
    Apply,
    Destroy,
}

/// What is allowed in one namespace, or in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// None for a ClusterRole.
    pub namespace: Option<String>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Empty for the core group.
    pub group: String,
    pub resources: Vec<String>,
    /// Empty for objects of any name.
    pub names: Vec<String>,
    pub verbs: Vec<&'static str>,
}

/// In the order in which rules show them.
const VERBS: [&str; 9] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "bind", "escalate"];

const READ: &[&str] = &["get"];
const LIST: &[&str] = &["list"];
const FOLLOW: &[&str] = &["list", "watch"];
/// A dry-run of an apply needs the leave for the apply itself; one of an object that is not there also that to create it.
const TRY: &[&str] = &["get", "create", "patch"];
const WRITE: &[&str] = &["get", "create", "patch", "delete"];
const REMOVE: &[&str] = &["get", "delete"];

/// The roles of a task, sorted: the cluster's first, then one for each namespace. An ephemeral stack makes and deletes its
/// namespaces by itself, so that no Role could lie in them beforehand: there everything is the ClusterRole's.
///
/// What a chart's own Roles give away only the chart knows: for Roles there is `escalate`. Of what templates look up the rules
/// have what was asked in this rendering.
pub fn roles(
    desired: &mut Desired,
    cluster: &mut Cluster,
    is_ephemeral: bool,
    task: Task,
) -> Vec<Role> {
    // It also tells objects of a namespace from those of the cluster.
    let looked_at = targets(desired, cluster);
    let (apis, _) = targets::with_brought(desired, &cluster.apis);
    let mut grants = Grants { apis: &apis, everywhere: is_ephemeral, rules: BTreeMap::new() };
    let mut namespaces = BTreeSet::from([cluster.state_namespace.clone()]);
    for release in &desired.releases {
        namespaces.insert(release.key.namespace.to_string());
        for object in &release.objects {
            namespaces.extend(object.id().namespace.clone());
            grants.desired(object, &release.key, &release.settings.readiness, task);
        }
        grants.records(release.key.namespace.as_str(), task);
    }
    for (release, recorded) in &cluster.recorded {
        grants.records(release.namespace.as_str(), task);
        for object in previous::objects(recorded, release, &apis).values() {
            let verbs = if task == Task::Plan { READ } else { REMOVE };
            grants.object(object, release, verbs);
        }
        for hook in
            recorded.last().map(|last| previous::hooks(last, release, &apis)).iter().flatten()
        {
            grants.hook(hook, release, task);
        }
    }
    for listing in listings(looked_at.iter()) {
        grants.list(&listing.collection);
    }
    grants.state(&cluster.state_namespace, task);
    grants.namespaces(namespaces, task);
    // Nothing is rendered for a destroy.
    let rendered = desired.releases.iter().filter(|_| task != Task::Destroy);
    for lookup in rendered.flat_map(|release| &release.lookups) {
        grants.lookup(lookup);
    }
    grants.roles()
}

struct Grants<'a> {
    apis: &'a Apis,
    /// Nothing is granted in a single namespace.
    everywhere: bool,
    /// By namespace.
    rules: BTreeMap<Option<String>, Allowed>,
}

/// Verbs, as positions in `VERBS`, by group, resource and names.
type Allowed = BTreeMap<(String, String, Vec<String>), BTreeSet<usize>>;

impl Grants<'_> {
    fn grant(&mut self, place: Option<&str>, what: (&str, &str), names: &[&str], verbs: &[&str]) {
        let place = place.filter(|_| !self.everywhere).map(str::to_owned);
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let key = (what.0.to_owned(), what.1.to_owned(), names);
        let known = self.rules.entry(place).or_default().entry(key).or_default();
        known.extend(VERBS.iter().enumerate().filter(|(_, it)| verbs.contains(it)).map(|it| it.0));
    }

    fn desired(
        &mut self,
        object: &Object,
        release: &ReleaseKey,
        readiness: &[ReadinessRule],
        task: Task,
    ) {
        if object.key.section == Section::Hook {
            return self.hook(object, release, task);
        }
        match task {
            Task::Plan => self.object(object, release, TRY),
            Task::Apply => self.object(object, release, WRITE),
            Task::Destroy => self.object(object, release, REMOVE),
        }
        if task == Task::Apply && needs_wait(object.id(), readiness) {
            self.waits(object, release);
        }
        if task != Task::Destroy {
            self.rights(object, release);
        }
    }

    /// Hooks are sent without being tried before; only those around a deletion concern a destroy.
    fn hook(&mut self, object: &Object, release: &ReleaseKey, task: Task) {
        let events = object.hook.as_ref().map(|hook| hook.events.as_slice()).unwrap_or_default();
        let around = |event: &HookEvent| {
            let is_deletion = matches!(event, HookEvent::PreDelete | HookEvent::PostDelete);
            // An apply also deletes whole releases that the manifest no longer has.
            task == Task::Apply || (task == Task::Destroy && is_deletion)
        };
        if events.iter().any(around) {
            self.object(object, release, WRITE);
            if !children(object.id()).is_empty() {
                self.waits(object, release);
            }
            self.rights(object, release);
        }
    }

    fn object(&mut self, object: &Object, release: &ReleaseKey, verbs: &[&str]) {
        let id = object.id();
        let api = self.apis.find(&id.group, &object.version, &id.kind);
        let Some(api) = api.or_else(|| self.apis.preferred(&id.group, &id.kind)) else { return };
        let (plural, namespaced) = (api.plural.clone(), api.namespaced);
        let namespace = place(object, release);
        self.grant(namespaced.then_some(namespace), (&id.group, &plural), &[], verbs);
    }

    /// Many objects of a kind are looked at by a list.
    fn list(&mut self, collection: &Address) {
        let what = (collection.group.as_str(), collection.plural.as_str());
        self.grant(collection.namespace.as_deref(), what, &[], LIST);
    }

    /// What templates ask for; by name only where the role does not allow it for all names.
    fn lookup(&mut self, lookup: &Lookup) {
        let api_version = lookup.api_version.as_str();
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let Some(api) = self.apis.find(group, version, &lookup.kind) else { return };
        let place = lookup.namespace.as_deref().filter(|_| api.namespaced);
        let what = (group, api.plural.as_str());
        match &lookup.name {
            None => self.grant(place, what, &[], LIST),
            Some(_) if self.has_read(place, what) => {}
            Some(name) => self.grant(place, what, &[name], READ),
        }
    }

    fn has_read(&self, place: Option<&str>, what: (&str, &str)) -> bool {
        let place = place.filter(|_| !self.everywhere).map(str::to_owned);
        let key = (what.0.to_owned(), what.1.to_owned(), Vec::new());
        let verbs = self.rules.get(&place).and_then(|allowed| allowed.get(&key));
        verbs.is_some_and(|verbs| verbs.iter().any(|&position| VERBS[position] == READ[0]))
    }

    /// To see an object become ready, with what tells why it does not.
    fn waits(&mut self, object: &Object, release: &ReleaseKey) {
        self.object(object, release, FOLLOW);
        match object.id().kind.as_str() {
            "DaemonSet" => self.grant(None, ("", "nodes"), &[], READ),
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
                // What they call is nearly always of the same release.
                let namespace = Some(release.namespace.as_str());
                self.grant(namespace, ("discovery.k8s.io", "endpointslices"), &[], FOLLOW);
                self.grant(namespace, ("", "services"), &[], READ);
            }
            _ => {}
        }
        let namespace = object.id().namespace.as_ref().map(|_| place(object, release));
        let Some(namespace) = namespace else { return };
        for (group, _, kind) in children(object.id()) {
            let plural = format!("{}s", kind.to_lowercase());
            self.grant(Some(namespace), (group, &plural), &[], FOLLOW);
        }
        self.grant(Some(namespace), ("", "events"), &[], FOLLOW);
        if !children(object.id()).is_empty() {
            self.grant(Some(namespace), ("", "pods/log"), &[], READ);
        }
        if object.id().kind == "PersistentVolumeClaim" {
            self.grant(None, ("storage.k8s.io", "storageclasses"), &[], READ);
        }
    }

    /// Who writes a Role or a binding hands out rights that he need not have.
    fn rights(&mut self, object: &Object, release: &ReleaseKey) {
        let id = object.id();
        let namespace = id.namespace.as_ref().map(|_| place(object, release));
        let rbac = "rbac.authorization.k8s.io";
        match (id.group.as_str(), id.kind.as_str()) {
            (group, "Role") if group == rbac => {
                self.grant(namespace, (rbac, "roles"), &[&id.name], &["escalate"]);
            }
            (group, "ClusterRole") if group == rbac => {
                self.grant(None, (rbac, "clusterroles"), &[&id.name], &["escalate"]);
            }
            (group, "RoleBinding" | "ClusterRoleBinding") if group == rbac => {
                let tree = object.tree();
                let of = |key: &str| tree.get("roleRef")?.get(key).and_then(Tree::as_str);
                let resource = match of("kind") {
                    Some("ClusterRole") => "clusterroles",
                    _ => "roles",
                };
                let name = of("name").unwrap_or_default();
                self.grant(namespace, (rbac, resource), &[name], &["bind"]);
            }
            _ => {}
        }
    }

    /// Helm's records. Nothing is installed over those that lie in ConfigMaps.
    fn records(&mut self, namespace: &str, task: Task) {
        let verbs: &[&str] = match task {
            Task::Plan => &["get", "list"],
            Task::Apply => &["get", "list", "create", "update", "delete"],
            Task::Destroy => &["get", "list", "update", "delete"],
        };
        self.grant(Some(namespace), ("", "secrets"), &[], verbs);
        if task != Task::Destroy {
            self.grant(Some(namespace), ("", "configmaps"), &[], LIST);
        }
    }

    /// The inventory and the lock.
    fn state(&mut self, namespace: &str, task: Task) {
        let verbs: &[&str] = match task {
            Task::Plan => READ,
            Task::Apply => &["get", "create", "update", "delete"],
            Task::Destroy => &["get", "update", "delete"],
        };
        self.grant(Some(namespace), ("", "secrets"), &[], verbs);
        if task != Task::Plan {
            let lease = ("coordination.k8s.io", "leases");
            self.grant(Some(namespace), lease, &[], &["get", "create", "update", "delete"]);
        }
    }

    /// Whether they are there, and which cluster it is.
    fn namespaces(&mut self, names: BTreeSet<String>, task: Task) {
        let names = names.iter().map(String::as_str).chain(["kube-system"]);
        let names: BTreeSet<&str> = names.collect();
        let names: Vec<&str> = names.into_iter().collect();
        let verbs: &[&str] = match task {
            Task::Plan => READ,
            Task::Apply => &["get", "create"],
            // A namespace takes its time to go.
            Task::Destroy => &["get", "list", "watch", "delete"],
        };
        match self.everywhere {
            true => self.grant(None, ("", "namespaces"), &[], verbs),
            false => self.grant(None, ("", "namespaces"), &names, READ),
        }
    }

    /// One rule for all resources that are allowed the same.
    fn roles(self) -> Vec<Role> {
        let roles = self.rules.into_iter().map(|(namespace, rules)| {
            let mut merged: BTreeMap<(String, Vec<String>, BTreeSet<usize>), Vec<String>> =
                BTreeMap::new();
            for ((group, resource, names), verbs) in rules {
                merged.entry((group, names, verbs)).or_default().push(resource);
            }
            let rules = merged.into_iter().map(|((group, names, verbs), resources)| Rule {
                group,
                resources,
                names,
                verbs: verbs.into_iter().map(|position| VERBS[position]).collect(),
            });
            Role { namespace, rules: rules.collect() }
        });
        roles.collect()
    }
}

fn place<'a>(object: &'a Object, release: &'a ReleaseKey) -> &'a str {
    object.id().namespace.as_deref().unwrap_or(release.namespace.as_str())
}
