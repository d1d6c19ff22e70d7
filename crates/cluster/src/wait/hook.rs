//! Waits for one hook, as Helm does: a Job until it is complete, a pod until it has succeeded; anything else has done its part
//! when it is there (Helm pkg/kube/statuswait.go, `WatchUntilReady`).

use plan::readiness::Runs;
use stack::Settings;
use tokio::time::Instant;

use super::{Awaited, AwaitedObject, Hub, NotReady, Progress, Stop, until_ready};

/// # Errors
/// As `until_ready`; the logs of its pods are in the failure's evidence, and `logs` gives them for hooks that went well.
pub async fn hook(
    hub: &Hub,
    object: AwaitedObject,
    settings: &Settings,
    deadline: Instant,
    stop: Stop,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(), NotReady> {
    let runs = matches!((&*object.id.group, &*object.id.kind), ("batch", "Job") | ("", "Pod"));
    if !runs {
        return Ok(());
    }
    let awaited = Awaited { objects: vec![object], settings, runs: Runs::Hook, deadline };
    until_ready(hub, awaited, stop, tell).await.map(drop)
}
