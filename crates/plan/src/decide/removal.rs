//! A release that goes as a whole, and which recorded releases a selection means.

use stack::Selection;
use stack::select::glob_matches;

use super::Draft;
use super::inventory::Inventory;
use super::objects::delete;
use crate::{
    Action, Cause, ObservedObject, ObservedRelease, Purpose, ReleaseAction, ReleasePlan,
    ReleaseRecord,
};

pub(super) fn plan_removal(
    observed: &ObservedRelease,
    purpose: Purpose,
    inventory: &Inventory<'_>,
    draft: &mut Draft,
) -> ReleasePlan {
    let record = &observed.record;
    let cause = match purpose {
        Purpose::Apply | Purpose::Prune => Cause::NotInManifest,
        Purpose::Uninstall => Cause::NotInstalled,
        Purpose::Destroy => Cause::Destroy,
    };
    let mut recorded: Vec<ObservedObject<'_>> = observed.objects().collect();
    recorded.sort_by_key(|object| {
        let key = &object.record.key;
        (crate::kinds::deletion_rank(key.section, &key.id), key)
    });
    let owner = (&record.id, &record.key);
    let objects: Vec<_> =
        recorded.into_iter().map(|object| delete(owner, object, cause, inventory, draft)).collect();
    let keeps = objects.iter().any(|object| object.action == Action::Keep);
    ReleasePlan {
        causes: if keeps { vec![cause, Cause::KeepPolicy] } else { vec![cause] },
        objects,
        before: Some(record.clone()),
        ..ReleasePlan::new(record.id.clone(), record.key.clone(), ReleaseAction::Delete)
    }
}

/// As `Selection::matches` for releases of a manifest, from what the inventory remembers. An id's first parts are its groups.
pub(crate) fn selects(selection: &Selection, record: &ReleaseRecord) -> bool {
    let label = |name: &str| -> Option<&str> {
        match (record.labels.get(name), name) {
            (Some(value), _) => Some(value),
            (None, "release") => Some(record.id.as_str()),
            (None, "name") => Some(record.key.name.as_str()),
            (None, "namespace") => Some(record.key.namespace.as_str()),
            (None, "chart") => Some(&record.chart.name),
            (None, _) => None,
        }
    };
    let id = record.id.as_str();
    let groups = id.match_indices('.').map(|(dot, _)| &id[..dot]);
    let names: Vec<&str> = groups.chain([id]).collect();
    let labelled = selection.selectors.iter().any(|selector| {
        selector.terms.iter().all(|term| (label(&term.label) == Some(&*term.value)) != term.negated)
    });
    let named =
        selection.releases.iter().any(|glob| names.iter().any(|name| glob_matches(glob, name)));
    (selection.selectors.is_empty() || labelled) && (selection.releases.is_empty() || named)
}
