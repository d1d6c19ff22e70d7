//! What goes: one object that a release no longer has, or a whole release, from its records alone.

use stack::Settings;

use super::normal::{annotation, uid};
use super::ownership::{Owner, owner};
use super::release::bare;
use super::revision::hook_runs;
use super::{Cluster, Deploy, Request, Seen, previous};
use crate::{
    Action, Cause, HookEvent, Object, ObjectPlan, Purpose, ReleaseAction, ReleaseKey, ReleasePlan,
    ReleaseRecord, kinds,
};

/// Deletes a recorded object. What is kept by policy (as recorded, or as it stands there) or is no longer ours stays.
pub(super) fn delete(
    object: &Object,
    seen: Option<&Seen>,
    release: &ReleaseKey,
    cause: Cause,
) -> ObjectPlan {
    let Some((seen, live)) = seen.and_then(|seen| Some((seen, seen.live.as_ref()?))) else {
        let place = seen.map(|seen| seen.address.path()).unwrap_or_default();
        return bare(object, place, Action::None, Vec::new());
    };
    let place = seen.address.path();
    let policy = annotation(live, crate::object::KEEP).unwrap_or_default();
    if object.keep || policy.trim().eq_ignore_ascii_case("keep") {
        return bare(object, place, Action::Keep, vec![Cause::KeepPolicy]);
    }
    if owner(live, release) != Owner::Us {
        return bare(object, place, Action::Keep, vec![Cause::Foreign]);
    }
    let requests = match uid(live) {
        Some(uid) => {
            vec![Request::Delete { address: seen.address.clone(), uid: uid.to_owned() }]
        }
        None => Vec::new(),
    };
    ObjectPlan { requests, ..bare(object, place, Action::Delete, vec![cause]) }
}

/// A release that goes as a whole: custom resources before the kinds and controllers that serve them.
pub(super) fn plan_removal(
    record: &ReleaseRecord,
    purpose: Purpose,
    cluster: &Cluster,
) -> ReleasePlan {
    let cause = match purpose {
        Purpose::Apply | Purpose::Prune => Cause::NotInManifest,
        Purpose::Uninstall => Cause::NotInstalled,
        Purpose::Destroy => Cause::Destroy,
    };
    let was = cluster.recorded.get(&record.key).cloned().unwrap_or_default();
    let recorded = previous::objects(&was, &record.key, &cluster.apis);
    let mut recorded: Vec<Object> = recorded.into_values().collect();
    recorded.sort_by_key(|object| {
        let id = object.id();
        let own = kinds::is_custom(id);
        (!own, kinds::deletion_rank(object.key.section, id), object.key.clone())
    });
    let objects: Vec<ObjectPlan> = recorded
        .iter()
        .map(|object| {
            let seen = cluster.objects.get(&(record.key.clone(), object.key.clone()));
            delete(object, seen, &record.key, cause)
        })
        .collect();
    let hooks = was.last().map(|last| previous::hook_objects(last, &record.key, &cluster.apis));
    let hooks = hooks.unwrap_or_default();
    let keeps = objects.iter().any(|object| object.causes == [Cause::KeepPolicy]);
    ReleasePlan {
        causes: if keeps { vec![cause, Cause::KeepPolicy] } else { vec![cause] },
        objects,
        revision_before: was.last().map(|last| last.version),
        hooks: hook_runs(&hooks, [HookEvent::PreDelete, HookEvent::PostDelete]),
        deploy: Some(Box::new(Deploy {
            record: None,
            hooks,
            recorded: was,
            settings: Settings::default(),
            first: false,
            needs_applied: Vec::new(),
        })),
        before: Some(record.clone()),
        ..ReleasePlan::new(record.id.clone(), record.key.clone(), ReleaseAction::Delete)
    }
}
