//! A release that failed, taken back: to its last good revision, or, on a first install, to nothing but its volumes.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use plan::hooks::HookEvent;
use plan::live::{normal, previous, wish};
use plan::record::{ApplyMethod, Info, Record, Status, Storage};
use plan::{Action, Address, Object, ObjectId, ObjectPlan};
use tokio::time::Instant;

use super::work::Work;
use super::{Fault, gone, hooks, records, send};
use crate::client::Delete;

/// Returns the revision that stands now; the failed one where nothing was installed before.
pub(super) async fn release(work: &mut Work<'_>, failed: &Record) -> Result<u64, Fault> {
    work.deadline = Instant::now() + work.deploy.settings.timeout;
    let Some(good) = work.deploy.recorded.last_good().cloned() else {
        let created = created(work, &BTreeSet::new());
        delete(work, created).await?;
        return Ok(failed.version);
    };
    let apis = &work.run.order.connection.discovery.apis;
    let key = &work.release.key;
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
    records::create(work.run, &mut record).await?;
    hooks::run(work, &mut record, HookEvent::PreRollback).await?;
    let objects = previous::objects_of(&good, key, apis);
    for kind in objects.chunk_by(|a, b| a.id().kind == b.id().kind) {
        let sent = kind.iter().map(|object| restore(work, object));
        try_join_all(sent).await?;
    }
    let kept: BTreeSet<&ObjectId> = objects.iter().map(Object::id).collect();
    let created = created(work, &kept);
    delete(work, created).await?;
    hooks::run(work, &mut record, HookEvent::PostRollback).await?;
    let description = record.info.description.clone();
    records::close(work.run, &mut record, Status::Deployed, description).await?;
    records::supersede(work.run, key, &work.deploy.recorded, record.version).await?;
    Ok(record.version)
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

async fn restore(work: &Work<'_>, object: &Object) -> Result<(), Fault> {
    let apis = &work.run.order.connection.discovery.apis;
    let Ok(wish) = wish(object, &work.release.key, apis) else { return Ok(()) };
    let client = &work.run.client;
    send::apply(client, object.id(), &wish.address, &wish.json(), true).await.map(drop)
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
