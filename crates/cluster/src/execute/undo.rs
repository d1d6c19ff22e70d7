//! `--rollback-all`: after a failure, everything else that the run did is taken back too, last wave first.

use plan::{Event, Outcome, ReleasePlan, ReleaseResult};

use super::inventory::restore;
use super::work::Work;
use super::{Fault, Run, records, rollback};

/// Takes back every release that this run brought to its end, and what a failed one left. What cannot be taken back says so in
/// its result.
pub(super) async fn everything(run: &Run<'_>, results: &mut [ReleaseResult]) {
    let releases: Vec<&ReleasePlan> = run.order.plan.releases().collect();
    for result in results.iter_mut().rev() {
        let planned = releases.iter().find(|release| release.id == result.id);
        let Some(release) = planned.filter(|_| stands(result)) else { continue };
        match one(run, release, result).await {
            // Nothing but the inventory said something new of it.
            Ok(None) => continue,
            Ok(revision) => result.rolled_back = revision,
            Err(fault) => also(result, &format!("taking it back failed: {fault}")),
        }
        result.outcome = Outcome::Failed;
        result.error.get_or_insert_with(|| "taken back because of the others".to_owned());
        (run.order.tell)(&Event::ReleaseDone { id: &release.id, result });
    }
}

/// Whether something of it may stand: also of one that failed before its objects were sent, because its hooks ran.
fn stands(result: &ReleaseResult) -> bool {
    match result.outcome {
        Outcome::Done => true,
        Outcome::Failed => result.rolled_back.is_none(),
        Outcome::Unchanged | Outcome::Skipped => false,
    }
}

fn also(result: &mut ReleaseResult, what: &str) {
    result.error = Some(match result.error.take() {
        Some(error) => format!("{error}; {what}"),
        None => what.to_owned(),
    });
}

/// The revision that stands afterwards; nothing for a release that has no records to go back to.
async fn one(
    run: &Run<'_>,
    release: &ReleasePlan,
    result: &ReleaseResult,
) -> Result<Option<u64>, Fault> {
    let Some((deploy, record)) =
        release.deploy.as_deref().and_then(|deploy| Some((deploy, deploy.record.as_ref()?)))
    else {
        return match &release.record {
            Some(_) => {
                restore(run, release);
                Ok(None)
            }
            None => Err(Fault::Deleted),
        };
    };
    let has_failed = result.outcome == Outcome::Failed;
    if has_failed && !records::exists(run, &release.key, record).await? {
        return Ok(None);
    }
    let mut work = Work::new(run, release, deploy, result.clone());
    let revision = rollback::release(&mut work, record).await?;
    if !has_failed {
        let undone = deploy.recorded.last_good().is_some();
        records::mark_undone(run, &release.key, record, undone).await?;
    }
    restore(run, release);
    Ok(Some(revision))
}
