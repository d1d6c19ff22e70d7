//! The observed side, arranged for looking things up.

use std::collections::BTreeMap;

use crate::{Kept, Live, ObjectKey, Observed, ObservedObject, ObservedRelease, ReleaseKey};

pub(super) struct Inventory<'a> {
    observed: &'a Observed,
    releases: BTreeMap<&'a ReleaseKey, &'a ObservedRelease>,
    /// Every recorded object of every release by its place.
    places: BTreeMap<&'a str, ObservedObject<'a>>,
    kept: BTreeMap<&'a str, &'a Kept>,
    pub(super) force_conflicts: bool,
}

/// What stands where an object should go.
pub(super) enum Occupant<'a> {
    Nothing,
    /// We wrote it, for whatever object, and nobody changed it since.
    Ours {
        digest: &'a str,
        text: Option<&'a str>,
        was_kept: bool,
    },
    /// Somebody else's, or ours and changed.
    Foreign {
        digest: &'a str,
        text: Option<&'a str>,
        recorded: bool,
    },
}

impl<'a> Inventory<'a> {
    pub(super) fn new(observed: &'a Observed, force_conflicts: bool) -> Self {
        let releases = observed.releases.iter().map(|release| (&release.record.key, release));
        let objects = observed.releases.iter().flat_map(ObservedRelease::objects);
        let kept = observed.kept.iter().map(|kept| (kept.record.place.as_str(), kept));
        Self {
            observed,
            releases: releases.collect(),
            places: objects.map(|object| (object.record.place.as_str(), object)).collect(),
            kept: kept.collect(),
            force_conflicts,
        }
    }

    pub(super) fn release(&self, key: &ReleaseKey) -> Option<&'a ObservedRelease> {
        self.releases.get(key).copied()
    }

    /// Where the target would put a desired object.
    pub(super) fn place(&self, release: &ReleaseKey, object: &ObjectKey) -> String {
        let key = (release.clone(), object.clone());
        self.observed.places.get(&key).cloned().unwrap_or_default()
    }

    pub(super) fn occupant(&self, place: &str) -> Occupant<'a> {
        let (live, ours, was_kept) = match (self.places.get(place), self.kept.get(place)) {
            (Some(object), _) => (object.live, Some(&object.record.digest), false),
            (None, Some(kept)) => (&kept.live, Some(&kept.record.digest), true),
            (None, None) => match self.observed.unrecorded.get(place) {
                Some(live) => (live, None, false),
                None => return Occupant::Nothing,
            },
        };
        match live {
            Live::Missing => Occupant::Nothing,
            Live::Present { digest, text } => {
                let text = text.as_deref();
                match ours {
                    Some(ours) if ours == digest => Occupant::Ours { digest, text, was_kept },
                    _ => Occupant::Foreign { digest, text, recorded: ours.is_some() },
                }
            }
        }
    }
}
