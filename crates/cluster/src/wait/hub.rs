//! The watches of one run on one cluster, shared by all that waits there: one per kind and namespace, for as long as somebody
//! needs it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::collection::Collection;
use crate::client::Client;

/// Made once per run and cluster.
pub struct Hub {
    client: Client,
    collections: Mutex<BTreeMap<Source, Weak<Collection>>>,
    /// Answers to questions about the cluster that stay the same: see `facts`.
    pub(super) facts: Mutex<BTreeMap<String, bool>>,
}

/// What a collection holds, and how that is learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    /// `/apis/apps/v1/namespaces/shop/deployments`
    pub(super) path: String,
    /// Only objects with these; empty for all.
    pub(super) labels: String,
    pub(super) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    Watched,
    /// Watched, and nothing but metadata.
    Metadata,
    /// Asked for one by one: where all of a cluster would be too much.
    Single,
}

impl Hub {
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), collections: Mutex::default(), facts: Mutex::default() }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// It is followed until the last one who has it drops it.
    pub(super) fn open(&self, path: String, how: How) -> Arc<Collection> {
        self.follow(Source { path, labels: String::new(), how })
    }

    /// The same of objects with some labels.
    pub(super) fn open_labelled(&self, path: String, labels: String) -> Arc<Collection> {
        self.follow(Source { path, labels, how: How::Watched })
    }

    fn follow(&self, source: Source) -> Arc<Collection> {
        let mut collections = self.collections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = collections.get(&source).and_then(Weak::upgrade) {
            return open;
        }
        let opened = Arc::new(Collection::follow(&self.client, &source));
        collections.retain(|_, it| it.strong_count() > 0);
        collections.insert(source, Arc::downgrade(&opened));
        opened
    }
}
