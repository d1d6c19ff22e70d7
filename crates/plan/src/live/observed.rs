//! What a cluster answered: records, inventory, namespaces, and for each object what lives there and what an apply would
//! make of it.

use std::collections::{BTreeMap, BTreeSet};

use source::Tree;
use stack::StackId;

use super::Contested;
use super::inventory::{self, Inventory};
use crate::record::{History, Record, Status};
use crate::{Address, Apis, ObjectKey, ReleaseKey};

#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// As a view names it: `nonprod (kind-dev)`.
    pub name: String,
    pub apis: Apis,
    /// Where the inventory lies.
    pub state_namespace: String,
    /// What the stack's inventory holds; none before its first apply.
    pub inventory: Option<Inventory>,
    /// What Helm's records say of every release that is desired or in the inventory.
    pub recorded: BTreeMap<ReleaseKey, Recorded>,
    /// Releases without any of those that have records in ConfigMaps: the name of the newest one.
    pub in_config_maps: BTreeMap<ReleaseKey, String>,
    /// Releases whose `crds/` are only created, never changed.
    pub keeps_definitions: BTreeSet<ReleaseKey>,
    /// Only namespaces that releases lie in.
    pub namespaces: BTreeMap<String, NamespaceState>,
    /// Of those the ones that say with which stack they go: its label.
    pub namespaces_of_stacks: BTreeMap<String, String>,
    pub objects: BTreeMap<(ReleaseKey, ObjectKey), Seen>,
    /// What the server warned of while it was asked.
    pub warnings: Vec<String>,
}

/// The revisions of one release.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    pub history: History,
    /// Those whose objects may be in place, oldest first: `History::in_place`. None where nothing is installed.
    pub in_place: Vec<Record>,
}

impl Recorded {
    /// The newest revision, unless the release was uninstalled.
    pub fn last(&self) -> Option<&Record> {
        self.in_place.last()
    }

    /// The revision that is deployed.
    pub fn deployed(&self) -> Option<&Record> {
        self.in_place.iter().rev().find(|record| record.info.status == Status::Deployed)
    }

    /// Where a failed run goes back to.
    pub fn last_good(&self) -> Option<&Record> {
        let good = self.history.last_good()?.version;
        self.in_place.iter().find(|record| record.version == good)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceState {
    Missing,
    Active,
    Terminating,
}

/// One object, desired or recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub address: Address,
    pub live: Option<Tree>,
    /// None for what is not desired: nothing would be sent.
    pub answer: Option<Answer>,
    /// Of a definition that would take something away: how many objects of its kind there are.
    pub instances: Option<usize>,
}

/// What the server would make of the apply.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The object as it would be, with what we would send and whose fields that touches.
    Applied { result: Tree, body: Tree, contested: Vec<Contested> },
    /// A field that cannot change: only deleting and creating brings it.
    Immutable { body: Tree, fields: Vec<String>, message: String },
    /// The server or an admission webhook refuses it.
    Rejected { body: Tree, message: String },
    /// The server could not be asked: its kind or its namespace comes with this plan.
    Predicted { body: Tree },
    /// Others manage fields of it, and nobody decided whose they are.
    Contested { body: Tree, contested: Vec<Contested> },
    /// There is no request for it: an unknown kind, say. The text says why.
    Impossible { message: String },
}

impl Cluster {
    /// Whose inventory was read.
    pub fn stack(&self) -> Option<&StackId> {
        self.inventory.as_ref().map(|inventory| &inventory.stack)
    }

    /// The namespaces that an apply of this stack made, of which its inventory may not know because the apply ended early.
    pub fn namespaces_of(&self, stack: &StackId) -> impl Iterator<Item = &String> {
        let label = inventory::label(stack);
        let labelled = self.namespaces_of_stacks.iter();
        labelled.filter(move |(_, of)| **of == label).map(|(name, _)| name)
    }
}
