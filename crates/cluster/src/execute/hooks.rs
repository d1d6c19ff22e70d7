//! A release's hooks for one event, one after the other as Helm runs them (`pkg/action/hooks.go`).

use plan::hooks::{DeletePolicy, HookEvent, OutputLogPolicy, deletes, for_event, shows_logs};
use plan::live::{HookObject, normal};
use plan::record::{HookPhase, Record};
use plan::{Event, Object, Phase};

use super::work::Work;
use super::{Fault, Run, gone, records, send};
use crate::client::Delete;
use crate::wait::{self, AwaitedObject, PodLog};

/// Of each container.
const LINES: u32 = 200;

/// Runs them all. The record tells each one's start and end while it is written at all.
pub(super) async fn run(
    work: &Work<'_>,
    hooks: &[HookObject],
    record: &mut Record,
    event: HookEvent,
) -> Result<(), Fault> {
    run_seen(work, hooks, record, event, async |hook, outcome| {
        let policy = match outcome {
            Ok(()) => OutputLogPolicy::HookSucceeded,
            Err(Fault::Hook { .. }) => OutputLogPolicy::HookFailed,
            Err(_) => return,
        };
        if shows_logs(&hook.object, &policy) {
            output(work, hook, event).await;
        }
    })
    .await
}

/// Tells what its containers wrote, as soon as it has ended. (Helm tells of those that succeeded when all have.)
async fn output(work: &Work<'_>, hook: &HookObject, event: HookEvent) {
    for log in logs(work.run, hook).await {
        work.tell(Event::HookOutput {
            id: &work.release.id,
            object: hook.object.id(),
            hook: event.as_str(),
            pod: &log.pod,
            container: &log.container,
            lines: &log.lines,
        });
    }
}

/// What its pods wrote, before a policy deletes them; nothing where that cannot be read.
pub(super) async fn logs(run: &Run<'_>, hook: &HookObject) -> Vec<PodLog> {
    let live = run.client.get(&hook.address.path()).await.ok().flatten();
    match live {
        Some(live) => wait::logs(&run.client, &live, LINES).await.unwrap_or_default(),
        None => Vec::new(),
    }
}

/// The same, with each hook shown when it has ended and before a policy deletes it.
pub(super) async fn run_seen(
    work: &Work<'_>,
    hooks: &[HookObject],
    record: &mut Record,
    event: HookEvent,
    seen: impl AsyncFn(&HookObject, &Result<(), Fault>),
) -> Result<(), Fault> {
    let objects: Vec<Object> = hooks.iter().map(|hook| hook.object.clone()).collect();
    let hooks: Vec<&HookObject> = for_event(&objects, event)
        .into_iter()
        .filter_map(|object| hooks.iter().find(|hook| hook.object == *object))
        .collect();
    if !hooks.is_empty() {
        work.phase(Phase::Hooks);
    }
    for (position, hook) in hooks.iter().enumerate() {
        work.stopped()?;
        work.tell(Event::HookStarted {
            id: &work.release.id,
            object: hook.object.id(),
            hook: event.as_str(),
        });
        if deletes(&hook.object, &DeletePolicy::BeforeHookCreation) {
            delete(work, hook).await?;
        }
        mark(work, record, hook, HookPhase::Running).await?;
        let outcome = one(work, hook).await;
        seen(hook, &outcome).await;
        if let Err(fault) = outcome {
            mark(work, record, hook, HookPhase::Failed).await?;
            if deletes(&hook.object, &DeletePolicy::HookFailed) {
                delete(work, hook).await?;
            }
            for earlier in &hooks[..position] {
                if deletes(&earlier.object, &DeletePolicy::HookSucceeded) {
                    delete(work, earlier).await?;
                }
            }
            return Err(fault);
        }
        mark(work, record, hook, HookPhase::Succeeded).await?;
    }
    for hook in hooks.iter().rev() {
        if deletes(&hook.object, &DeletePolicy::HookSucceeded) {
            delete(work, hook).await?;
        }
    }
    Ok(())
}

/// Sends one and waits for its end.
async fn one(work: &Work<'_>, hook: &HookObject) -> Result<(), Fault> {
    let id = hook.object.id();
    let live = send::apply(&work.run.client, id, &hook.address, &hook.body, true).await?;
    let sent = AwaitedObject {
        id: id.clone(),
        address: hook.address.clone(),
        answer: Some(live),
        changed: true,
    };
    let (settings, stop) = (&work.deploy.settings, work.run.order.stop.clone());
    let tell = |progress| work.waits(progress);
    let ended = wait::hook(&work.run.hub, sent, settings, work.deadline, stop, &tell).await;
    ended.map_err(|not_ready| match Fault::not_ready(not_ready) {
        Fault::NotReady { why, failures } => Fault::Hook { object: id.clone(), why, failures },
        other => other,
    })
}

/// Deletes a hook's object and waits until it is gone, as Helm 3 does: the next one may have its name.
async fn delete(work: &Work<'_>, hook: &HookObject) -> Result<(), Fault> {
    let Run { client, .. } = work.run;
    let id = hook.object.id();
    let live = client.get(&hook.address.path()).await.map_err(|error| Fault::of(id, error))?;
    let Some(uid) = live.as_ref().and_then(normal::uid) else { return Ok(()) };
    let how = Delete { uid: Some(uid), ..Delete::default() };
    client.delete(&hook.address, how).await.map_err(|error| Fault::of(id, error))?;
    let gone = vec![(id.clone(), hook.address.clone(), uid.to_owned())];
    gone::wait_for(work.run, gone, work.deadline, &|progress| work.waits(progress)).await
}

/// Writes into the record how a hook's run goes.
async fn mark(
    work: &Work<'_>,
    record: &mut Record,
    hook: &HookObject,
    phase: HookPhase,
) -> Result<(), Fault> {
    let now = work.run.order.clock.text();
    let id = hook.object.id();
    let same = |recorded: &&mut plan::record::RecordedHook| {
        recorded.path == hook.object.template
            && recorded.kind == id.kind
            && recorded.name == id.name
    };
    if let Some(recorded) = record.hooks.iter_mut().find(same) {
        recorded.last_run.phase = Some(phase);
        match phase {
            HookPhase::Running => {
                recorded.last_run.started_at = Some(now);
                recorded.last_run.completed_at = None;
            }
            HookPhase::Succeeded | HookPhase::Failed | HookPhase::Unknown => {
                recorded.last_run.completed_at = Some(now);
            }
        }
    }
    match record.storage.uid() {
        Some(_) => records::update(work.run, record).await,
        None => Ok(()),
    }
}
