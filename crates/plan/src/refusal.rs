//! Why a plan may not be executed, as data.

use std::fmt;

use serde::Serialize;
use stack::ReleaseId;

use crate::{ObjectId, Reason};

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

impl RefusalReason {
    pub fn reason(self) -> Reason {
        match self {
            Self::ForeignObject => Reason::ForeignObject,
            Self::ChangedObject => Reason::ChangedObject,
            Self::NeedMissing => Reason::NeedMissing,
            Self::Protected => Reason::Protected,
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::ForeignObject | Self::ChangedObject => {
                "look at it, then take it with `--force-conflicts`, which keeps the present content beside it"
            }
            Self::NeedMissing => {
                "select it too, with `--with-needs`, or go on without it with `--skip-needs`"
            }
            Self::Protected => "delete it with `--allow-protected`",
        }
    }
}

/// `release `api`: …` in one sentence without a period.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "release `{}`", self.release)?;
        let object = self.object.as_ref().map(|object| format!("`{object}`")).unwrap_or_default();
        let place = self.place.as_deref().unwrap_or_default();
        match (self.reason, &self.need) {
            (RefusalReason::ForeignObject, _) => {
                write!(formatter, ": `{place}` is not ours and stands where {object} belongs")
            }
            (RefusalReason::ChangedObject, _) => write!(
                formatter,
                ": {object} in `{place}` was changed by somebody else since our last apply"
            ),
            (RefusalReason::NeedMissing, Some(need)) => write!(
                formatter,
                " needs `{need}`, which is neither selected nor applied to its end"
            ),
            (RefusalReason::NeedMissing, None) => {
                write!(formatter, " lacks a release that it needs")
            }
            (RefusalReason::Protected, _) => formatter.write_str(" is protected"),
        }
    }
}
