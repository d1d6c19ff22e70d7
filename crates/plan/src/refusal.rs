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
    /// What the server, or whoever refused it, says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Refusal {
    pub fn new(reason: RefusalReason, release: &ReleaseId) -> Self {
        let release = release.clone();
        Self { reason, release, object: None, place: None, need: None, detail: None }
    }
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
    /// It belongs to another release, or nobody says whose it is.
    Unowned,
    /// Other managers own fields of it.
    FieldConflict,
    /// A field of it cannot be changed, and nobody allowed to replace it.
    Immutable,
    /// The server does not serve its kind.
    UnknownKind,
    /// The server or an admission webhook does not take it.
    Rejected,
    /// The release belongs to another stack.
    OtherStack,
    /// Helm keeps its records in ConfigMaps.
    RecordsElsewhere,
    /// Its namespace is not there, or is being deleted.
    Namespace,
    /// Its record would not fit into a Secret.
    RecordTooLarge,
    /// Rendered again, it would lose an object whose loss the plan did not show.
    Unshown,
}

impl RefusalReason {
    pub fn reason(self) -> Reason {
        match self {
            Self::ForeignObject => Reason::ForeignObject,
            Self::ChangedObject => Reason::ChangedObject,
            Self::NeedMissing => Reason::NeedMissing,
            Self::Protected => Reason::Protected,
            Self::Unowned => Reason::ForeignObject,
            Self::FieldConflict => Reason::FieldConflict,
            Self::Immutable | Self::Rejected => Reason::Rejected,
            Self::UnknownKind | Self::Namespace | Self::RecordTooLarge => Reason::Invalid,
            Self::OtherStack => Reason::OtherStack,
            Self::Unshown => Reason::Stale,
            Self::RecordsElsewhere => Reason::ForeignRelease,
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
            Self::Unowned => {
                "take it over with `takeOwnership: true` on the release, or give the object another name"
            }
            Self::FieldConflict => {
                "take the fields with `--force-conflicts`, leave them with `--keep-conflicts`, or drop them from the chart's values"
            }
            Self::Immutable => {
                "set `force: true` on the release to delete and create it again, or take the change back"
            }
            Self::UnknownKind => {
                "install what brings the kind in a release that this one `needs`, or correct its `apiVersion`"
            }
            Self::Rejected => "correct the values or the chart; nothing was written",
            Self::OtherStack => "remove it there first, or take it over with `--take-release`",
            Self::RecordsElsewhere => {
                "uninstall it with `HELM_DRIVER=configmap`; or delete these records (`kubectl delete configmaps -l owner=helm,name=NAME`): its objects stay, and the next apply takes over those that the chart still has"
            }
            Self::Namespace => "create it, or wait until its deletion is done",
            Self::RecordTooLarge => {
                "keep large files out of the chart with `.helmignore`, or split the chart"
            }
            Self::Unshown => "apply again: the plan then shows it",
        }
    }
}

/// `release `api`: …` in one sentence without a period.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "release `{}`", self.release)?;
        let object = self.object.as_ref().map(|object| format!("`{object}`")).unwrap_or_default();
        let place = self.place.as_deref().unwrap_or_default();
        let detail = self.detail.as_deref().unwrap_or_default();
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
            (RefusalReason::Unowned, _) => {
                write!(formatter, ": {object} is there already and is not this release's: {detail}")
            }
            (RefusalReason::FieldConflict, _) => {
                write!(formatter, ": others manage fields of {object}: {detail}")
            }
            (RefusalReason::Immutable, _) => {
                write!(formatter, ": {object} cannot be changed so: {detail}")
            }
            (RefusalReason::UnknownKind, _) => write!(formatter, ": {object}: {detail}"),
            (RefusalReason::Rejected, _) => {
                write!(formatter, ": the server does not take {object}: {detail}")
            }
            (RefusalReason::OtherStack, _) => write!(formatter, " belongs to the stack {detail}"),
            (RefusalReason::Unshown, _) => {
                write!(formatter, " would delete {object}, which its plan did not show")
            }
            (RefusalReason::RecordsElsewhere, _) => write!(
                formatter,
                " was installed by Helm with records in ConfigMaps, which are not read: the newest is {detail}"
            ),
            (RefusalReason::Namespace | RefusalReason::RecordTooLarge, _) => {
                write!(formatter, ": {detail}")
            }
        }
    }
}
