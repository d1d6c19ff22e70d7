//! Carries a plan out: wave after wave, the releases of a wave side by side. Nothing is decided here; what differs from what
//! the plan saw stops the release.

mod apply;
mod fault;
mod hooks;
mod inventory;
mod lock;
mod migrate;
mod namespaces;
mod records;
mod remove;
mod rollback;
mod send;
mod undo;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use plan::live::Inventory;
use plan::{
    Event, Outcome, Plan, Purpose, Reason, ReleaseAction, ReleasePlan, ReleaseRecord,
    ReleaseResult, RunResult, Wave,
};
use stack::ReleaseId;
use tokio::sync::watch;
use tokio::time::Instant;

pub use fault::Fault;
pub use inventory::renew;
pub use lock::address as lock_address;

use crate::client::Client;
use crate::lease::{Holder, Waiting};
use crate::wait::Hub;
use crate::{Connection, Error};

/// A plan and how to carry it out.
pub struct Order<'a> {
    pub connection: &'a Connection,
    pub plan: &'a Plan,
    /// Where the inventory lies.
    pub state_namespace: &'a str,
    /// How long an ephemeral stack lives from now on, as the time at which it may go.
    pub expires: Option<String>,
    pub ephemeral: bool,
    /// Releases side by side.
    pub jobs: usize,
    pub on_failure: OnFailure,
    /// A failure takes back all that the run did.
    pub rollback_all: bool,
    /// When the run is to be over.
    pub deadline: Option<Instant>,
    pub clock: Clock,
    /// Becomes true when the run is to stop: requests in flight are finished, nothing new is begun.
    pub stop: watch::Receiver<bool>,
    pub tell: &'a (dyn Fn(&Event<'_>) + Sync),
    /// Who this run is to others that want the stack's lock.
    pub holder: Holder,
    /// Knows of holders on this computer that ended without giving the lock back.
    pub is_dead: fn(&Holder) -> bool,
    /// How long to wait for another run.
    pub patience: Duration,
    pub on_wait: &'a (dyn Fn(&Waiting) + Sync),
}

/// What a failed release means to the rest of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The wave is finished and nothing after it begun.
    #[default]
    Stop,
    /// Whatever does not need it goes on.
    Continue,
}

/// The present time, for records: as RFC 3339 and in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub fn() -> (String, u64));

impl Clock {
    pub fn text(self) -> String {
        (self.0)().0
    }

    pub fn seconds(self) -> u64 {
        (self.0)().1
    }
}

/// What all releases of a run share.
struct Run<'a> {
    order: &'a Order<'a>,
    client: Client,
    hub: Hub,
    inventory: Mutex<Inventory>,
    /// A new revision stands in Helm's records, perhaps before any object was written.
    has_recorded: AtomicBool,
}

/// Executes the plan. An error is one of the run itself, before its first release; what happens to releases is in the result.
pub async fn execute(order: &Order<'_>) -> Result<RunResult, Error> {
    let client = order.connection.client.writer();
    namespaces::create_state(&client, order).await?;
    let held = lock::take(order).await?;
    let run = Run {
        order,
        hub: Hub::new(&client),
        inventory: Mutex::new(inventory::intended(order)),
        client,
        has_recorded: AtomicBool::new(false),
    };
    let outcome = tokio::select! {
        outcome = under_lock(&run) => outcome,
        lost = held.lost() => Err(lost),
    };
    // A lock that could not be given back runs out by itself.
    held.release().await.ok();
    let Some((releases, mut last)) = outcome? else {
        let message = "another run changed the stack since this plan was made; nothing was written";
        let message = Some(message.to_owned());
        return Ok(RunResult { reason: Reason::Stale, message, releases: Vec::new() });
    };
    // The lock lies in a namespace of the stack, so namespaces go without it.
    if last.is_none() && is_complete(&releases) {
        last = namespaces::delete(&run).await.err();
    }
    Ok(summarize(&run, releases, last))
}

/// What became of the releases, and whether the inventory could be written; none where the plan is of yesterday.
async fn under_lock(run: &Run<'_>) -> Result<Option<(Vec<ReleaseResult>, Option<Fault>)>, Error> {
    let order = run.order;
    if !lock::is_fresh(order).await? {
        return Ok(None);
    }
    namespaces::create(run).await?;
    inventory::write_if_changed(run).await?;

    let plan = order.plan;
    let mut results: Vec<ReleaseResult> = Vec::new();
    for (index, wave) in plan.waves.iter().enumerate() {
        let failed = results.iter().any(|result| result.outcome == Outcome::Failed);
        let late = order.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let halted = *order.stop.borrow() || late || (failed && !goes_on(order, wave));
        if !halted && wave.releases.iter().any(|release| release.action != ReleaseAction::Unchanged)
        {
            (order.tell)(&Event::WaveStarted {
                number: index + 1,
                of: plan.waves.len(),
                purpose: wave.purpose,
                releases: wave.releases.len(),
            });
        }
        let releases = stream::iter(&wave.releases).map(|release| {
            let skipped = halted || needs_failed(plan, release, &results);
            one(run, release, wave.purpose, skipped)
        });
        let done: Vec<ReleaseResult> = releases.buffered(order.jobs.max(1)).collect().await;
        results.extend(done);
    }
    let failed = results.iter().any(|result| result.outcome == Outcome::Failed);
    if failed && order.rollback_all {
        undo::everything(run, &mut results).await;
    }
    inventory::keep_untouched(run, &results);
    let written = inventory::write_if_changed(run).await;
    Ok(Some((results, written.err().map(Fault::from))))
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
fn goes_on(order: &Order<'_>, wave: &Wave) -> bool {
    match order.on_failure {
        OnFailure::Stop => false,
        OnFailure::Continue => wave.purpose != Purpose::Prune,
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

fn is_complete(results: &[ReleaseResult]) -> bool {
    results.iter().all(|result| matches!(result.outcome, Outcome::Done | Outcome::Unchanged))
}

/// How the run ended: the summary of its releases, and what went wrong with the inventory itself.
fn summarize(run: &Run<'_>, releases: Vec<ReleaseResult>, last: Option<Fault>) -> RunResult {
    let failed: Vec<&ReleaseResult> =
        releases.iter().filter(|result| result.outcome == Outcome::Failed).collect();
    let is_written = |one: &ReleaseResult| !one.written.is_empty() || !one.deleted.is_empty();
    let wrote = run.has_recorded.load(Ordering::Relaxed) || releases.iter().any(is_written);
    let stays = releases.iter().any(|one| one.outcome == Outcome::Done && is_written(one));
    let stopped = *run.order.stop.borrow();
    let reason = match (&last, failed.is_empty()) {
        _ if stopped => Reason::Interrupted,
        (Some(_), _) => Reason::FailedPartly,
        (None, true) => Reason::Done,
        (None, false) if !stays && failed.iter().all(|one| one.rolled_back.is_some()) => {
            Reason::RolledBack
        }
        (None, false) if wrote => Reason::FailedPartly,
        (None, false) => Reason::Failed,
    };
    let message = match (last, failed.len()) {
        _ if stopped => Some("interrupted".to_owned()),
        (Some(error), _) => Some(error.to_string()),
        (None, 0) => None,
        (None, 1) => Some(format!("`{}` failed", failed[0].id)),
        (None, many) => Some(format!("{many} releases failed")),
    };
    RunResult { reason, message, releases }
}

/// How long a namespace or a CRD may take to be there.
const SOON: Duration = Duration::from_secs(60);
