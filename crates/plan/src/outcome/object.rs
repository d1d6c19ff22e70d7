//! What becomes of one object: action, causes and edits to be shown, and the steps or requests that bring it about.

use serde::Serialize;

use super::Cause;
use crate::live::{Contested, Request};
use crate::{Address, Edit, ImpureCall, ObjectId, ObjectKey, ObjectRecord};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectPlan {
    #[serde(flatten)]
    pub key: ObjectKey,
    pub action: Action,
    pub causes: Vec<Cause>,
    /// The object whose place it takes: the same config map or secret under its former name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ObjectId>,
    pub template: String,
    pub place: String,
    /// What we will do. Empty for an update: only comments, the order of keys or white space differ.
    pub edits: Vec<Edit>,
    /// What others did since our last apply, as far as it can be known.
    pub drift: Vec<Edit>,
    /// The calls that make it not deterministic.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub impure: Vec<ImpureCall>,
    /// The server could not be asked: its kind or its namespace comes with this plan.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub predicted: bool,
    /// Fields that others manage, and what becomes of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contested: Vec<Contested>,
    /// Carries contents and is never shown.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// Where it is in a cluster, and what is sent there.
    #[serde(skip)]
    pub address: Option<Address>,
    #[serde(skip)]
    pub requests: Vec<Request>,
    /// What the inventory says of it now, and when the steps are done.
    #[serde(skip)]
    pub before: Option<ObjectRecord>,
    #[serde(skip)]
    pub after: Option<ObjectRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Create,
    Update,
    /// Created, and the object under its former name deleted; or deleted and created again, where a field cannot change.
    Replace,
    /// It was there, and becomes ours.
    Adopt,
    Delete,
    /// Stays as it is though the render or the plan would have it otherwise; the cause says why.
    Keep,
    None,
}

impl Action {
    pub fn is_change(self) -> bool {
        match self {
            Self::Create | Self::Update | Self::Replace | Self::Adopt | Self::Delete => true,
            Self::Keep | Self::None => false,
        }
    }
}

/// One change of the target. `expect` is what the plan saw; anything else there and the plan is stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Keeps the bytes that stand at a place beside it.
    PutAside {
        place: String,
        expect: Expect,
    },
    Write {
        place: String,
        text: std::sync::Arc<str>,
        digest: String,
        secret: bool,
        expect: Expect,
    },
    Delete {
        place: String,
        expect: Expect,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    Absent,
    Digest(String),
}
