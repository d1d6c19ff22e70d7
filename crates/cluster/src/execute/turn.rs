//! A release whose turn has come: carried out as it was planned, or, where it is deferred, as it is planned again now.

use std::sync::Arc;

use plan::{Event, Outcome, Purpose, ReleaseAction, ReleasePlan, ReleaseResult};

use super::schedule::Skip;
use super::{Ended, Fault, Run, apply, inventory, remove};

pub(super) async fn one<'a>(
    run: &Run<'_>,
    release: &'a ReleasePlan,
    purpose: Purpose,
    skip: Option<Skip>,
) -> Ended<'a> {
    if !release.has_work() {
        return Ended { release, result: blank(release, Outcome::Unchanged) };
    }
    let result = match skip {
        Some(Skip::Because(failed)) => {
            ReleaseResult { because: Some(failed), ..blank(release, Outcome::Skipped) }
        }
        Some(Skip::Ended) => blank(release, Outcome::Skipped),
        None if *run.order.stop.borrow() => blank(release, Outcome::Skipped),
        None if release.is_deferred() => deferred(run, release, purpose).await,
        None => carry_out(run, release, purpose).await,
    };
    (run.order.tell)(&Event::ReleaseDone { id: &release.id, result: &result });
    Ended { release, result }
}

async fn deferred(run: &Run<'_>, release: &ReleasePlan, purpose: Purpose) -> ReleaseResult {
    let fault = match planned_again(run, release).await {
        Ok(again) => return carry_out(run, &again, purpose).await,
        Err(fault) => fault,
    };
    inventory::untouched(run, release);
    match fault {
        Fault::Stopped => blank(release, Outcome::Skipped),
        fault => {
            ReleaseResult { error: Some(fault.to_string()), ..blank(release, Outcome::Failed) }
        }
    }
}

async fn carry_out(run: &Run<'_>, release: &ReleasePlan, purpose: Purpose) -> ReleaseResult {
    // A deferred release may turn out to be as it should be.
    if release.action == ReleaseAction::Unchanged {
        inventory::settle(run, release);
        return blank(release, Outcome::Unchanged);
    }
    (run.order.tell)(&Event::ReleaseStarted {
        id: &release.id,
        action: release.action,
        objects: changes(release),
    });
    let blank = blank(release, Outcome::Skipped);
    let result = match purpose {
        Purpose::Apply => apply::release(run, release, blank).await,
        Purpose::Uninstall | Purpose::Prune | Purpose::Destroy => {
            remove::release(run, release, blank).await
        }
    };
    if result.outcome == Outcome::Done {
        inventory::settle(run, release);
    }
    result
}

/// The plan to carry out instead of the one that was shown. The run remembers it.
async fn planned_again(run: &Run<'_>, shown: &ReleasePlan) -> Result<Arc<ReleasePlan>, Fault> {
    let mut stop = run.order.stop.clone();
    let answer = tokio::select! {
        answer = (run.order.again)(&shown.id) => answer,
        _ = stop.wait_for(|stop| *stop) => return Err(Fault::Stopped),
    };
    let planned = answer.unwrap_or_else(|_| Err("it was not rendered again".to_owned()));
    let plan = Arc::new(planned.map_err(Fault::Again)?);
    (run.order.tell)(&Event::RenderedAgain {
        id: &plan.id,
        action: plan.action,
        objects: changes(&plan),
    });
    run.again.lock().expect("nothing panics while it is held").push(Arc::clone(&plan));
    Ok(plan)
}

/// What was carried out of a release that was planned again.
pub(super) fn again(run: &Run<'_>, shown: &ReleasePlan) -> Option<Arc<ReleasePlan>> {
    let again = run.again.lock().expect("nothing panics while it is held");
    again.iter().find(|plan| plan.key == shown.key).cloned()
}

fn changes(release: &ReleasePlan) -> usize {
    release.objects.iter().filter(|object| object.action.is_change()).count()
}

fn blank(release: &ReleasePlan, outcome: Outcome) -> ReleaseResult {
    ReleaseResult::new(release.id.clone(), release.action, outcome)
}
