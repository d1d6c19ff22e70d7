//! Deferred releases: their templates look up what an earlier wave of the same plan changes, so that they are rendered and
//! planned again when their wave comes.

use std::collections::BTreeSet;

use stack::ReleaseId;

use super::release::{Stage, plan_release};
use super::{Cluster, inventory, namespaces, revision, targets};
use crate::{
    Action, Deferral, Desired, DesiredRelease, HookRun, Lookup, ObjectId, ObjectPlan, Options,
    Purpose, Refusal, RefusalReason, ReleaseKey, ReleasePlan, Wave,
};

/// Says of each release by which of its lookups it is deferred. What counts is any object that a release of an earlier wave
/// creates, changes or deletes, hooks included, and any object of a release that is deferred itself: nobody knows yet what
/// becomes of those.
pub(super) fn mark(waves: &mut [Wave]) {
    let mut changed: Vec<(ObjectId, ReleaseId)> = Vec::new();
    for wave in waves.iter_mut().filter(|wave| wave.purpose == Purpose::Apply) {
        for release in &mut wave.releases {
            let deferrals = release.lookups.iter().flat_map(|lookup| deferrals(lookup, &changed));
            release.deferred = deferrals.collect();
        }
        changed.extend(wave.releases.iter().flat_map(changes));
    }
}

/// One for each release that changes something of what is looked up: all of them have to be waited for.
fn deferrals(lookup: &Lookup, changed: &[(ObjectId, ReleaseId)]) -> Vec<Deferral> {
    let mut told: BTreeSet<&ReleaseId> = BTreeSet::new();
    let covered = changed.iter().filter(|(object, _)| lookup.covers(object));
    let first = covered.filter(|(_, release)| told.insert(release));
    let deferral = |(object, release): &(ObjectId, ReleaseId)| Deferral {
        template: lookup.template.clone(),
        line: lookup.line,
        object: object.clone(),
        release: release.clone(),
    };
    first.map(deferral).collect()
}

fn changes(release: &ReleasePlan) -> Vec<(ObjectId, ReleaseId)> {
    let objects = release.objects.iter();
    let objects = objects.filter(|object| object.action.is_change() || release.is_deferred());
    let objects = objects.map(|object| object.key.id.clone());
    let ids = objects.chain(hooks(release).into_iter().map(|hook| hook.object));
    ids.map(|id| (id, release.id.clone())).collect()
}

/// Those that run; of a deferred release, those that would run if something of it turned out to change.
fn hooks(release: &ReleasePlan) -> Vec<HookRun> {
    match release.deploy.as_deref().filter(|_| release.is_deferred()) {
        Some(deploy) => revision::hook_runs(&deploy.hooks, deploy.hook_events()),
        None => release.hooks.clone(),
    }
}

/// What the server says of an object that was rendered too early is no reason to stop before anything is written.
pub(super) fn forgive(waves: &[Wave], refusals: &mut Vec<Refusal>) -> Vec<String> {
    let is_deferred = |id: &ReleaseId| {
        let mut releases = waves.iter().flat_map(|wave| &wave.releases);
        releases.any(|release| release.id == *id && release.is_deferred())
    };
    let is_early = |refusal: &mut Refusal| {
        refusal.reason == RefusalReason::Rejected && is_deferred(&refusal.release)
    };
    let forgiven: Vec<Refusal> = refusals.extract_if(.., is_early).collect();
    forgiven.iter().map(|refusal| format!("{refusal}, as it is rendered now")).collect()
}

/// One sentence for each lookup of something that comes with the same wave or a later one: it was not there, and only the next
/// apply renders what comes of it.
pub(super) fn too_early(waves: &[Wave]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (position, wave) in waves.iter().enumerate() {
        let coming = || waves[position..].iter().flat_map(|wave| &wave.releases);
        for release in &wave.releases {
            let others = || coming().filter(|other| other.id != release.id);
            for lookup in release.lookups.iter().filter(|lookup| lookup.name.is_some()) {
                let is_it = |object: &&ObjectPlan| {
                    object.action == Action::Create && lookup.covers(&object.key.id)
                };
                let found = |other: &ReleasePlan| {
                    let object = other.objects.iter().find(is_it)?;
                    Some((object.key.id.clone(), other.id.clone()))
                };
                if let Some((object, other)) = others().find_map(found) {
                    warnings.push(format!(
                        "`{}` looks up `{object}`, which comes with `{other}` in this run: it is rendered as if that were absent, and the next apply may change it; let it need `{other}`",
                        release.id
                    ));
                }
            }
        }
    }
    warnings.sort();
    warnings.dedup();
    warnings
}

/// What has to be known of a cluster to look at one release of it again.
pub fn about(release: &ReleaseKey, cluster: &Cluster) -> Cluster {
    let recorded = cluster.recorded.get_key_value(release);
    Cluster {
        name: cluster.name.clone(),
        apis: cluster.apis.clone(),
        state_namespace: cluster.state_namespace.clone(),
        inventory: cluster.inventory.clone(),
        recorded: recorded.map(|(key, was)| (key.clone(), was.clone())).into_iter().collect(),
        ..Cluster::default()
    }
}

/// The plan of a release as it was rendered again, beside what was shown of it.
///
/// # Errors
/// What stops any plan stops this one, and so does a deletion that was not shown.
pub fn again(
    release: &DesiredRelease,
    desired: &Desired,
    cluster: &Cluster,
    shown: &ReleasePlan,
    options: &Options,
) -> Result<ReleasePlan, Vec<Refusal>> {
    let (apis, _) = targets::with_brought(desired, &cluster.apis);
    let label = inventory::label(&desired.stack);
    let stage = Stage { cluster, apis: &apis, options, label: &label };
    let mut refusals = Vec::new();
    let plan = plan_release(release, &stage, &mut refusals);
    let brought = targets::brought_namespaces(desired);
    refusals.extend(namespaces::refusals(release, &brought, cluster));
    refusals.extend(plan.objects.iter().filter(|object| is_unshown(object, shown)).map(|object| {
        Refusal {
            object: Some(object.key.id.clone()),
            ..Refusal::new(RefusalReason::Unshown, &plan.id)
        }
    }));
    if refusals.is_empty() { Ok(plan) } else { Err(refusals) }
}

/// Something goes that nobody has agreed to lose.
fn is_unshown(object: &ObjectPlan, shown: &ReleasePlan) -> bool {
    let known = shown.objects.iter().find(|known| known.key == object.key);
    let known = known.map(|known| known.action);
    match object.action {
        Action::Delete => known != Some(Action::Delete),
        Action::Replace => !matches!(known, Some(Action::Replace | Action::Delete)),
        Action::Create | Action::Update | Action::Adopt | Action::Keep | Action::None => false,
    }
}

#[cfg(test)]
mod tests;
