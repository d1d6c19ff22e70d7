//! Waiting: until what was applied is ready, until what was deleted is gone. Watches tell what happens, and
//! `plan::readiness` says what it means.

mod backing;
mod collection;
mod entry;
mod evidence;
mod facts;
mod follow;
mod gone;
mod hook;
mod hub;
mod judge;
mod kin;
mod logs;
mod ready;
mod store;
mod thin;

use plan::readiness::{Code, Runs};
use plan::{Address, ObjectId};
use source::Tree;
use stack::Settings;
use tokio::time::Instant;

pub use evidence::Evidence;
pub use gone::{Deleted, Held, NotGone, until_gone};
pub use hook::hook;
pub use hub::Hub;
pub use logs::{PodLog, logs};
pub use ready::until_ready;

/// Says `true` when waiting shall end before its time.
pub type Stop = tokio::sync::watch::Receiver<bool>;

/// What one release, or one hook, waits for.
#[derive(Clone, Debug)]
pub struct Awaited<'a> {
    pub objects: Vec<AwaitedObject>,
    pub settings: &'a Settings,
    pub runs: Runs,
    pub deadline: Instant,
}

#[derive(Clone, Debug)]
pub struct AwaitedObject {
    pub id: ObjectId,
    pub address: Address,
    /// The server's answer to the last write, or the object as it was read last: whatever is older does not count. None where
    /// nothing is known yet.
    pub answer: Option<Tree>,
    /// Whether that write changed it, so that its controller has to look at it again.
    pub changed: bool,
}

/// Told when it differs from what was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub ready: usize,
    pub total: usize,
    /// The object that tells most, and what it waits for.
    pub waiting_for: Option<(ObjectId, String)>,
}

/// Why the wait ended before everything was ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReady {
    pub kind: Ending,
    /// Empty where it was stopped.
    pub failures: Vec<ObjectFailure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Failed,
    TimedOut,
    Stopped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFailure {
    pub id: ObjectId,
    pub code: Code,
    /// One sentence without a period.
    pub cause: String,
    pub evidence: Evidence,
}
