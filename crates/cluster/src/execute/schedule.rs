//! In which order releases go: wave after wave, or each as soon as its own needs are ready.

use futures_util::stream::{self, FuturesUnordered, StreamExt as _};
use plan::{
    Event, Outcome, Plan, Purpose, ReleaseAction, ReleasePlan, ReleaseRecord, ReleaseResult, Wave,
};
use stack::ReleaseId;
use tokio::time::Instant;

use super::order::{OnFailure, Order, Schedule};
use super::{Run, apply, inventory, remove};

/// Carries out every release of the plan; the results stand in the plan's order.
pub(super) async fn releases(run: &Run<'_>) -> Vec<ReleaseResult> {
    let order = run.order;
    let mut results = Vec::new();
    let mut waves = order.plan.waves.as_slice();
    if order.schedule == Schedule::Eager {
        let applied = waves.iter().take_while(|wave| wave.purpose == Purpose::Apply).count();
        results = eager(run, &waves[..applied]).await;
        waves = &waves[applied..];
    }
    for wave in waves {
        let done = self::wave(run, wave, &results).await;
        results.extend(done);
    }
    results
}

/// The releases of one wave side by side.
async fn wave(run: &Run<'_>, wave: &Wave, results: &[ReleaseResult]) -> Vec<ReleaseResult> {
    let order = run.order;
    let halted = is_halted(order, wave.purpose, results);
    if !halted {
        announce(order, std::slice::from_ref(wave));
    }
    let releases = stream::iter(&wave.releases).map(|release| {
        let skipped = halted || needs_failed(order.plan, release, results);
        one(run, release, wave.purpose, skipped)
    });
    releases.buffered(order.jobs.max(1)).collect().await
}

/// The releases of all these waves, each as soon as what it needs has come to its end.
async fn eager(run: &Run<'_>, waves: &[Wave]) -> Vec<ReleaseResult> {
    let order = run.order;
    announce(order, waves);
    let planned: Vec<&ReleasePlan> = waves.iter().flat_map(|wave| &wave.releases).collect();
    let mut open = planned.clone();
    let mut results: Vec<ReleaseResult> = Vec::new();
    let mut at_work = FuturesUnordered::new();
    loop {
        let halted = is_halted(order, Purpose::Apply, &results);
        let (ready, waiting): (Vec<_>, Vec<_>) = open.into_iter().partition(|release| {
            halted || needs(release).all(|need| has_ended(need, &planned, &results))
        });
        open = waiting;
        for release in ready {
            if at_work.len() >= order.jobs.max(1) {
                open.push(release);
                continue;
            }
            let skipped = halted || needs_failed(order.plan, release, &results);
            at_work.push(one(run, release, Purpose::Apply, skipped));
        }
        match at_work.next().await {
            Some(result) => results.push(result),
            None => break,
        }
    }
    results.sort_by_key(|result| planned.iter().position(|release| release.id == result.id));
    results
}

fn needs(release: &ReleasePlan) -> impl Iterator<Item = &ReleaseId> {
    release.record.iter().flat_map(|record| &record.needs)
}

/// Also what is not in the plan: it was there before.
fn has_ended(need: &ReleaseId, planned: &[&ReleasePlan], results: &[ReleaseResult]) -> bool {
    !planned.iter().any(|release| release.id == *need)
        || results.iter().any(|result| result.id == *need)
}

/// Nothing new is begun: the run is to stop, its time is up, or a failure ends it.
fn is_halted(order: &Order<'_>, purpose: Purpose, results: &[ReleaseResult]) -> bool {
    let failed = results.iter().any(|result| result.outcome == Outcome::Failed);
    let late = order.deadline.is_some_and(|deadline| Instant::now() >= deadline);
    *order.stop.borrow() || late || (failed && !goes_on(order, purpose))
}

fn announce(order: &Order<'_>, waves: &[Wave]) {
    let releases = || waves.iter().flat_map(|wave| &wave.releases);
    let Some(first) = waves.first() else { return };
    if releases().any(has_work) {
        (order.tell)(&Event::WaveStarted {
            number: first.number,
            of: order.plan.waves.len(),
            purpose: first.purpose,
            releases: releases().filter(|release| has_work(release)).count(),
        });
    }
}

fn has_work(release: &ReleasePlan) -> bool {
    release.action != ReleaseAction::Unchanged
}

async fn one(
    run: &Run<'_>,
    release: &ReleasePlan,
    purpose: Purpose,
    skipped: bool,
) -> ReleaseResult {
    let tell = run.order.tell;
    let blank = ReleaseResult {
        id: release.id.clone(),
        action: release.action,
        outcome: Outcome::Skipped,
        written: Vec::new(),
        deleted: Vec::new(),
        error: None,
        failures: Vec::new(),
        rolled_back: None,
    };
    if release.action == ReleaseAction::Unchanged {
        return ReleaseResult { outcome: Outcome::Unchanged, ..blank };
    }
    if skipped || *run.order.stop.borrow() {
        tell(&Event::ReleaseDone { id: &release.id, result: &blank });
        return blank;
    }
    tell(&Event::ReleaseStarted {
        id: &release.id,
        action: release.action,
        objects: release.objects.iter().filter(|object| object.action.is_change()).count(),
    });
    let result = match purpose {
        Purpose::Apply => apply::release(run, release, blank).await,
        Purpose::Uninstall | Purpose::Prune | Purpose::Destroy => {
            remove::release(run, release, blank).await
        }
    };
    if result.outcome == Outcome::Done {
        inventory::settle(run, release);
    }
    tell(&Event::ReleaseDone { id: &release.id, result: &result });
    result
}

/// After a failure only what asks for it goes on, and nothing is deleted that the manifest no longer has.
fn goes_on(order: &Order<'_>, purpose: Purpose) -> bool {
    match order.on_failure {
        OnFailure::Stop => false,
        OnFailure::Continue => purpose != Purpose::Prune,
    }
}

/// A release waits for those that it needs, and its deletion for those that need it.
fn needs_failed(plan: &Plan, release: &ReleasePlan, results: &[ReleaseResult]) -> bool {
    let needs = |record: Option<&ReleaseRecord>, id: &ReleaseId| {
        record.is_some_and(|record| record.needs.contains(id))
    };
    let failed = results
        .iter()
        .filter(|result| matches!(result.outcome, Outcome::Failed | Outcome::Skipped));
    failed.into_iter().any(|result| match &release.record {
        Some(record) => needs(Some(record), &result.id),
        None => plan
            .releases()
            .filter(|other| other.id == result.id)
            .any(|other| needs(other.before.as_ref(), &release.id)),
    })
}
