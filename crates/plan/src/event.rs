//! What an executor tells while it works, for whoever shows progress.

use stack::ReleaseId;

use crate::{ObjectPlan, Purpose, ReleaseAction, ReleaseResult};

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
    ReleaseDone {
        id: &'a ReleaseId,
        result: &'a ReleaseResult,
    },
}
