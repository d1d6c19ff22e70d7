//! What `-o json` prints of plans and runs; `schemas/plan.json` describes it.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use stack::{ReleaseId, StackId};

use crate::readiness::Code;
use crate::{ObjectId, Plan, ReleaseAction};

/// One command's whole answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Of the format: 1.
    pub version: u32,
    /// `diff`, `apply`, `destroy`.
    pub command: String,
    pub exit_code: u8,
    pub reason: Reason,
    pub stacks: Vec<StackReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackReport {
    pub plan: Plan,
    /// Absent when nothing was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<RunResult>,
}

/// What executing a plan came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    pub reason: Reason,
    /// What went wrong, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Every release of the plan, in its order.
    pub releases: Vec<ReleaseResult>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseResult {
    pub id: ReleaseId,
    pub action: ReleaseAction,
    pub outcome: Outcome,
    /// What was written and what was deleted before the end or the failure.
    pub written: Vec<ObjectId>,
    pub deleted: Vec<ObjectId>,
    /// What a reader would not expect of objects that are ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ObjectNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was found out about each object that failed or did not become ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<ObjectFailure>,
    /// The revision that stands after what failed was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolled_back: Option<u64>,
    /// The earlier revision that it was taken back to, after a failure or because somebody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_to: Option<u64>,
    /// What failed was to be taken back, and that failed too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_failed: Option<RollbackFailure>,
    /// The release that failed, where this one was only skipped or taken back because of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<ReleaseId>,
}

impl ReleaseResult {
    /// Nothing was done to the release.
    pub fn new(id: ReleaseId, action: ReleaseAction, outcome: Outcome) -> Self {
        Self {
            id,
            action,
            outcome,
            written: Vec::new(),
            deleted: Vec::new(),
            notes: Vec::new(),
            error: None,
            failures: Vec::new(),
            rolled_back: None,
            back_to: None,
            rollback_failed: None,
            because: None,
        }
    }
}

/// `paused`, say, or `1 node does not answer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectNote {
    pub object: ObjectId,
    pub note: String,
}

/// Why a release that failed could not be taken back either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackFailure {
    pub error: String,
    /// What was found out about each object that failed or did not become ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<ObjectFailure>,
}

/// Why an object failed, with what was seen before anything was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectFailure {
    pub object: ObjectId,
    pub code: Code,
    pub cause: String,
    /// The pod in which it was seen, and its container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The last lines that the container wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
    /// Warnings about it since the run began, the last ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Done,
    /// There was nothing to do.
    Unchanged,
    Failed,
    /// Something before it failed.
    Skipped,
}

/// Why a command ended as it did; the words are stable, and each has one exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Done,
    NoChanges,
    /// With `--detailed-exitcode`.
    ChangesPresent,
    /// The manifest, a chart or a file has mistakes.
    Invalid,
    /// The target could not be read or written; nothing was changed.
    Failed,
    ForeignObject,
    ChangedObject,
    NeedMissing,
    Protected,
    /// Another manager owns fields of an object.
    FieldConflict,
    /// The server does not take an object; nothing was written.
    Rejected,
    /// The target belongs to another stack.
    OtherStack,
    /// Helm has the release with records that are not read.
    ForeignRelease,
    /// It is not the cluster that the manifest means.
    WrongCluster,
    /// The target changed between plan and apply; nothing was written.
    Stale,
    /// Failed after something was written.
    FailedPartly,
    /// Failed, and everything that this run wrote was taken back.
    RolledBack,
    /// Deployed, and a test of it failed.
    VerificationFailed,
    Usage,
    /// Nobody said yes.
    NotConfirmed,
    /// Another run holds the stack's lock.
    Locked,
    Interrupted,
    Terminated,
}

impl Reason {
    pub const ALL: [Self; 23] = [
        Self::Done,
        Self::NoChanges,
        Self::ChangesPresent,
        Self::Invalid,
        Self::Failed,
        Self::ForeignObject,
        Self::ChangedObject,
        Self::NeedMissing,
        Self::Protected,
        Self::FieldConflict,
        Self::Rejected,
        Self::OtherStack,
        Self::ForeignRelease,
        Self::WrongCluster,
        Self::Stale,
        Self::FailedPartly,
        Self::RolledBack,
        Self::VerificationFailed,
        Self::Usage,
        Self::NotConfirmed,
        Self::Locked,
        Self::Interrupted,
        Self::Terminated,
    ];

    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done | Self::NoChanges => 0,
            Self::Invalid | Self::Failed | Self::Rejected => 1,
            Self::ChangesPresent => 2,
            Self::ForeignObject
            | Self::ChangedObject
            | Self::NeedMissing
            | Self::Protected
            | Self::FieldConflict
            | Self::OtherStack
            | Self::ForeignRelease
            | Self::WrongCluster
            | Self::Stale => 3,
            Self::FailedPartly => 4,
            Self::RolledBack => 5,
            Self::VerificationFailed => 6,
            Self::Usage | Self::NotConfirmed => 64,
            Self::Locked => 75,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

/// `shop/e2e/build-41`
pub(crate) fn stack_id<S: Serializer>(id: &StackId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// What has a word of its own is written with it.
pub(crate) fn shown<T: Display, S: Serializer>(it: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(it)
}

#[cfg(test)]
mod tests;
