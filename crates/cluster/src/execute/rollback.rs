//! A release that failed, taken back: to its last good revision, or, on a first install, to nothing but its volumes. As with
//! Helm (`pkg/action/rollback.go`) the revision that is returned to runs its hooks and has to become ready, within a timeout of
//! its own.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use plan::hooks::HookEvent;
use plan::live::{Wish, normal, previous, wish};
use plan::record::{ApplyMethod, Info, Record, Status, Storage};
use plan::{Action, Address, Object, ObjectId, ObjectPlan};
use source::Tree;

use super::work::Work;
use super::{Fault, gone, hooks, ready, records, send};
use crate::client::Delete;
use crate::wait::AwaitedObject;

/// Returns the revision that stands now; the failed one where nothing was installed before.
///
/// # Errors
/// Where the revision that is returned to does not come up either. Its record says so then.
pub(super) async fn release(work: &mut Work<'_>, failed: &Record) -> Result<u64, Fault> {
    work.begin_rollback();
    let Some(good) = work.deploy.recorded.last_good().cloned() else {
        let created = created(work, &BTreeSet::new());
        delete(work, created).await?;
        return Ok(failed.version);
    };
    let mut record = Record {
        version: failed.version + 1,
        info: Info {
            status: Status::PendingRollback,
            description: format!("Rollback to {}", good.version),
            rollback_revision: Some(good.version),
            ..good.info.clone()
        },
        apply_method: Some(ApplyMethod::Ssa),
        labels: failed.labels.clone(),
        storage: Storage::default(),
        ..good.clone()
    };
    records::create(work.run, &work.release.key, &mut record).await?;
    if let Err(fault) = revision(work, &good, &mut record).await {
        let description = fault.description(&record, false);
        // One that stays pending is found by the next run.
        records::close(work.run, &mut record, Status::Failed, description).await.ok();
        return Err(fault);
    }
    let description = record.info.description.clone();
    records::close(work.run, &mut record, Status::Deployed, description).await?;
    records::supersede(work.run, &work.release.key, &work.deploy.recorded, record.version).await?;
    Ok(record.version)
}

/// Everything that the good revision was: its hooks, its objects and nothing else, ready.
async fn revision(work: &mut Work<'_>, good: &Record, record: &mut Record) -> Result<(), Fault> {
    let apis = &work.run.order.connection.discovery.apis;
    let key = &work.release.key;
    let its_hooks = previous::hook_objects(good, key, apis);
    hooks::run(work, &its_hooks, record, HookEvent::PreRollback).await?;
    let objects = previous::objects_of(good, key, apis);
    for kind in objects.chunk_by(|a, b| a.id().kind == b.id().kind) {
        for restored in join_all(kind.iter().map(|object| restore(work, object))).await {
            work.awaited.extend(restored?);
        }
        ready::established(work).await?;
    }
    let kept: BTreeSet<&ObjectId> = objects.iter().map(Object::id).collect();
    let created = created(work, &kept);
    delete(work, created).await?;
    ready::sent(work).await?;
    hooks::run(work, &its_hooks, record, HookEvent::PostRollback).await
}

/// What this run made and the good revision does not have. Volumes stay: what is in them cannot be made again.
fn created<'a>(work: &Work<'a>, kept: &BTreeSet<&ObjectId>) -> Vec<&'a ObjectPlan> {
    let written: BTreeSet<&ObjectId> = work.result.written.iter().collect();
    let objects = work.release.objects.iter().rev();
    objects
        .filter(|object| {
            let id = &object.key.id;
            matches!(object.action, Action::Create | Action::Replace)
                && object.key.section == plan::Section::Manifest
                && written.contains(id)
                && !kept.contains(id)
                && id.kind != "PersistentVolumeClaim"
        })
        .collect()
}

/// Sends an object as it was, for it to become ready again. What the cluster does not serve any more cannot be there.
async fn restore(work: &Work<'_>, object: &Object) -> Result<Option<AwaitedObject>, Fault> {
    let apis = &work.run.order.connection.discovery.apis;
    let Ok(wish) = wish(object, &work.release.key, apis) else { return Ok(None) };
    let (client, id) = (&work.run.client, object.id());
    let before = client.get(&wish.address.path()).await.map_err(|error| Fault::of(id, error))?;
    let live = match send::apply(client, id, &wish.address, &wish.json(), true).await {
        Err(Fault::Object { error, .. }) if error.is_immutable() && work.deploy.settings.force => {
            replace(work, id, &wish, before.as_ref()).await?
        }
        answer => answer?,
    };
    let changed = before.as_ref().and_then(version) != version(&live);
    let Wish { address, .. } = wish;
    Ok(Some(AwaitedObject { id: id.clone(), address, answer: Some(live), changed }))
}

/// Makes an object anew that was replaced by one with other immutable fields.
async fn replace(
    work: &Work<'_>,
    id: &ObjectId,
    wish: &Wish,
    live: Option<&Tree>,
) -> Result<Tree, Fault> {
    if let Some(uid) = live.and_then(normal::uid) {
        send::delete(work.run, id, &wish.address, uid).await?;
        let gone = vec![(id.clone(), wish.address.clone(), uid.to_owned())];
        gone::wait_for(work.run, gone, work.deadline, &|progress| work.waits(progress)).await?;
    }
    send::apply(&work.run.client, id, &wish.address, &wish.json(), true).await
}

fn version(live: &Tree) -> Option<&str> {
    live.get("metadata")?.get("resourceVersion")?.as_str()
}

async fn delete(work: &Work<'_>, objects: Vec<&ObjectPlan>) -> Result<(), Fault> {
    let client = &work.run.client;
    let mut pending: Vec<(ObjectId, Address, String)> = Vec::new();
    for object in objects {
        let id = &object.key.id;
        let Some(address) = object.requests.last().map(|request| request.address().clone()) else {
            continue;
        };
        let live = client.get(&address.path()).await.map_err(|error| Fault::of(id, error))?;
        let Some(uid) = live.as_ref().and_then(normal::uid).map(str::to_owned) else { continue };
        let how = Delete { uid: Some(&uid), ..Delete::default() };
        client.delete(&address, how).await.map_err(|error| Fault::of(id, error))?;
        pending.push((id.clone(), address, uid));
    }
    gone::wait_for(work.run, pending, work.deadline, &|progress| work.waits(progress)).await
}
