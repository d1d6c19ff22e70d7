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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inputs, ObjectId, ObjectKey, RecordedChart, Section};

    /// `a=1 b=2`: objects at these places, each written with this digest.
    fn record(objects: &str) -> Option<ReleaseRecord> {
        let object = |pair: &str| {
            let (place, digest) = pair.split_once('=').unwrap();
            ObjectRecord {
                key: ObjectKey {
                    section: Section::Manifest,
                    id: ObjectId {
                        group: String::new(),
                        kind: "Service".to_owned(),
                        namespace: None,
                        name: place.to_owned(),
                    },
                    ordinal: 0,
                },
                place: place.to_owned(),
                digest: digest.to_owned(),
                template: String::new(),
                keep: false,
            }
        };
        Some(ReleaseRecord {
            id: "api".parse().unwrap(),
            key: ReleaseKey {
                cluster: None,
                namespace: "shop".parse().unwrap(),
                name: "api".parse().unwrap(),
            },
            wave: 0,
            needs: Vec::new(),
            labels: BTreeMap::new(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: Some(Inputs { values: objects.to_owned(), ..Inputs::default() }),
            objects: objects.split_whitespace().map(object).collect(),
        })
        .filter(|record| !record.objects.is_empty())
    }

    #[test]
    fn what_stands_there_decides() {
        let check = |before: &str, after: &str, there: &str, expect: &str| {
            let there: BTreeMap<&str, &str> =
                there.split_whitespace().map(|pair| pair.split_once('=').unwrap()).collect();
            let live = |place: &str| {
                there.get(place).map_or(Live::Missing, |digest| Live::Present {
                    digest: (*digest).to_owned(),
                    text: None,
                })
            };
            let (before, after): (Vec<_>, Vec<_>) =
                (record(before).into_iter().collect(), record(after).into_iter().collect());
            let shown: Vec<String> = recover(&before, &after, &live)
                .into_iter()
                .map(|release| {
                    let objects: Vec<String> = release
                        .objects
                        .iter()
                        .map(|object| format!("{}={}", object.place, object.digest))
                        .collect();
                    let inputs =
                        release.inputs.map_or("unfinished".to_owned(), |inputs| inputs.values);
                    format!("{} ({inputs})", objects.join(" "))
                })
                .collect();
            assert_eq!(shown.join("; "), expect);
        };
        // Nothing, half and all of an upgrade.
        check("a=1 b=1", "a=2 b=2", "a=1 b=1", "a=1 b=1 (a=1 b=1)");
        check("a=1 b=1", "a=2 b=2", "a=2 b=1", "a=2 b=1 (unfinished)");
        check("a=1 b=1", "a=2 b=2", "a=2 b=2", "a=2 b=2 (a=2 b=2)");
        // Of an install; what stands at a place that we did not write is not ours.
        check("", "a=1 b=1", "", "");
        check("", "a=1 b=1", "a=1", "a=1 (unfinished)");
        check("", "a=1 b=1", "a=1 b=9", "a=1 (unfinished)");
        check("", "a=1", "a=1", "a=1 (a=1)");
        // Of a removal.
        check("a=1 b=1", "", "a=1 b=1", "a=1 b=1 (a=1 b=1)");
        check("a=1 b=1", "", "b=1", "b=1 (unfinished)");
        check("a=1 b=1", "", "", "");
        // One object goes and one comes; somebody changed a third meanwhile.
        check("a=1 c=1", "b=1 c=2", "a=1 b=1 c=9", "a=1 b=1 c=1 (unfinished)");
    }
}
