//! Why a plan may not be executed, and what to do about it.

use plan::{Refusal, RefusalReason};
use source::Problem;

/// One problem per refusal.
pub fn problems(refusals: &[Refusal]) -> Vec<Problem> {
    let id = |reason| match reason {
        RefusalReason::ForeignObject => "foreign-object",
        RefusalReason::ChangedObject => "changed-object",
        RefusalReason::NeedMissing => "need-missing",
        RefusalReason::Protected => "protected",
        RefusalReason::Unowned => "unowned-object",
        RefusalReason::FieldConflict => "field-conflict",
        RefusalReason::Immutable => "immutable-field",
        RefusalReason::UnknownKind => "unknown-kind",
        RefusalReason::Rejected => "rejected",
        RefusalReason::OtherStack => "other-stack",
        RefusalReason::RecordsElsewhere => "records-elsewhere",
        RefusalReason::Namespace => "namespace",
        RefusalReason::RecordTooLarge => "record-too-large",
        RefusalReason::Unshown => "unshown",
    };
    refusals
        .iter()
        .map(|refusal| {
            Problem::error(id(refusal.reason), refusal.to_string()).help(refusal.reason.help())
        })
        .collect()
}
