//! `--rollback-all`: after a failure, everything else that the run did is taken back too, last wave first.

use plan::{Event, Outcome, ReleasePlan, ReleaseResult};

use super::inventory::restore;
use super::work::Work;
use super::{Fault, Run, records, rollback};

/// Takes back every release that this run brought to its end. What cannot be taken back says so in its result.
pub(super) async fn everything(run: &Run<'_>, results: &mut [ReleaseResult]) {
    let releases: Vec<&ReleasePlan> = run.order.plan.releases().collect();
    for result in results.iter_mut().rev() {
        let planned = releases.iter().find(|release| release.id == result.id);
        let Some(release) = planned.filter(|_| result.outcome == Outcome::Done) else { continue };
        match one(run, release, result).await {
            Ok(revision) => result.rolled_back = revision,
            Err(fault) => result.error = Some(format!("taking it back failed: {fault}")),
        }
        result.outcome = Outcome::Failed;
        result.error.get_or_insert_with(|| "taken back because of the others".to_owned());
        (run.order.tell)(&Event::ReleaseDone { id: &release.id, result });
    }
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
        restore(run, release);
        return Ok(None);
    };
    let mut work = Work::new(run, release, deploy, result.clone());
    let revision = rollback::release(&mut work, record).await?;
    let undone = deploy.recorded.last_good().is_some();
    records::mark_undone(run, &release.key, record, undone).await?;
    restore(run, release);
    Ok(Some(revision))
}
