//! Why a plan may not be executed, as data.

use serde::Serialize;
use stack::ReleaseId;

use crate::ObjectId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    pub reason: RefusalReason,
    pub release: ReleaseId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// Where it stands, in the target's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The release that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<ReleaseId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// Something that is not ours stands where an object belongs.
    ForeignObject,
    /// Somebody changed what we would overwrite or delete.
    ChangedObject,
    /// A needed release is not selected and not there.
    NeedMissing,
    /// The release may not be deleted without `--allow-protected`.
    Protected,
}
