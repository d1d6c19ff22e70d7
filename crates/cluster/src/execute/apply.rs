//! One release, applied: CRDs, pending record, hooks, objects in Helm's order, waiting, hooks, deployed record.

use plan::live::Deploy;
use plan::readiness::Runs;
use plan::record::{Record, Status};
use plan::{Event, ObjectPlan, Outcome, Phase, ReleaseAction, ReleasePlan, ReleaseResult, Section};
use source::Tree;
use tokio::time::Instant;

use super::{Fault, Run, SOON, hooks, inventory, records, rollback, send};
use crate::wait::{self, Awaited, AwaitedObject};

/// What one release has come to.
pub(super) struct Work<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) release: &'a ReleasePlan,
    pub(super) deploy: &'a Deploy,
    pub(super) result: ReleaseResult,
    pub(super) deadline: Instant,
    /// What was sent and has to become ready.
    awaited: Vec<AwaitedObject>,
}

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
            return work.result;
        }
        Err(fault) => fault,
    };
    failed(&mut work, &mut record, &fault).await;
    work.ended(Err(fault))
}

impl<'a> Work<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        release: &'a ReleasePlan,
        deploy: &'a Deploy,
        result: ReleaseResult,
    ) -> Self {
        let own = Instant::now() + deploy.settings.timeout;
        let deadline = run.order.deadline.map_or(own, |total| own.min(total));
        Self { run, release, deploy, result, deadline, awaited: Vec::new() }
    }

    pub(super) fn ended(mut self, outcome: Result<(), Fault>) -> ReleaseResult {
        match outcome {
            Ok(()) => self.result.outcome = Outcome::Done,
            Err(fault) => {
                self.result.outcome = Outcome::Failed;
                self.result.failures = fault.failures();
                self.result.error.get_or_insert_with(|| fault.to_string());
            }
        }
        self.result
    }

    pub(super) fn tell(&self, event: Event<'_>) {
        (self.run.order.tell)(&event);
    }

    pub(super) fn phase(&self, phase: Phase) {
        self.tell(Event::PhaseStarted { id: &self.release.id, phase });
    }

    pub(super) fn waits(&self, progress: wait::Progress) {
        self.tell(Event::Waiting {
            id: &self.release.id,
            ready: progress.ready,
            total: progress.total,
            object: progress.waiting_for.as_ref().map(|(id, _)| id),
            why: progress.waiting_for.as_ref().map_or("", |(_, why)| why),
        });
    }

    pub(super) fn stopped(&self) -> Result<(), Fault> {
        if *self.run.order.stop.borrow() { Err(Fault::Stopped) } else { Ok(()) }
    }
}

/// One new revision, from its pending record to the deployed one.
async fn revision(work: &mut Work<'_>, record: &mut Record) -> Result<(), Fault> {
    let (run, deploy, key) = (work.run, work.deploy, &work.release.key);
    let [pre, post] = deploy.hook_events();
    records::recover(run, &deploy.recorded).await?;
    crds(work).await?;
    records::prune(run, key, &deploy.recorded, deploy.settings.history).await?;
    records::create(run, record).await?;
    hooks::run(work, record, pre).await?;
    objects(work).await?;
    ready(work).await?;
    hooks::run(work, record, post).await?;
    let description = match (record.info.description.is_empty(), deploy.first) {
        (false, _) => record.info.description.clone(),
        (true, true) => "Install complete".to_owned(),
        (true, false) => "Upgrade complete".to_owned(),
    };
    records::close(run, record, Status::Deployed, description).await?;
    records::supersede(run, key, &deploy.recorded, record.version).await
}

/// `crds/` first, and nothing else before they are established.
async fn crds(work: &mut Work<'_>) -> Result<(), Fault> {
    let release = work.release;
    let crds: Vec<&ObjectPlan> =
        release.objects.iter().filter(|object| object.key.section == Section::Crd).collect();
    if crds.iter().any(|crd| !crd.requests.is_empty()) {
        work.phase(Phase::Crds);
    }
    batch(work, &crds).await?;
    established(work).await
}

/// Creations and updates in Helm's order of kinds, equal kinds side by side; then what the release no longer has.
async fn objects(work: &mut Work<'_>) -> Result<(), Fault> {
    let release = work.release;
    let objects: Vec<&ObjectPlan> = release
        .objects
        .iter()
        .filter(|object| object.key.section == Section::Manifest && !object.requests.is_empty())
        .collect();
    if !objects.is_empty() {
        work.phase(Phase::Applying);
    }
    let (gone, stay): (Vec<&ObjectPlan>, Vec<&ObjectPlan>) =
        objects.into_iter().partition(|object| object.action == plan::Action::Delete);
    for kind in stay.chunk_by(|a, b| a.key.id.kind == b.key.id.kind) {
        work.stopped()?;
        batch(work, kind).await?;
        established(work).await?;
    }
    batch(work, &gone).await
}

/// Definitions that were just sent are served before anything else is sent, whatever the release waits for: objects of their
/// kinds may come next.
async fn established(work: &mut Work<'_>) -> Result<(), Fault> {
    let sent = std::mem::take(&mut work.awaited);
    let (definitions, others): (Vec<AwaitedObject>, Vec<AwaitedObject>) =
        sent.into_iter().partition(|one| one.id.kind == "CustomResourceDefinition" && one.changed);
    work.awaited = others;
    let deadline = work.deadline.min(Instant::now() + SOON);
    until_ready(work, definitions, Runs::Hook, deadline).await
}

/// Sends what objects need side by side. All are tried; the first failure is told.
async fn batch(work: &mut Work<'_>, objects: &[&ObjectPlan]) -> Result<(), Fault> {
    let run = work.run;
    let sent = objects.iter().filter(|object| !object.requests.is_empty()).map(async |object| {
        let answer = send::requests(run, &object.key.id, &object.requests).await;
        (*object, answer)
    });
    let mut first = None;
    for (object, answer) in futures_util::future::join_all(sent).await {
        match answer {
            Ok(answer) => work.sent(object, answer.as_ref()),
            Err(fault) => {
                first.get_or_insert(fault);
            }
        }
    }
    first.map_or(Ok(()), Err)
}

impl Work<'_> {
    fn sent(&mut self, object: &ObjectPlan, answer: Option<&Tree>) {
        let id = object.key.id.clone();
        if object.action == plan::Action::Delete {
            self.result.deleted.push(id);
        } else if object.action.is_change() {
            self.result.written.push(id);
        }
        if let (Some(answer), Some(request)) = (answer, object.requests.last()) {
            let id = object.key.id.clone();
            self.awaited.push(AwaitedObject {
                id,
                address: request.address().clone(),
                answer: Some(answer.clone()),
                changed: object.action.is_change(),
            });
        }
        if object.action.is_change() {
            self.tell(Event::ObjectDone {
                id: &self.release.id,
                object: &object.key.id,
                action: object.action,
            });
        }
    }
}

/// Waits for what was sent, and for what did not change but may have been left unready by an earlier run.
async fn ready(work: &mut Work<'_>) -> Result<(), Fault> {
    let mut awaited = std::mem::take(&mut work.awaited);
    let unchanged = work.release.objects.iter().filter(|object| {
        object.key.section == Section::Manifest
            && matches!(object.action, plan::Action::None | plan::Action::Keep)
            && object.requests.is_empty()
    });
    awaited.extend(unchanged.filter_map(|object| {
        let address = object.address.clone()?;
        Some(AwaitedObject { id: object.key.id.clone(), address, answer: None, changed: false })
    }));
    if !awaited.is_empty() {
        work.phase(Phase::Waiting);
    }
    let runs = Runs::from(work.deploy.settings.wait);
    until_ready(work, awaited, runs, work.deadline).await
}

async fn until_ready(
    work: &Work<'_>,
    awaited: Vec<AwaitedObject>,
    runs: Runs,
    deadline: Instant,
) -> Result<(), Fault> {
    if awaited.is_empty() {
        return Ok(());
    }
    let settings = &work.deploy.settings;
    let awaited = Awaited { objects: awaited, settings, runs, deadline };
    let order = work.run.order;
    let stop = order.stop.clone();
    wait::until_ready(&work.run.hub, awaited, stop, &|progress| work.waits(progress))
        .await
        .map_err(Fault::not_ready)
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
    let rolls_back = work.deploy.settings.on_failure == stack::OnFailure::Rollback
        && !matches!(fault, Fault::Stopped);
    work.result.error = Some(fault.to_string());
    if record.storage.uid().is_some() {
        let what = match record.info.status {
            Status::PendingRollback => "Rollback",
            _ if work.deploy.first => "Release",
            _ => "Upgrade",
        };
        let description = format!("{what} \"{}\" failed: {fault}", record.name);
        if let Err(second) = records::close(work.run, record, Status::Failed, description).await {
            work.also(&format!("its record could not be written: {second}"));
        }
    }
    if rolls_back && (!work.result.written.is_empty() || !work.result.deleted.is_empty()) {
        work.phase(Phase::RollingBack);
        match rollback::release(work, record).await {
            Ok(revision) => work.result.rolled_back = Some(revision),
            Err(second) => work.also(&format!("and rolling it back failed: {second}")),
        }
    }
}

impl Work<'_> {
    /// The first error is told first; what came after it is added.
    fn also(&mut self, what: &str) {
        let error = self.result.error.get_or_insert_default();
        error.push_str("; ");
        error.push_str(what);
    }
}
