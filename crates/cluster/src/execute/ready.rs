//! Waiting for what one release sent.

use plan::readiness::Runs;
use plan::{Phase, Section};
use tokio::time::Instant;

use super::work::Work;
use super::{Fault, SOON};
use crate::wait::{self, Awaited, AwaitedObject};

/// Definitions that were just sent are served before anything else is sent, whatever the release waits for: objects of their
/// kinds may come next.
pub(super) async fn established(work: &mut Work<'_>) -> Result<(), Fault> {
    let sent = std::mem::take(&mut work.awaited);
    let (definitions, others): (Vec<AwaitedObject>, Vec<AwaitedObject>) =
        sent.into_iter().partition(|one| one.id.kind == "CustomResourceDefinition" && one.changed);
    work.awaited = others;
    let deadline = work.deadline.min(Instant::now() + SOON);
    until_ready(work, definitions, Runs::Hook, deadline).await
}

/// Waits for what was sent, and for what did not change but may have been left unready by an earlier run.
pub(super) async fn everything(work: &mut Work<'_>) -> Result<(), Fault> {
    let unchanged = work.release.objects.iter().filter(|object| {
        object.key.section == Section::Manifest
            && matches!(object.action, plan::Action::None | plan::Action::Keep)
            && object.requests.is_empty()
    });
    work.awaited.extend(unchanged.filter_map(|object| {
        let address = object.address.clone()?;
        Some(AwaitedObject { id: object.key.id.clone(), address, answer: None, changed: false })
    }));
    sent(work).await
}

/// Waits for what was sent, as far as the release asks for it.
pub(super) async fn sent(work: &mut Work<'_>) -> Result<(), Fault> {
    let awaited = std::mem::take(&mut work.awaited);
    if !awaited.is_empty() {
        work.phase(Phase::Waiting);
    }
    let runs = Runs::from(work.deploy.settings.wait);
    until_ready(work, awaited, runs, work.deadline).await
}

async fn until_ready(
    work: &mut Work<'_>,
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
    let tell = |progress| work.waits(progress);
    let ready = wait::until_ready(&work.run.hub, awaited, stop, &tell).await;
    work.result.notes.extend(ready.map_err(Fault::not_ready)?);
    Ok(())
}
