//! The requests that carry a plan out, and everything that deploying one release to a cluster needs beside them.

use std::sync::Arc;

use source::Tree;

use super::Recorded;
use crate::record::{Record, Status};
use stack::{ReleaseId, Settings};

use crate::{Address, HookEvent, Object};

/// One change of a cluster. What it expects is what the plan saw; anything else there and the plan is stale.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Moves what a client-side apply left under Helm's name to server-side apply, without changing the object.
    Migrate {
        address: Address,
    },
    /// Server-side apply under Helm's name.
    Apply {
        address: Address,
        /// JSON.
        body: Arc<str>,
        /// Takes fields that others manage.
        force: bool,
        expect: Present,
        /// What the plan said the object would be; none where that was only predicted.
        result: Option<Tree>,
    },
    Delete {
        address: Address,
        uid: String,
    },
}

/// What stood there when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Present {
    Absent,
    Uid(String),
}

/// Everything about a release that is not one of its objects.
#[derive(Clone, Debug, PartialEq)]
pub struct Deploy {
    /// The next record, still pending and without times; none where no revision is written.
    pub record: Option<Record>,
    /// What is recorded until now.
    pub recorded: Recorded,
    pub settings: Settings,
    pub hooks: Vec<HookObject>,
    /// No revision of it was ever good, so this is an install.
    pub first: bool,
    /// Those of its needs that have to be applied before it and not ready.
    pub needs_applied: Vec<ReleaseId>,
}

/// A hook ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct HookObject {
    pub object: Object,
    pub address: Address,
    /// JSON.
    pub body: Arc<str>,
}

impl Deploy {
    /// The revision that a failure goes back to; none on a first install.
    pub fn good_revision(&self) -> Option<u64> {
        self.recorded.last_good().map(|good| good.version)
    }

    /// When hooks run: before the objects, and after them.
    pub fn hook_events(&self) -> [HookEvent; 2] {
        match &self.record {
            Some(next) if next.info.status == Status::PendingRollback => {
                [HookEvent::PreRollback, HookEvent::PostRollback]
            }
            _ if self.first => [HookEvent::PreInstall, HookEvent::PostInstall],
            _ => [HookEvent::PreUpgrade, HookEvent::PostUpgrade],
        }
    }
}

impl Request {
    pub fn address(&self) -> &Address {
        match self {
            Self::Migrate { address }
            | Self::Apply { address, .. }
            | Self::Delete { address, .. } => address,
        }
    }
}
