//! One object of a wait: where it is watched, and what is known of it.

use std::sync::Arc;

use plan::readiness::{Lost, is_lost, lost, unready_nodes};
use source::Tree;
use tokio::sync::Notify;

use super::AwaitedObject;
use super::backing::Backing;
use super::collection::Collection;
use super::hub::{How, Hub};
use super::judge::{self, Seen, Track};
use super::kin::{Kin, concerned};
use super::store::{Known, text, version};

/// One for each awaited object.
#[derive(Default)]
pub(super) struct Entry {
    /// None where its answer said already that it is ready, or where it is of a kind that always is.
    collection: Option<Arc<Collection>>,
    pub(super) track: Track,
    /// Its pods and events are watched too.
    pub(super) has_kin: bool,
    /// An API that was seen to be served stays so.
    is_served: bool,
    /// What was known of it at the last look.
    pub(super) seen: Option<Seen>,
    /// Nodes with pods of it that are not ready.
    nodes: Option<Arc<Collection>>,
    /// Of webhooks.
    pub(super) backing: Backing,
}

/// Of a DaemonSet with more pods than that which are not ready, the nodes are not looked at: it has just begun.
const NODES: usize = 10;

impl Entry {
    /// Has it watched from now on.
    pub(super) fn open(&mut self, hub: &Hub, object: &AwaitedObject, listener: &Arc<Notify>) {
        if self.collection.is_some() {
            return;
        }
        // All definitions of a cluster are many megabytes, and of webhooks there are few to wait for.
        let how = match object.id.kind.as_str() {
            "CustomResourceDefinition"
            | "MutatingWebhookConfiguration"
            | "ValidatingWebhookConfiguration" => How::Single,
            _ => How::Watched,
        };
        let collection = hub.open(object.address.collection(), how);
        collection.listen(listener);
        collection.add_name(&object.address.name);
        self.collection = Some(collection);
        // What is known already is looked at at once.
        listener.notify_one();
    }

    /// What is known of it now.
    pub(super) fn see(
        &self,
        object: &AwaitedObject,
        kin: Option<&Kin>,
        since: Option<&str>,
    ) -> Seen {
        let mut seen = Seen::default();
        if let Some(collection) = &self.collection {
            let store = collection.store();
            let written = object.answer.as_ref().and_then(version);
            seen.known = store.find(&object.address.name, written);
            seen.trouble.clone_from(&store.trouble);
            seen.is_blind = store.is_blind;
        }
        if let Some(kin) = kin
            && let Some(live) = judge::live(object, &seen)
            && let Some(uid) = text(live, "uid")
        {
            let family = kin.family(uid);
            let members: Vec<&Tree> = family.iter().map(AsRef::as_ref).collect();
            seen.events = kin.events(&concerned(live, &members), since);
            seen.family = family;
        }
        seen
    }

    /// Which of a DaemonSet's pods nobody can make ready. Who may not look at nodes waits for all.
    pub(super) fn lost(
        &mut self,
        hub: &Hub,
        live: &Tree,
        seen: &Seen,
        listener: &Arc<Notify>,
    ) -> Lost {
        let family = || seen.family.iter().map(AsRef::as_ref);
        let names = unready_nodes(live, family());
        if names.is_empty() || names.len() > NODES {
            return Lost::default();
        }
        let nodes = self.nodes.get_or_insert_with(|| {
            let nodes = hub.open("/api/v1/nodes".to_owned(), How::Single);
            nodes.listen(listener);
            nodes
        });
        for name in names {
            nodes.add_name(name);
        }
        let store = nodes.store();
        lost(live, family(), |name| match store.find(name, None) {
            Known::Object(node) => is_lost(&node),
            Known::Nothing | Known::Deleted(_) => false,
        })
    }

    /// Whether the API of a definition that was changed can be used; true for everything else.
    pub(super) async fn is_served(
        &mut self,
        hub: &Hub,
        object: &AwaitedObject,
        seen: &Seen,
    ) -> bool {
        let asks = object.id.kind == "CustomResourceDefinition" && object.changed;
        if asks
            && !self.is_served
            && let Some(definition) = judge::live(object, seen)
        {
            self.is_served = hub.serves(definition).await;
            return self.is_served;
        }
        true
    }
}
