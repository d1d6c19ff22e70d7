//! What tells more of an object than it does itself: the pods of its namespace, the ReplicaSets between, and events.

use std::collections::BTreeSet;
use std::sync::Arc;

use plan::ObjectId;
use plan::readiness::{children, events, pods_of};
use source::Tree;
use tokio::sync::Notify;

use super::collection::Collection;
use super::hub::{How, Hub};
use super::store::{owners, text};

/// Of one namespace.
#[derive(Default)]
pub(super) struct Kin {
    /// Pods and what stands between.
    collections: Vec<(String, Arc<Collection>)>,
    events: Option<Arc<Collection>>,
}

impl Kin {
    /// Opens what this object needs and was not open yet.
    pub(super) fn open(&mut self, hub: &Hub, id: &ObjectId, listener: &Arc<Notify>) {
        let Some(namespace) = &id.namespace else { return };
        let open = |path: String| {
            let collection = hub.open(path, How::Watched);
            collection.listen(listener);
            collection
        };
        for (group, version, kind) in children(id) {
            let path = path(group, version, kind, namespace);
            if !self.collections.iter().any(|(known, _)| *known == path) {
                let collection = open(path.clone());
                self.collections.push((path, collection));
            }
        }
        if self.events.is_none() {
            self.events = Some(open(format!("/api/v1/namespaces/{namespace}/events")));
        }
    }

    /// Everything that an object owns, and what that owns.
    pub(super) fn family(&self, uid: &str) -> Vec<Arc<Tree>> {
        let mut family: Vec<Arc<Tree>> = Vec::new();
        let mut known = BTreeSet::from([uid.to_owned()]);
        let mut next = vec![uid.to_owned()];
        while let Some(owner) = next.pop() {
            for (_, collection) in &self.collections {
                for child in collection.store().owned_by(&owner) {
                    let Some(uid) = text(&child, "uid").map(str::to_owned) else { continue };
                    if known.insert(uid.clone()) {
                        next.push(uid);
                        family.push(child);
                    }
                }
            }
        }
        family
    }

    /// About these objects, not older than a time of the server's.
    pub(super) fn events(&self, uids: &BTreeSet<&str>, since: Option<&str>) -> Vec<Arc<Tree>> {
        let Some(events) = &self.events else { return Vec::new() };
        let store = events.store();
        let all = uids.iter().flat_map(|uid| store.about(uid));
        all.filter(|event| is_since(event, since)).collect()
    }
}

/// The uids of an object and those of its family that belong to its present revision: what happens to pods of former ones is not
/// to be told of it.
pub(super) fn concerned<'a>(object: &'a Tree, family: &[&'a Tree]) -> BTreeSet<&'a str> {
    let uid = |it: &'a Tree| text(it, "uid");
    let all = || family.iter().copied().chain([object]);
    let present: BTreeSet<&str> = pods_of(object, all()).into_iter().filter_map(uid).collect();
    let is_pod = |it: &&Tree| it.get("kind").and_then(Tree::as_str) == Some("Pod");
    let is_former = |it: &&'a Tree| is_pod(it) && !uid(it).is_some_and(|it| present.contains(it));
    let former_owners: BTreeSet<&str> = all().filter(is_former).flat_map(owners).collect();
    let mut concerned: BTreeSet<&str> = all()
        .filter(|it| !is_former(it))
        .filter_map(uid)
        .filter(|uid| !former_owners.contains(uid))
        .collect();
    concerned.extend(all().filter(|it| is_pod(it) && !is_former(it)).flat_map(owners));
    concerned.extend(uid(object));
    concerned
}

/// Times are compared to the second: older events know no more.
pub(super) fn is_since(event: &Tree, since: Option<&str>) -> bool {
    const TO_THE_SECOND: usize = "2026-01-01T00:00:00".len();
    let time = events::time(event);
    let seconds = |time: &str| time.get(..TO_THE_SECOND).unwrap_or(time).to_owned();
    since.is_none_or(|since| time.is_empty() || seconds(&time) >= seconds(since))
}

/// Of the built-in kinds that `children` names: plurals are regular.
pub(super) fn path(group: &str, version: &str, kind: &str, namespace: &str) -> String {
    let base = match group.is_empty() {
        true => format!("/api/{version}"),
        false => format!("/apis/{group}/{version}"),
    };
    format!("{base}/namespaces/{namespace}/{}s", kind.to_lowercase())
}

/// When an object was written last, by the server's clock.
pub(super) fn written(object: &Tree) -> Option<&str> {
    let fields = object.get("metadata")?.get("managedFields").and_then(Tree::as_list);
    let times = fields.unwrap_or_default().iter().filter_map(|it| it.get("time")?.as_str());
    times.max().or_else(|| text(object, "creationTimestamp"))
}

#[cfg(test)]
mod tests {
    use source::json::read_bare;

    use super::*;

    fn member(kind: &str, uid: &str, owner: &str, revision: &str) -> Tree {
        let text = format!(
            r#"{{"apiVersion":"{}","kind":"{kind}","metadata":{{"name":"{uid}","uid":"{uid}","ownerReferences":[{{"uid":"{owner}"}}],"annotations":{{"deployment.kubernetes.io/revision":"{revision}"}}}}}}"#,
            if kind == "Pod" { "v1" } else { "apps/v1" },
        );
        read_bare(&text).unwrap()
    }

    #[test]
    fn former_revisions_do_not_concern() {
        let web = member("Deployment", "web", "", "2");
        let family = [
            member("ReplicaSet", "old", "web", "1"),
            member("ReplicaSet", "new", "web", "2"),
            member("Pod", "old-1", "old", ""),
            member("Pod", "new-1", "new", ""),
        ];
        let check = |of: &[usize], expect: &[&str]| {
            let family: Vec<&Tree> = of.iter().map(|position| &family[*position]).collect();
            let found: Vec<&str> = concerned(&web, &family).into_iter().collect();
            assert_eq!(found, expect);
        };
        check(&[0, 1, 2, 3], &["new", "new-1", "web"]);
        // Its pods could not be created.
        check(&[0, 1, 2], &["new", "web"]);
        check(&[], &["web"]);
    }

    #[test]
    fn older_events() {
        let check = |time: &str, since: Option<&str>, expect: bool| {
            let event = read_bare(&format!(r#"{{"lastTimestamp":"{time}"}}"#)).unwrap();
            assert_eq!(is_since(&event, since), expect, "{time} {since:?}");
        };
        check("2026-01-01T10:00:05Z", None, true);
        check("2026-01-01T10:00:05Z", Some("2026-01-01T10:00:05Z"), true);
        check("2026-01-01T10:00:05.700000Z", Some("2026-01-01T10:00:05Z"), true);
        check("2026-01-01T10:00:04Z", Some("2026-01-01T10:00:05Z"), false);
        check("", Some("2026-01-01T10:00:05Z"), true);
    }
}
