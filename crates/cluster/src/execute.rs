//! Carries a plan out: wave after wave, the releases of a wave side by side. Nothing is decided here; what differs from what
//! the plan saw stops the release.

mod apply;
mod fault;
mod gone;
mod hooks;
mod inventory;
mod lock;
mod lookups;
mod migrate;
mod namespaces;
mod objects;
mod order;
mod ready;
mod records;
mod remove;
mod rights;
mod rollback;
mod schedule;
mod send;
mod test;
mod turn;
mod undo;
mod work;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plan::live::Inventory;
use plan::{Outcome, Reason, ReleaseKey, ReleasePlan, ReleaseResult, RunResult};
use tokio::time::Instant;

pub use fault::Fault;
pub use inventory::renew;
pub use lock::address as lock_address;
pub use order::{Again, Clock, OnFailure, Order, Schedule};
pub use test::{ReleaseTests, Tested, Verdict, test};

use crate::Error;
use crate::client::Client;
use crate::wait::Hub;

/// What all releases of a run share.
struct Run<'a> {
    order: &'a Order<'a>,
    client: Client,
    hub: Hub,
    inventory: Mutex<Inventory>,
    /// Deferred releases as they were planned again.
    again: Mutex<Vec<Arc<ReleasePlan>>>,
    /// Releases of which a new revision of ours stands in Helm's records, perhaps before any object was written.
    recorded: Mutex<BTreeSet<ReleaseKey>>,
    applied: schedule::Applied,
}

/// What became of one release of the plan. Of a release that moved there are two with one id.
struct Ended<'a> {
    release: &'a ReleasePlan,
    result: ReleaseResult,
}

impl<'a> Run<'a> {
    fn new(order: &'a Order<'a>, client: Client) -> Self {
        Self {
            order,
            hub: Hub::new(&client),
            inventory: Mutex::new(inventory::intended(order)),
            client,
            again: Mutex::default(),
            recorded: Mutex::default(),
            applied: schedule::Applied::default(),
        }
    }
}

/// Executes the plan. An error is one of the run itself, before its first release; what happens to releases is in the result.
pub async fn execute(order: &Order<'_>) -> Result<RunResult, Error> {
    rights::check(order).await?;
    let run = Run::new(order, order.connection.client.writer());
    let mut made = None;
    if namespaces::creates_state(order) {
        if let Some(changed) = lookups::changed(order, None).await? {
            return Ok(stale(&changed, None));
        }
        match namespaces::create_state(&run.client, order).await? {
            true => made = Some(order.state_namespace),
            false => namespaces::disown(&run, order.state_namespace),
        }
    }
    let held = lock::take(order).await?;
    let outcome = tokio::select! {
        outcome = under_lock(&run, made) => outcome,
        lost = held.lost() => Err(lost),
    };
    // A lock that could not be given back runs out by itself.
    held.release().await.ok();
    let (releases, mut last) = match outcome? {
        Ok(ended) => ended,
        Err(changed) => return Ok(stale(&changed, made)),
    };
    // The lock lies in a namespace of the stack, so namespaces go without it.
    if last.is_none() && is_complete(&releases) {
        last = namespaces::delete(&run).await.err();
    }
    Ok(summarize(&run, releases, last))
}

/// What became of the releases, and whether the inventory could be written.
type Ending = (Vec<ReleaseResult>, Option<Fault>);

/// Carries the plan out, or says why it is of yesterday. `made` is the namespace that the run made for its lock.
async fn under_lock(run: &Run<'_>, made: Option<&str>) -> Result<Result<Ending, String>, Error> {
    let order = run.order;
    let ours = made.filter(|name| namespaces::goes_with_stack(order, name));
    let is_first = match ours {
        Some(name) => inventory::claim(run, vec![name.to_owned()]).await?,
        None => true,
    };
    if !is_first || !lock::is_fresh(run).await? {
        return Ok(Err("another run changed the stack since this plan was made".to_owned()));
    }
    if let Some(changed) = lookups::changed(order, made).await? {
        return Ok(Err(changed));
    }
    namespaces::create(run).await?;
    inventory::write_if_changed(run).await?;

    let mut ended = schedule::releases(run).await;
    let failed = ended.iter().any(|one| one.result.outcome == Outcome::Failed);
    if failed && order.rollback_all && !*order.stop.borrow() {
        undo::everything(run, &mut ended).await;
    }
    inventory::keep_untouched(&mut inventory::locked(run), &ended);
    inventory::note_open(&mut inventory::locked(run), &ended);
    let written = inventory::write_if_changed(run).await;
    let results = ended.into_iter().map(|one| one.result).collect();
    Ok(Ok((results, written.err().map(Fault::from))))
}

fn stale(changed: &str, made: Option<&str>) -> RunResult {
    let message = match made {
        Some(name) => format!("{changed}; nothing but the namespace `{name}` was made"),
        None => format!("{changed}; nothing was written"),
    };
    RunResult { reason: Reason::Stale, message: Some(message), releases: Vec::new() }
}

fn is_complete(results: &[ReleaseResult]) -> bool {
    results.iter().all(|result| matches!(result.outcome, Outcome::Done | Outcome::Unchanged))
}

/// How the run ended: the summary of its releases, and what went wrong with the inventory itself.
fn summarize(run: &Run<'_>, releases: Vec<ReleaseResult>, last: Option<Fault>) -> RunResult {
    let failed: Vec<&ReleaseResult> =
        releases.iter().filter(|result| result.outcome == Outcome::Failed).collect();
    let is_written = |one: &ReleaseResult| !one.written.is_empty() || !one.deleted.is_empty();
    let wrote = records::has_any(run) || releases.iter().any(is_written);
    let stays = releases.iter().any(|one| one.outcome == Outcome::Done && is_written(one));
    let stopped = *run.order.stop.borrow();
    let late = run.order.deadline.is_some_and(|deadline| Instant::now() >= deadline);
    let open = releases.iter().filter(|one| one.outcome == Outcome::Skipped).count();
    let reason = match (&last, failed.is_empty()) {
        _ if stopped => Reason::Interrupted,
        (Some(_), _) => Reason::FailedPartly,
        (None, true) if open == 0 => Reason::Done,
        (None, false) if !stays && failed.iter().all(|one| one.rolled_back.is_some()) => {
            Reason::RolledBack
        }
        (None, _) if wrote => Reason::FailedPartly,
        (None, _) => Reason::Failed,
    };
    let guilty: Vec<&ReleaseResult> =
        failed.into_iter().filter(|one| one.because.is_none()).collect();
    let message = match (last, guilty.len()) {
        _ if stopped => Some("interrupted".to_owned()),
        (Some(error), _) => Some(error.to_string()),
        (None, 0) if open == 0 => None,
        (None, 0) => {
            Some(format!("the time of the run is up, and {open} of its releases were not begun"))
        }
        (None, 1) if late => {
            Some(format!("`{}` failed, and the time of the run is up", guilty[0].id))
        }
        (None, 1) => Some(format!("`{}` failed", guilty[0].id)),
        (None, many) => Some(format!("{many} releases failed")),
    };
    RunResult { reason, message, releases }
}

/// How long a namespace or a CRD may take to be there.
const SOON: Duration = Duration::from_secs(60);
