//! The objects of one release, sent in Helm's order: `crds/`, then kind after kind, then what goes.

use plan::{ObjectPlan, Phase, Section};

use super::work::Work;
use super::{Fault, ready, send};

/// `crds/` first, and nothing else before they are established.
pub(super) async fn crds(work: &mut Work<'_>) -> Result<(), Fault> {
    let release = work.release;
    let crds: Vec<&ObjectPlan> =
        release.objects.iter().filter(|object| object.key.section == Section::Crd).collect();
    if crds.iter().any(|crd| !crd.requests.is_empty()) {
        work.phase(Phase::Crds);
    }
    batch(work, &crds).await?;
    ready::established(work).await
}

/// Creations and updates in Helm's order of kinds, equal kinds side by side; then what the release no longer has.
pub(super) async fn manifests(work: &mut Work<'_>) -> Result<(), Fault> {
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
        ready::established(work).await?;
    }
    batch(work, &gone).await
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
