//! What one release has come to while it is worked on.

use plan::live::Deploy;
use plan::{Event, ObjectPlan, Outcome, Phase, ReleasePlan, ReleaseResult};
use source::Tree;
use tokio::time::Instant;

use super::{Fault, Run};
use crate::wait::{self, AwaitedObject};

pub(super) struct Work<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) release: &'a ReleasePlan,
    pub(super) deploy: &'a Deploy,
    pub(super) result: ReleaseResult,
    pub(super) deadline: Instant,
    /// What was sent and has to become ready.
    pub(super) awaited: Vec<AwaitedObject>,
    is_rollback: bool,
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
        Self { run, release, deploy, result, deadline, awaited: Vec::new(), is_rollback: false }
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

    /// From now on it goes back to what it was, and has as much time for it as it had.
    pub(super) fn begin_rollback(&mut self) {
        let (id, error) = (&self.release.id, self.result.error.as_deref());
        self.tell(Event::PhaseStarted { id, phase: Phase::RollingBack, error });
        self.is_rollback = true;
        self.result.notes.clear();
        self.deadline = Instant::now() + self.deploy.settings.timeout;
        self.awaited.clear();
    }

    /// A rollback has hooks and waits, too, and is a rollback all the time.
    pub(super) fn phase(&self, phase: Phase) {
        if self.is_rollback {
            return;
        }
        self.tell(Event::PhaseStarted { id: &self.release.id, phase, error: None });
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

    /// Remembers what was done to an object, and that it has to become ready.
    pub(super) fn sent(&mut self, object: &ObjectPlan, answer: Option<&Tree>) {
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

    /// The first error is told first; what came after it is added.
    pub(super) fn also(&mut self, what: &str) {
        let error = self.result.error.get_or_insert_default();
        error.push_str("; ");
        error.push_str(what);
    }
}
