//! After an apply that did not come to its end: which of its writes arrived, told by what stands there.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Live, ObjectRecord, ReleaseKey, ReleaseRecord};

/// The inventory as the target really is, from the one before the run, the one that the run was to leave, and a look at each
/// place. Each object is recorded as the version that stands there. A release all of whose objects arrived counts as applied,
/// one of whose nothing did as untouched; anything between has no inputs, so that its next plan takes nothing for granted.
pub fn recover(
    before: &[ReleaseRecord],
    after: &[ReleaseRecord],
    live: &dyn Fn(&str) -> Live,
) -> Vec<ReleaseRecord> {
    let old: BTreeMap<&ReleaseKey, &ReleaseRecord> = by_key(before);
    let new: BTreeMap<&ReleaseKey, &ReleaseRecord> = by_key(after);
    let keys: BTreeSet<&ReleaseKey> = old.keys().chain(new.keys()).copied().collect();
    let mut records: Vec<ReleaseRecord> = keys
        .into_iter()
        .filter_map(|key| release(old.get(key).copied(), new.get(key).copied(), live))
        .collect();
    records.sort_by(|a, b| (a.wave, &a.id).cmp(&(b.wave, &b.id)));
    records
}

fn by_key(records: &[ReleaseRecord]) -> BTreeMap<&ReleaseKey, &ReleaseRecord> {
    records.iter().map(|record| (&record.key, record)).collect()
}

fn release(
    old: Option<&ReleaseRecord>,
    new: Option<&ReleaseRecord>,
    live: &dyn Fn(&str) -> Live,
) -> Option<ReleaseRecord> {
    let old_objects = old.map_or(&[][..], |record| &record.objects);
    let new_objects = new.map_or(&[][..], |record| &record.objects);
    let mut objects: Vec<ObjectRecord> = Vec::new();
    for object in new_objects {
        let was = old_objects.iter().find(|was| was.place == object.place);
        let present = live(&object.place);
        match (present.digest(), was) {
            (Some(digest), _) if digest == object.digest => objects.push(object.clone()),
            // Unchanged yet, or changed by somebody else, or removed by somebody else: as it was before.
            (_, Some(was)) => objects.push(was.clone()),
            // Not written yet; what stands there is not ours.
            (_, None) => {}
        }
    }
    for was in old_objects {
        let stays = new_objects.iter().any(|object| object.place == was.place);
        if !stays && live(&was.place) != Live::Missing {
            objects.push(was.clone());
        }
    }
    objects.sort_by(|a, b| (&a.key, &a.place).cmp(&(&b.key, &b.place)));

    match (old, new) {
        (_, Some(new)) if objects == new.objects && (old.is_some() || !objects.is_empty()) => {
            Some(new.clone())
        }
        (Some(old), _) if objects == old.objects => Some(old.clone()),
        _ if objects.is_empty() => None,
        (old, new) => {
            let protect = [old, new].into_iter().flatten().any(|record| record.protect);
            let base = new.or(old)?;
            Some(ReleaseRecord { objects, protect, inputs: None, ..base.clone() })
        }
    }
}
