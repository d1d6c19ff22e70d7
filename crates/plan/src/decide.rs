//! Desired and observed in, the whole plan out: which releases change, which go, which stay, and what speaks against it.

mod inventory;
pub(crate) mod objects;
mod pairing;
pub(crate) mod release;
pub(crate) mod removal;

use std::collections::{BTreeMap, BTreeSet};

use stack::{Need, Prune, Selection, StackId};

use self::inventory::Inventory;
use self::release::plan_release;
use self::removal::{plan_removal, selects};
use crate::{
    Desired, DesiredRelease, Left, LeftReason, Observed, ObservedRelease, Operation, Options, Plan,
    Purpose, Refusal, RefusalReason, ReleaseKey, ReleasePlan, ReleaseRecord, Summary, Wave,
};

/// What an apply would do. Releases go in the waves of their needs; what the manifest no longer has goes after all of them,
/// in reverse recorded waves.
pub fn plan(desired: &Desired, observed: &Observed, options: &Options) -> Plan {
    let inventory = Inventory::new(observed, options.force_conflicts);
    let mut draft = Draft::default();
    let records = observed.releases.iter().map(|release| &release.record);
    draft.refusals.extend(missing_needs(desired, records));

    let mut waves: BTreeMap<usize, Vec<&DesiredRelease>> = BTreeMap::new();
    for release in &desired.releases {
        waves.entry(release.wave).or_default().push(release);
    }
    for releases in waves.into_values() {
        let planned =
            releases.into_iter().map(|release| plan_release(release, &inventory, &mut draft));
        let planned = planned.collect();
        draft.push_wave(Purpose::Apply, planned);
    }

    let declared: BTreeMap<&ReleaseKey, bool> = desired
        .declared
        .iter()
        .map(|declared| (&declared.key, !declared.selected || declared.installed))
        .collect();
    let mut uninstalled = Vec::new();
    let mut pruned = Vec::new();
    for release in &observed.releases {
        let purpose = match declared.get(&release.record.key) {
            Some(true) => continue,
            Some(false) => Purpose::Uninstall,
            None => Purpose::Prune,
        };
        match reason_to_stay(&release.record, purpose, &desired.selection, options) {
            Some(reason) => draft.leave(release, reason),
            None if purpose == Purpose::Prune => pruned.push(release),
            None => uninstalled.push(release),
        }
    }
    removals(uninstalled, Purpose::Uninstall, &inventory, &mut draft);
    removals(pruned, Purpose::Prune, &inventory, &mut draft);

    draft.finish(desired.stack.clone(), Operation::Apply, observed)
}

/// What a destroy of the selected releases would do; from the inventory alone, without manifest or chart.
pub fn destroy(
    stack: &StackId,
    observed: &Observed,
    selection: &Selection,
    options: &Options,
) -> Plan {
    let inventory = Inventory::new(observed, options.force_conflicts);
    let mut draft = Draft::default();
    let mut destroyed = Vec::new();
    for release in &observed.releases {
        if !selects(selection, &release.record) {
            draft.leave(release, LeftReason::NotSelected);
            continue;
        }
        if release.record.protect && !options.allow_protected {
            draft.refusals.push(Refusal::new(RefusalReason::Protected, &release.record.id));
        }
        destroyed.push(release);
    }
    removals(destroyed, Purpose::Destroy, &inventory, &mut draft);
    draft.finish(stack.clone(), Operation::Destroy, observed)
}

/// What planning has come to so far.
#[derive(Default)]
struct Draft {
    waves: Vec<Wave>,
    left: Vec<Left>,
    refusals: Vec<Refusal>,
    kept: Vec<crate::Kept>,
    /// Places of kept objects that releases took up again.
    retaken: BTreeSet<String>,
}

impl Draft {
    fn push_wave(&mut self, purpose: Purpose, releases: Vec<ReleasePlan>) {
        self.waves.push(Wave { number: self.waves.len() + 1, purpose, releases });
    }

    fn leave(&mut self, release: &ObservedRelease, reason: LeftReason) {
        let (id, key) = (release.record.id.clone(), release.record.key.clone());
        self.left.push(Left { id, key, reason });
    }

    fn finish(mut self, stack: StackId, operation: Operation, observed: &Observed) -> Plan {
        drop_deletions_of_written_places(&mut self.waves);
        let touched: BTreeSet<&ReleaseKey> =
            self.waves.iter().flat_map(|wave| &wave.releases).map(|release| &release.key).collect();
        let untouched = observed
            .releases
            .iter()
            .filter(|release| !touched.contains(&release.record.key))
            .map(|release| release.record.clone())
            .collect();
        let still_kept = observed.kept.iter().filter(|kept| {
            kept.live.digest().is_some() && !self.retaken.contains(&kept.record.place)
        });
        let mut kept: Vec<crate::Kept> = still_kept.cloned().collect();
        kept.extend(self.kept);
        let mut plan = Plan {
            stack,
            operation,
            waves: self.waves,
            left: self.left,
            refusals: self.refusals,
            summary: Summary::default(),
            unfinished: observed.unfinished,
            namespaces: Vec::new(),
            warnings: Vec::new(),
            inventory: None,
            kept_before: observed.kept.clone(),
            kept,
            untouched,
        };
        plan.summary = Summary::of(&plan);
        plan
    }
}

/// A place that one object leaves may be another's from now on: then it is overwritten, not deleted.
fn drop_deletions_of_written_places(waves: &mut [Wave]) {
    let steps = |waves: &[Wave]| -> BTreeSet<String> {
        let releases = waves.iter().flat_map(|wave| &wave.releases);
        let steps = releases.flat_map(|release| &release.objects).flat_map(|object| &object.steps);
        steps
            .filter_map(|step| match step {
                crate::Step::Write { place, .. } => Some(place.clone()),
                crate::Step::PutAside { .. } | crate::Step::Delete { .. } => None,
            })
            .collect()
    };
    let written = steps(waves);
    let releases = waves.iter_mut().flat_map(|wave| &mut wave.releases);
    for object in releases.flat_map(|release| &mut release.objects) {
        object.steps.retain(|step| match step {
            crate::Step::Delete { place, .. } => !written.contains(place),
            crate::Step::Write { .. } | crate::Step::PutAside { .. } => true,
        });
    }
}

/// A need outside the selection must have been applied to its end before the first write.
pub(crate) fn missing_needs<'a>(
    desired: &Desired,
    records: impl Iterator<Item = &'a ReleaseRecord>,
) -> Vec<Refusal> {
    if desired.selection.skip_needs {
        return Vec::new();
    }
    let present: BTreeSet<&ReleaseKey> =
        records.filter(|record| record.inputs.is_some()).map(|record| &record.key).collect();
    let is_missing = |need: &Need| {
        let declared = desired.declared.iter().find(|declared| declared.id == need.release);
        match declared {
            Some(declared) => !declared.selected && !present.contains(&declared.key),
            None => !need.optional,
        }
    };
    let needs = desired.releases.iter().flat_map(|release| {
        let missing = release.needs.iter().filter(|need| is_missing(need));
        missing.map(|need| Refusal {
            need: Some(need.release.clone()),
            ..Refusal::new(RefusalReason::NeedMissing, &release.id)
        })
    });
    needs.collect()
}

/// Why a release that should go stays. Under labels only what bears them goes, under names nothing.
pub(crate) fn reason_to_stay(
    record: &ReleaseRecord,
    purpose: Purpose,
    selection: &Selection,
    options: &Options,
) -> Option<LeftReason> {
    let pruned = purpose == Purpose::Prune;
    let named = !selection.releases.is_empty();
    if pruned && (named || !selects(selection, record)) {
        return Some(LeftReason::NotSelected);
    }
    if record.protect && !options.allow_protected {
        return Some(LeftReason::Protected);
    }
    (pruned && options.prune == Prune::Never).then_some(LeftReason::PruneNever)
}

/// Waves of deletions, last recorded wave first.
fn removals(
    releases: Vec<&ObservedRelease>,
    purpose: Purpose,
    inventory: &Inventory<'_>,
    draft: &mut Draft,
) {
    let mut waves: BTreeMap<usize, Vec<&ObservedRelease>> = BTreeMap::new();
    for release in releases {
        waves.entry(release.record.wave).or_default().push(release);
    }
    for releases in waves.into_values().rev() {
        let planned = releases
            .into_iter()
            .rev()
            .map(|release| plan_removal(release, purpose, inventory, draft))
            .collect();
        draft.push_wave(purpose, planned);
    }
}

#[cfg(test)]
pub(crate) mod tests;
