//! What tells more of an object than it does itself: the pods of its namespace, the ReplicaSets between, and events.

use std::collections::BTreeSet;
use std::sync::Arc;

use plan::ObjectId;
use plan::readiness::{children, events};
use source::Tree;
use tokio::sync::Notify;

use super::collection::Collection;
use super::hub::{How, Hub};
use super::store::text;

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

    /// About an object and its family, not older than a time of the server's.
    pub(super) fn events<'a>(
        &self,
        uids: impl IntoIterator<Item = &'a str>,
        since: Option<&str>,
    ) -> Vec<Arc<Tree>> {
        let Some(events) = &self.events else { return Vec::new() };
        let store = events.store();
        let all = uids.into_iter().flat_map(|uid| store.about(uid));
        all.filter(|event| is_since(event, since)).collect()
    }
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
