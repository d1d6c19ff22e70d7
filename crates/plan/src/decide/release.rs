//! One release: its objects paired with what is recorded, its action, causes and the record that it leaves.

use std::collections::BTreeSet;

use super::Draft;
use super::inventory::Inventory;
use super::objects::Scene;
use super::pairing::Pairing;
use crate::{
    Action, Cause, DesiredRelease, Inputs, ObjectPlan, ObservedRelease, ReleaseAction, ReleasePlan,
    ReleaseRecord,
};

pub(super) fn plan_release(
    desired: &DesiredRelease,
    inventory: &Inventory<'_>,
    draft: &mut Draft,
) -> ReleasePlan {
    let observed = inventory.release(&desired.key);
    let recorded_inputs = observed.map(|release| release.record.inputs.as_ref());
    let scene = Scene {
        release: desired,
        inventory,
        causes: recorded_inputs.map(|recorded| input_causes(recorded, &desired.inputs)),
        same_inputs: recorded_inputs.flatten() == Some(&desired.inputs),
    };

    let pairing = Pairing::new(&scene, observed);
    let mut objects: Vec<ObjectPlan> = Vec::new();
    for pair in pairing.pairs {
        objects.push(scene.object(pair, draft));
    }
    for gone in pairing.gone {
        objects.push(scene.gone(gone, draft));
    }

    let record = record(desired, &objects);
    let before = observed.map(|release| release.record.clone());
    let action = action(before.as_ref(), &record, &objects);
    ReleasePlan {
        causes: causes(action, &scene, observed, &record, &objects),
        objects,
        record: Some(record),
        before,
        ..ReleasePlan::new(desired.id.clone(), desired.key.clone(), action)
    }
}

/// Which inputs differ from the recorded ones.
pub(crate) fn input_causes(recorded: Option<&Inputs>, inputs: &Inputs) -> Vec<Cause> {
    let Some(recorded) = recorded else { return vec![Cause::Unfinished] };
    let differs = [
        (Cause::Chart, recorded.chart != inputs.chart),
        (Cause::Values, recorded.values != inputs.values),
        (Cause::Capabilities, recorded.capabilities != inputs.capabilities),
    ];
    differs.into_iter().filter_map(|(cause, differs)| differs.then_some(cause)).collect()
}

/// What the inventory holds when everything has been done. Sorted, so that a new order of templates is no change.
fn record(desired: &DesiredRelease, objects: &[ObjectPlan]) -> ReleaseRecord {
    let mut records: Vec<_> = objects.iter().filter_map(|object| object.after.clone()).collect();
    records.sort_by(|a, b| (&a.key, &a.place).cmp(&(&b.key, &b.place)));
    ReleaseRecord {
        id: desired.id.clone(),
        key: desired.key.clone(),
        wave: desired.wave,
        needs: desired.needs.iter().map(|need| need.release.clone()).collect(),
        labels: desired.labels.clone(),
        protect: desired.protect,
        chart: desired.chart.clone(),
        inputs: Some(desired.inputs.clone()),
        objects: records,
    }
}

fn action(
    before: Option<&ReleaseRecord>,
    after: &ReleaseRecord,
    objects: &[ObjectPlan],
) -> ReleaseAction {
    let works = objects.iter().any(|object| !object.steps.is_empty());
    match before {
        None if !works && !objects.is_empty() => ReleaseAction::Adopt,
        None => ReleaseAction::Install,
        Some(_) if works || objects.iter().any(|object| object.action.is_change()) => {
            ReleaseAction::Upgrade
        }
        Some(before) if before != after => ReleaseAction::Record,
        Some(_) => ReleaseAction::Unchanged,
    }
}

fn causes(
    action: ReleaseAction,
    scene: &Scene<'_>,
    observed: Option<&ObservedRelease>,
    after: &ReleaseRecord,
    objects: &[ObjectPlan],
) -> Vec<Cause> {
    let mut causes: BTreeSet<Cause> = scene.causes.iter().flatten().copied().collect();
    match (action, observed) {
        (ReleaseAction::Unchanged, _) => causes.clear(),
        (ReleaseAction::Adopt, _) => causes.extend([Cause::Foreign]),
        (_, None) => causes.extend([Cause::New]),
        (_, Some(observed)) => {
            let changing = objects.iter().filter(|object| object.action != Action::Keep);
            let of_objects = changing.flat_map(|object| &object.causes).copied();
            causes.extend(
                of_objects.filter(|cause| !matches!(cause, Cause::New | Cause::NotInRelease)),
            );
            if settings(&observed.record) != settings(after) {
                causes.insert(Cause::Settings);
            }
        }
    }
    causes.into_iter().collect()
}

/// What a record says that no rendering decides.
pub(crate) fn settings(record: &ReleaseRecord) -> impl PartialEq + '_ {
    (&record.id, record.wave, &record.needs, &record.labels, record.protect)
}
