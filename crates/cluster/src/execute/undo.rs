//! `--rollback-all`: after a failure, everything else that the run did is taken back too, last wave first.

use plan::{Event, Outcome, ReleasePlan, ReleaseResult};

use super::inventory::restore;
use super::work::Work;
use super::{Ended, Fault, Run, records, rollback, turn};

/// Takes back every release that this run brought to its end, and what a failed one left. What cannot be taken back says so in
/// its result.
pub(super) async fn everything(run: &Run<'_>, ended: &mut [Ended<'_>]) {
    let cause = ended.iter().find(|one| one.result.outcome == Outcome::Failed);
    let cause = cause.map(|one| one.result.id.clone());
    for Ended { release, result } in ended.iter_mut().rev() {
        if !stands(result) {
            continue;
        }
        let again = turn::again(run, release);
        match one(run, again.as_deref().unwrap_or(release), result).await {
            // Nothing but the inventory said something new of it.
            Ok(None) => continue,
            Ok(revision) => {
                result.rolled_back = revision;
                result.notes.clear();
                result.back_to = release.deploy.as_ref().and_then(|it| it.good_revision());
            }
            Err(fault) => result.rollback_failed = Some(fault.of_rollback()),
        }
        if result.outcome == Outcome::Done {
            result.outcome = Outcome::Failed;
            result.error = cause.as_ref().map(|id| format!("taken back because `{id}` failed"));
            result.because.clone_from(&cause);
        }
        (run.order.tell)(&Event::ReleaseDone { id: &release.id, result });
    }
}

/// Whether something of it may stand: also of one that failed before its objects were sent, because its hooks ran.
fn stands(result: &ReleaseResult) -> bool {
    match result.outcome {
        Outcome::Done => true,
        Outcome::Failed => result.rolled_back.is_none() && result.rollback_failed.is_none(),
        Outcome::Unchanged | Outcome::Skipped => false,
    }
}

/// The revision that stands afterwards; nothing for a release that has no records to go back to.
async fn one(
    run: &Run<'_>,
    release: &ReleasePlan,
    result: &ReleaseResult,
) -> Result<Option<u64>, Fault> {
    let has_failed = result.outcome == Outcome::Failed;
    let Some((deploy, record)) =
        release.deploy.as_deref().and_then(|deploy| Some((deploy, deploy.record.as_ref()?)))
    else {
        return match &release.record {
            // A deletion that failed goes on with the next run.
            None if has_failed => Ok(None),
            None => Err(Fault::Deleted),
            Some(_) => {
                restore(run, release);
                Ok(None)
            }
        };
    };
    // Whoever was faster has the last word.
    if has_failed && !records::has(run, &release.key) {
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
