//! One release in a cluster: its objects, its next revision, and what else an apply of it does.

use std::collections::{BTreeMap, BTreeSet};

use stack::{ReleaseId, Until};

use super::object::Scene;
use super::{Cluster, Deploy, Recorded, Seen, inventory, previous, revision};
use crate::decide::objects::blank;
use crate::live::removal::delete;
use crate::record::{ApplyMethod, Record, Status};
use crate::{
    Action, Cause, DesiredRelease, Inputs, Object, ObjectId, ObjectPlan, ObjectRecord, Options,
    Refusal, RefusalReason, ReleaseAction, ReleasePlan, ReleaseRecord, Section,
};

/// What planning one release needs to know of everything else.
pub(super) struct Stage<'a> {
    pub(super) cluster: &'a Cluster,
    /// With the kinds that this plan brings.
    pub(super) apis: &'a crate::Apis,
    pub(super) options: &'a Options,
    /// The stack as a label.
    pub(super) label: &'a str,
}

pub(super) fn plan_release(
    release: &DesiredRelease,
    stage: &Stage<'_>,
    refusals: &mut Vec<Refusal>,
) -> ReleasePlan {
    let cluster = stage.cluster;
    let nothing = Recorded::default();
    let was = cluster.recorded.get(&release.key).unwrap_or(&nothing);
    let last = was.last();
    let known = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
    let before = known.into_iter().find(|record| record.key == release.key).cloned();
    refuse_foreign(release, last, stage, refusals);
    if let Some(key) = cluster.in_config_maps.get(&release.key) {
        refusals.push(Refusal {
            detail: Some(format!("`{key}`")),
            ..Refusal::new(RefusalReason::RecordsElsewhere, &release.id)
        });
    }

    let recorded = previous::objects(was, &release.key, &cluster.apis);
    let migrates = last.is_some_and(|last| last.apply_method != Some(ApplyMethod::Ssa));
    let next = revision::next(release, was, stage.label);
    let scene = Scene {
        release,
        causes: last.map(|last| causes_of_inputs(before.as_ref(), release, last, &next)),
        migrates,
        unfinished: last.is_some_and(|last| last.info.status != Status::Deployed),
        allow_protected: stage.options.allow_protected,
    };

    let mut objects = objects(&scene, &recorded, cluster, refusals);
    let wanted: BTreeSet<&ObjectId> = release.objects.iter().map(Object::id).collect();
    for gone in recorded.values().filter(|object| !wanted.contains(object.id())) {
        let seen = cluster.objects.get(&(release.key.clone(), gone.key.clone()));
        objects.push(delete(gone, seen, &release.key, Cause::NotInRelease));
    }

    let after = record(release);
    let action = match was.history.last_good() {
        // What failed from the first is installed, whatever its records say.
        None => ReleaseAction::Install,
        Some(_) => action(&next, last, before.as_ref(), &after, &objects),
    };
    let writes = matches!(action, ReleaseAction::Install | ReleaseAction::Upgrade)
        || (action == ReleaseAction::Adopt && migrates);
    if writes {
        refuse_too_large(&next, release, refusals);
    }
    let deploy = Deploy {
        hooks: revision::hooks(release, stage.apis),
        record: writes.then_some(next),
        recorded: was.clone(),
        settings: release.settings.clone(),
        first: was.history.last_good().is_none(),
        needs_applied: needs_applied(release),
    };
    ReleasePlan {
        id: release.id.clone(),
        key: release.key.clone(),
        causes: causes(action, &scene, before.as_ref(), &after, last, &objects),
        action,
        objects,
        revision: deploy.record.as_ref().map(|next| next.version),
        revision_before: last.map(|last| last.version),
        hooks: match writes {
            true => revision::hook_runs(&deploy.hooks, deploy.hook_events()),
            false => Vec::new(),
        },
        lookups: release.lookups.clone(),
        deferred: Vec::new(),
        migrated: migrates && writes,
        deploy: Some(Box::new(deploy)),
        record: Some(after),
        before,
    }
}

fn needs_applied(release: &DesiredRelease) -> Vec<ReleaseId> {
    let applied = release.needs.iter().filter(|need| need.until == Until::Applied);
    applied.map(|need| need.release.clone()).collect()
}

/// CRDs and manifests, in the order of their installation.
fn objects(
    scene: &Scene<'_>,
    recorded: &BTreeMap<ObjectId, Object>,
    cluster: &Cluster,
    refusals: &mut Vec<Refusal>,
) -> Vec<ObjectPlan> {
    let release = scene.release;
    let plan = |object: &Object, seen: &Seen, refusals: &mut Vec<Refusal>| {
        let before = match object.key.section {
            Section::Manifest => recorded.get(object.id()),
            Section::Crd | Section::Hook => None,
        };
        scene.object(object, before, seen, refusals)
    };
    let mut plans = Vec::new();
    for object in release.objects.iter().filter(|object| object.key.section != Section::Hook) {
        match cluster.objects.get(&(release.key.clone(), object.key.clone())) {
            Some(seen) => plans.push(plan(object, seen, refusals)),
            None => {
                // Nothing could be asked about it.
                let (reason, detail) = impossible(object, cluster);
                refusals.push(Refusal {
                    object: Some(object.id().clone()),
                    detail: Some(detail),
                    ..Refusal::new(reason, &release.id)
                });
            }
        }
    }
    plans
}

/// Why there is no request for an object.
fn impossible(object: &Object, cluster: &Cluster) -> (RefusalReason, String) {
    let id = object.id();
    if cluster.apis.find(&id.group, &object.version, &id.kind).is_some() {
        let why = "it has no `metadata.name`: what the server names by `generateName` could not be found again";
        return (RefusalReason::Rejected, why.to_owned());
    }
    (RefusalReason::UnknownKind, unknown(object, cluster))
}

fn unknown(object: &Object, cluster: &Cluster) -> String {
    let id = object.id();
    let versions = cluster.apis.versions(&id.group, &id.kind);
    let wanted = match id.group.is_empty() {
        true => object.version.clone(),
        false => format!("{}/{}", id.group, object.version),
    };
    if versions.is_empty() {
        return format!("the cluster has no kind `{}` in `{wanted}`", id.kind);
    }
    let served: Vec<String> =
        versions.iter().map(|api| format!("`{}`", api.api_version())).collect();
    format!("the cluster serves `{}` only as {}, not as `{wanted}`", id.kind, served.join(", "))
}

/// Another stack's release is not ours to touch, whatever its objects are like.
fn refuse_foreign(
    release: &DesiredRelease,
    last: Option<&Record>,
    stage: &Stage<'_>,
    refusals: &mut Vec<Refusal>,
) {
    let label = last.and_then(|last| last.labels.get(inventory::STACK));
    if let Some(other) = label.filter(|other| *other != stage.label && !stage.options.take_release)
    {
        refusals.push(Refusal {
            detail: Some(format!("`{other}`")),
            ..Refusal::new(RefusalReason::OtherStack, &release.id)
        });
    }
}

fn refuse_too_large(next: &Record, release: &DesiredRelease, refusals: &mut Vec<Refusal>) {
    if let Err(error) = crate::record::encode(next, 0) {
        refusals.push(Refusal {
            detail: Some(error.to_string()),
            ..Refusal::new(RefusalReason::RecordTooLarge, &release.id)
        });
    }
}

/// What the inventory holds when everything has been done. Objects stand in Helm's record.
fn record(release: &DesiredRelease) -> ReleaseRecord {
    ReleaseRecord {
        id: release.id.clone(),
        key: release.key.clone(),
        wave: release.wave,
        needs: release.needs.iter().map(|need| need.release.clone()).collect(),
        labels: release.labels.clone(),
        protect: release.protect,
        chart: release.chart.clone(),
        inputs: Some(release.inputs.clone()),
        objects: Vec::new(),
    }
}

fn action(
    next: &Record,
    last: Option<&Record>,
    before: Option<&ReleaseRecord>,
    after: &ReleaseRecord,
    objects: &[ObjectPlan],
) -> ReleaseAction {
    let Some(last) = last else {
        return ReleaseAction::Install;
    };
    let works = objects.iter().any(|object| object.action.is_change());
    let same = last.info.status == Status::Deployed && revision::is_same(last, next);
    match before {
        _ if works => ReleaseAction::Upgrade,
        None => ReleaseAction::Adopt,
        Some(_) if !same => ReleaseAction::Upgrade,
        // It is as that revision was, and what the inventory knows of it stays known.
        Some(_) if next.info.rollback_revision.is_some() => ReleaseAction::Unchanged,
        Some(before) if before != after => ReleaseAction::Record,
        Some(_) => ReleaseAction::Unchanged,
    }
}

/// What differs from the inputs of our last apply and, where Helm wrote a revision since, from those of that one.
fn causes_of_inputs(
    recorded: Option<&ReleaseRecord>,
    release: &DesiredRelease,
    last: &Record,
    next: &Record,
) -> Vec<Cause> {
    if back_to(release).is_some() {
        return vec![Cause::Rollback];
    }
    let Some(recorded) = recorded else {
        // It was not ours: what its inputs were is not known.
        return vec![Cause::Foreign];
    };
    let Some(inputs) = &recorded.inputs else {
        return vec![Cause::Unfinished];
    };
    if *inputs == Inputs::default() {
        return vec![Cause::RolledBack];
    }
    let mut causes = crate::decide::release::input_causes(Some(inputs), &release.inputs);
    let since = [
        (Cause::Chart, !revision::same_chart(last, next)),
        (Cause::Values, !revision::same_values(last, next)),
    ];
    for (cause, differs) in since {
        if differs && !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    causes
}

fn back_to(release: &DesiredRelease) -> Option<u64> {
    release.content.as_ref()?.back_to
}

fn causes(
    action: ReleaseAction,
    scene: &Scene<'_>,
    before: Option<&ReleaseRecord>,
    after: &ReleaseRecord,
    last: Option<&Record>,
    objects: &[ObjectPlan],
) -> Vec<Cause> {
    let mut causes: BTreeSet<Cause> = scene.causes.iter().flatten().copied().collect();
    match action {
        ReleaseAction::Unchanged => causes.clear(),
        ReleaseAction::Install => {
            let cause = if last.is_some() { Cause::Unfinished } else { Cause::New };
            causes = BTreeSet::from([cause]);
        }
        ReleaseAction::Adopt => causes = BTreeSet::from([Cause::Foreign]),
        ReleaseAction::Upgrade | ReleaseAction::Record | ReleaseAction::Delete => {
            if before.is_none() {
                causes.insert(Cause::Foreign);
            }
            let of_objects = objects.iter().flat_map(|object| &object.causes).copied();
            causes.extend(
                of_objects.filter(|cause| !matches!(cause, Cause::New | Cause::NotInRelease)),
            );
            if before.is_some_and(|before| {
                crate::decide::release::settings(before) != crate::decide::release::settings(after)
            }) {
                causes.insert(Cause::Settings);
            }
            if last.is_some_and(|last| last.info.status != Status::Deployed) {
                causes.insert(Cause::Unfinished);
            }
        }
    }
    causes.into_iter().collect()
}

/// A plan for a recorded object that says no more than what and why.
pub(super) fn bare(
    object: &Object,
    place: String,
    action: Action,
    causes: Vec<Cause>,
) -> ObjectPlan {
    let record = ObjectRecord {
        key: object.key.clone(),
        place,
        digest: object.digest.clone(),
        template: object.template.clone(),
        keep: object.keep,
    };
    blank(record, action, causes)
}
