//! Runs the hooks that test releases, as `helm test` does: one after the other, and none after the first that fails.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use plan::hooks::HookEvent;
use plan::live::HookObject;
use plan::{ObjectId, Outcome, ReleasePlan, ReleaseResult};
use stack::ReleaseId;
use tokio::time::Instant;

use super::work::Work;
use super::{Fault, Order, Run, hooks, lock};
use crate::wait::PodLog;
use crate::{Error, client::Client};

/// What the tests of a release came to, in the order in which they are run.
#[derive(Clone, Debug)]
pub struct ReleaseTests {
    pub id: ReleaseId,
    /// None where no revision is deployed: there is nothing to test.
    pub revision: Option<u64>,
    pub tests: Vec<Tested>,
    /// What went wrong beside the tests.
    pub error: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Tested {
    pub object: ObjectId,
    pub verdict: Verdict,
    pub took: Duration,
    pub logs: Vec<PodLog>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// Why.
    Failed(String),
    /// One before it failed.
    Skipped,
}

/// Tests the releases of a plan that `plan::live::verify` made, wave after wave. The stack's lock is held meanwhile, because
/// records are written.
pub async fn test(order: &Order<'_>) -> Result<Vec<ReleaseTests>, Error> {
    let client = order.connection.client.writer();
    let held = lock::take(order).await?;
    let outcome = tokio::select! {
        outcome = all(order, client) => Ok(outcome),
        lost = held.lost() => Err(lost),
    };
    held.release().await.ok();
    outcome
}

async fn all(order: &Order<'_>, client: Client) -> Vec<ReleaseTests> {
    let run = Run::new(order, client);
    let mut results = Vec::new();
    for wave in &order.plan.waves {
        let releases = stream::iter(&wave.releases).map(|release| release_tests(&run, release));
        let done: Vec<ReleaseTests> = releases.buffered(order.jobs.max(1)).collect().await;
        results.extend(done);
    }
    results
}

async fn release_tests(run: &Run<'_>, release: &ReleasePlan) -> ReleaseTests {
    let nothing =
        ReleaseTests { id: release.id.clone(), revision: None, tests: Vec::new(), error: None };
    let Some((deploy, mut record)) =
        release.deploy.as_deref().and_then(|it| Some((it, it.record.clone()?)))
    else {
        return nothing;
    };
    let work = Work::new(
        run,
        release,
        deploy,
        ReleaseResult::new(release.id.clone(), release.action, Outcome::Unchanged),
    );
    let tests: RefCell<Vec<Tested>> = RefCell::default();
    let began = Cell::new(Instant::now());
    let seen = async |hook: &HookObject, outcome: &Result<(), Fault>| {
        let took = began.get().elapsed();
        let verdict = match outcome {
            Ok(()) => Verdict::Passed,
            Err(Fault::Hook { why, .. }) => Verdict::Failed(why.clone()),
            Err(fault) => Verdict::Failed(fault.to_string()),
        };
        let logs = hooks::logs(run, hook).await;
        let object = hook.object.id().clone();
        tests.borrow_mut().push(Tested { object, verdict, took, logs });
        began.set(Instant::now());
    };
    let ended = hooks::run_seen(&work, &deploy.hooks, &mut record, HookEvent::Test, seen).await;
    let mut tests = tests.into_inner();
    let error = ended
        .err()
        .filter(|_| !tests.iter().any(|test| test.verdict.is_failed()))
        .map(|it| it.to_string());
    for hook in &deploy.hooks[tests.len().min(deploy.hooks.len())..] {
        let object = hook.object.id().clone();
        let (took, logs) = (Duration::ZERO, Vec::new());
        tests.push(Tested { object, verdict: Verdict::Skipped, took, logs });
    }
    ReleaseTests { revision: Some(record.version), tests, error, ..nothing }
}

impl Verdict {
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}
