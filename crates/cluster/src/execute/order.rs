//! What a run is asked to do, and how.

use std::time::Duration;

use plan::{Event, Plan, ReleasePlan};
use stack::ReleaseId;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::Connection;
use crate::lease::{Holder, Waiting};

/// A plan and how to carry it out.
pub struct Order<'a> {
    pub connection: &'a Connection,
    pub plan: &'a Plan,
    /// Where the inventory lies.
    pub state_namespace: &'a str,
    /// That namespace is not the environment's: it stays when the stack goes.
    pub state_is_apart: bool,
    /// How long an ephemeral stack lives from now on, as the time at which it may go.
    pub expires: Option<String>,
    pub ephemeral: bool,
    /// Releases side by side.
    pub jobs: usize,
    pub schedule: Schedule,
    pub on_failure: OnFailure,
    /// A failure takes back all that the run did.
    pub rollback_all: bool,
    /// It goes on with what the last run left, and counts as one run with it.
    pub resumes: bool,
    /// When the run is to be over.
    pub deadline: Option<Instant>,
    pub clock: Clock,
    /// Becomes true when the run is to stop: requests in flight are finished, nothing new is begun.
    pub stop: watch::Receiver<bool>,
    pub tell: &'a (dyn Fn(&Event<'_>) + Sync),
    /// Plans a deferred release again when its turn comes, from what is in the cluster then.
    pub again: &'a (dyn Fn(&ReleaseId) -> Again + Sync),
    /// Who this run is to others that want the stack's lock.
    pub holder: Holder,
    /// Knows of holders on this computer that ended without giving the lock back.
    pub is_dead: fn(&Holder) -> bool,
    /// How long to wait for another run.
    pub patience: Duration,
    pub on_wait: &'a (dyn Fn(&Waiting) + Sync),
}

/// The new plan of a release, which comes from another thread, or why there is none.
pub type Again = oneshot::Receiver<Result<ReleasePlan, String>>;

/// What a failed release means to the rest of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The wave is finished and nothing after it begun.
    #[default]
    Stop,
    /// Whatever does not need it goes on.
    Continue,
}

/// When a release begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Schedule {
    /// With its wave, when the wave before is through.
    #[default]
    Waves,
    /// As soon as its own needs are ready.
    Eager,
}

/// The present time, for records: as RFC 3339 and in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub fn() -> (String, u64));

impl Clock {
    pub fn text(self) -> String {
        (self.0)().0
    }

    pub fn seconds(self) -> u64 {
        (self.0)().1
    }
}
