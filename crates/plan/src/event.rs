//! What an executor tells while it works, for whoever shows progress.

use stack::ReleaseId;

use crate::{ObjectId, ObjectPlan, Purpose, ReleaseAction, ReleaseResult};

#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    WaveStarted {
        number: usize,
        of: usize,
        purpose: Purpose,
        releases: usize,
    },
    /// Releases without anything to do are not told.
    ReleaseStarted {
        id: &'a ReleaseId,
        action: ReleaseAction,
        objects: usize,
    },
    ObjectDone {
        id: &'a ReleaseId,
        object: &'a ObjectPlan,
    },
    /// It is sent, and not all of it is ready; told when that changes.
    Waiting {
        id: &'a ReleaseId,
        ready: usize,
        total: usize,
        /// One that is not ready, and why.
        object: Option<&'a ObjectId>,
        why: &'a str,
    },
    HookStarted {
        id: &'a ReleaseId,
        object: &'a ObjectId,
        /// `pre-upgrade`
        event: &'a str,
    },
    ReleaseDone {
        id: &'a ReleaseId,
        result: &'a ReleaseResult,
    },
}
