//! One release, applied: CRDs, pending record, hooks, objects in Helm's order, waiting, hooks, deployed record.

use plan::record::{Record, Status};
use plan::{Outcome, ReleaseAction, ReleasePlan, ReleaseResult};

use super::work::Work;
use super::{Fault, Run, hooks, inventory, objects, ready, records, rollback};

pub(super) async fn release(
    run: &Run<'_>,
    release: &ReleasePlan,
    blank: ReleaseResult,
) -> ReleaseResult {
    let Some(deploy) = release.deploy.as_deref() else {
        return ReleaseResult { outcome: Outcome::Done, ..blank };
    };
    let mut work = Work::new(run, release, deploy, blank);
    let Some(mut record) = deploy.record.clone() else {
        // Only the inventory says something new of it; an adopted release gets the label that says whose it is.
        let settled = settle(&work).await;
        return work.ended(settled);
    };
    let outcome = revision(&mut work, &mut record).await;
    let fault = match outcome {
        Ok(()) => {
            work.result.outcome = Outcome::Done;
            work.result.back_to = record.info.rollback_revision;
            return work.result;
        }
        Err(fault) => fault,
    };
    failed(&mut work, &mut record, &fault).await;
    work.ended(Err(fault))
}

/// One new revision, from its pending record to the deployed one.
async fn revision(work: &mut Work<'_>, record: &mut Record) -> Result<(), Fault> {
    let (run, deploy, key) = (work.run, work.deploy, &work.release.key);
    let [pre, post] = deploy.hook_events();
    records::recover(run, &deploy.recorded).await?;
    objects::crds(work).await?;
    records::prune(run, key, &deploy.recorded, deploy.settings.history).await?;
    records::create(run, key, record).await?;
    hooks::run(work, &deploy.hooks, record, pre).await?;
    objects::manifests(work).await?;
    run.applied.tell(&work.release.id);
    ready::everything(work).await?;
    hooks::run(work, &deploy.hooks, record, post).await?;
    let description = match (record.info.description.is_empty(), deploy.first) {
        (false, _) => record.info.description.clone(),
        (true, true) => "Install complete".to_owned(),
        (true, false) => "Upgrade complete".to_owned(),
    };
    records::close(run, record, Status::Deployed, description).await?;
    records::supersede(run, key, &deploy.recorded, record.version).await
}

/// A release that is already as it should be: what a run that was ended from outside left to do, and whose it is now.
async fn settle(work: &Work<'_>) -> Result<(), Fault> {
    let recorded = &work.deploy.recorded;
    let Some(last) = recorded.last() else { return Ok(()) };
    if last.info.status == Status::Deployed {
        records::supersede(work.run, &work.release.key, recorded, last.version).await?;
    }
    if work.release.action != ReleaseAction::Adopt {
        return Ok(());
    }
    let mut last = last.clone();
    let label = inventory::label(work.run.order);
    last.labels.insert(plan::live::inventory::STACK.to_owned(), label);
    records::update(work.run, &mut last).await
}

/// The record says so, and then what the release asks for happens.
async fn failed(work: &mut Work<'_>, record: &mut Record, fault: &Fault) {
    // Whoever was faster has the last word, whatever went from `crds/` before our record.
    let rolls_back = work.deploy.settings.on_failure == stack::OnFailure::Rollback
        && !matches!(fault, Fault::Stopped)
        && records::has(work.run, &work.release.key);
    work.result.error = Some(fault.to_string());
    if record.storage.uid().is_some() {
        let description = fault.description(record, work.deploy.first);
        if let Err(second) = records::close(work.run, record, Status::Failed, description).await {
            work.also(&format!("its record could not be written: {second}"));
        }
    }
    if rolls_back && (!work.result.written.is_empty() || !work.result.deleted.is_empty()) {
        match rollback::release(work, record).await {
            Ok(revision) => {
                work.result.rolled_back = Some(revision);
                work.result.back_to = work.deploy.good_revision();
            }
            Err(second) => work.result.rollback_failed = Some(second.of_rollback()),
        }
    }
}
