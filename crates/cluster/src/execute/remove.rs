//! One release, removed: hooks, custom resources before what serves them, the rest, and at last its records.

use plan::hooks::HookEvent;
use plan::live::{Deploy, Request};
use plan::record::Status;
use plan::{Event, ObjectPlan, Outcome, Phase, ReleasePlan, ReleaseResult};

use super::work::Work;
use super::{Fault, Run, gone, hooks, records, send};

pub(super) async fn release(
    run: &Run<'_>,
    release: &ReleasePlan,
    blank: ReleaseResult,
) -> ReleaseResult {
    let Some(deploy) = release.deploy.as_deref() else {
        return ReleaseResult { outcome: Outcome::Done, ..blank };
    };
    let mut work = Work::new(run, release, deploy, blank);
    let outcome = remove(&mut work, deploy).await;
    work.ended(outcome)
}

async fn remove(work: &mut Work<'_>, deploy: &Deploy) -> Result<(), Fault> {
    let (run, key) = (work.run, &work.release.key);
    let mut last = deploy.recorded.last().cloned();
    if let Some(last) = &mut last {
        hooks::run(work, &deploy.hooks, last, HookEvent::PreDelete).await?;
        last.info.deleted = Some(run.order.clock.text());
        let description = "Deletion in progress (or silently failed)".to_owned();
        records::close(run, last, Status::Uninstalling, description).await?;
    }
    work.phase(Phase::Deleting);
    for group in groups(&work.release.objects) {
        work.stopped()?;
        delete(work, &group).await?;
    }
    if let Some(last) = &mut last {
        hooks::run(work, &deploy.hooks, last, HookEvent::PostDelete).await?;
    }
    records::purge(run, key, &deploy.recorded).await
}

/// The objects in the order of their deletion: custom resources alone and first, because their controllers and kinds may be
/// among the rest.
fn groups(objects: &[ObjectPlan]) -> Vec<Vec<&ObjectPlan>> {
    let (custom, rest): (Vec<&ObjectPlan>, Vec<&ObjectPlan>) = objects
        .iter()
        .filter(|object| !object.requests.is_empty())
        .partition(|object| plan::is_custom(&object.key.id));
    let definition = |object: &&ObjectPlan| object.key.id.kind == "CustomResourceDefinition";
    let (definitions, rest): (Vec<&ObjectPlan>, Vec<&ObjectPlan>) =
        rest.into_iter().partition(definition);
    [custom, definitions, rest].into_iter().filter(|group| !group.is_empty()).collect()
}

/// Deletes kind after kind, and waits until all of them are gone.
async fn delete(work: &mut Work<'_>, objects: &[&ObjectPlan]) -> Result<(), Fault> {
    let run = work.run;
    let mut pending = Vec::new();
    for kind in objects.chunk_by(|a, b| a.key.id.kind == b.key.id.kind) {
        let sent = kind.iter().map(async |object| {
            let answer = send::requests(run, &object.key.id, &object.requests).await;
            (*object, answer)
        });
        for (object, answer) in futures_util::future::join_all(sent).await {
            answer?;
            for request in &object.requests {
                if let Request::Delete { address, uid } = request {
                    pending.push((object.key.id.clone(), address.clone(), uid.clone()));
                }
            }
        }
    }
    gone::wait_for(run, pending, work.deadline, &|progress| work.waits(progress)).await?;
    for object in objects {
        work.result.deleted.push(object.key.id.clone());
        work.tell(Event::ObjectDone {
            id: &work.release.id,
            object: &object.key.id,
            action: object.action,
        });
    }
    Ok(())
}
