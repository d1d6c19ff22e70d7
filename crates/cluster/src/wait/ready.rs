//! Waits until the objects of a release are ready, or it is clear that they will not be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plan::ObjectNote;
use plan::readiness::{Certainty, Failure, Rules, Runs, needs_wait};
use stack::Wait;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::entry::Entry;
use super::evidence::{self, Failing};
use super::facts;
use super::hub::Hub;
use super::judge::{self, Opinion};
use super::kin::{Kin, written};
use super::thin::thin;
use super::{Awaited, Ending, NotReady, Progress, Stop};

/// Most workloads are ready before it pays to look at their pods.
const KIN_AFTER: Duration = Duration::from_secs(1);
/// Without any event there may be something new: a grace is over.
const TICK: Duration = Duration::from_millis(500);
const FIRST_TICK: Duration = Duration::from_millis(100);
/// Events come in swarms.
const SWARM: Duration = Duration::from_millis(20);
/// So long a custom resource without a status is given to its controller.
const FIRST_STATUS: Duration = Duration::from_secs(15);

/// Returns when every object is ready, at once or as soon as watches tell, with what is to be said of some of them all the same.
/// With `wait: false` nothing is waited for but hooks.
///
/// # Errors
/// When waiting on does not help (certain failures at once, likely ones after the grace of `failFast`), when the time is up,
/// and when it is stopped. What tells why was collected by then, so that a rollback may follow.
pub async fn until_ready(
    hub: &Hub,
    awaited: Awaited<'_>,
    mut stop: Stop,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<ObjectNote>, NotReady> {
    if awaited.settings.wait == Wait::No && awaited.runs != Runs::Hook {
        return Ok(Vec::new());
    }
    let deadline = awaited.deadline;
    let mut waiter = Waiter::new(hub, awaited);
    let mut told = None;
    loop {
        let opinions = waiter.look().await;
        let progress = waiter.progress(&opinions);
        if told.as_ref() != Some(&progress) {
            tell(progress.clone());
            told = Some(progress);
        }
        if opinions.iter().all(Opinion::is_ready) {
            return Ok(waiter.notes(opinions));
        }
        if opinions.iter().any(|opinion| matches!(opinion, Opinion::Failed(_))) {
            return Err(waiter.failed(Ending::Failed, opinions).await);
        }
        if Instant::now() >= deadline {
            return Err(waiter.failed(Ending::TimedOut, opinions).await);
        }
        if !waiter.pause(deadline, &mut stop).await {
            return Err(NotReady { kind: Ending::Stopped, failures: Vec::new() });
        }
    }
}

struct Waiter<'a> {
    hub: &'a Hub,
    awaited: Awaited<'a>,
    entries: Vec<Entry>,
    kin: BTreeMap<String, Kin>,
    changed: Arc<Notify>,
    start: Instant,
    /// When this wait began, by the server's clock.
    since: Option<String>,
}

impl<'a> Waiter<'a> {
    fn new(hub: &'a Hub, mut awaited: Awaited<'a>) -> Self {
        let times = awaited.objects.iter().filter(|it| it.changed);
        let since = times.filter_map(|it| written(it.answer.as_ref()?)).min().map(str::to_owned);
        for object in &mut awaited.objects {
            object.answer = object.answer.take().map(thin);
        }
        let entries = awaited.objects.iter().map(|_| Entry::default()).collect();
        let changed = Arc::new(Notify::new());
        let start = Instant::now();
        let kin = BTreeMap::new();
        Self { hub, awaited, entries, kin, changed, start, since }
    }

    /// What to think of each object now.
    async fn look(&mut self) -> Vec<Opinion> {
        let now = Instant::now();
        let settings = self.awaited.settings;
        let mut opinions = Vec::with_capacity(self.awaited.objects.len());
        for (object, entry) in self.awaited.objects.iter().zip(&mut self.entries) {
            if !needs_wait(&object.id, &settings.readiness) {
                opinions.push(Opinion::Ready { note: None });
                continue;
            }
            let kin = object.id.namespace.as_ref().and_then(|it| self.kin.get(it));
            let seen = entry.see(object, kin, self.since.as_deref());
            let mut rules = Rules {
                grace_over: now - self.start >= FIRST_STATUS,
                ..Rules::new(self.awaited.runs, &settings.readiness)
            };
            if let Some(live) = judge::live(object, &seen) {
                rules = facts::complete(self.hub, object, live, rules).await;
                rules.lost = entry.lost(self.hub, live, &seen, &self.changed);
                rules.unanswered = entry.backing.is_missing(self.hub, live, &self.changed);
            }
            let times = (self.start, now);
            let track = &mut entry.track;
            let fail_fast = &settings.fail_fast;
            let mut opinion = judge::judge(object, &seen, &rules, fail_fast, track, times);
            if opinion.is_ready() && !entry.is_served(self.hub, object, &seen).await {
                let why = "waiting for its API to be served".to_owned();
                opinion = Opinion::Waiting { why, failure: None };
            }
            if !opinion.is_ready() {
                entry.open(self.hub, object, &self.changed);
                if now - self.start >= KIN_AFTER && !entry.has_kin {
                    entry.has_kin = true;
                    let namespace = object.id.namespace.clone().unwrap_or_default();
                    let kin = self.kin.entry(namespace).or_default();
                    kin.open(self.hub, &object.id, &self.changed);
                }
            }
            entry.seen = Some(seen);
            opinions.push(opinion);
        }
        opinions
    }

    fn progress(&self, opinions: &[Opinion]) -> Progress {
        let waiting = || self.awaited.objects.iter().zip(opinions);
        let words = |wanted: fn(&Opinion) -> bool| {
            let (object, opinion) = waiting().find(|(_, opinion)| wanted(opinion))?;
            Some((object.id.clone(), opinion.words()?.to_owned()))
        };
        let waiting_for = words(|it| matches!(it, Opinion::Failed(_)))
            .or_else(|| words(|it| matches!(it, Opinion::Waiting { failure: Some(_), .. })))
            .or_else(|| words(|it| matches!(it, Opinion::Waiting { .. })));
        let ready = opinions.iter().filter(|opinion| opinion.is_ready()).count();
        Progress { ready, total: opinions.len(), waiting_for }
    }

    /// Of objects that are all ready.
    fn notes(self, opinions: Vec<Opinion>) -> Vec<ObjectNote> {
        let ready = self.awaited.objects.into_iter().zip(opinions);
        let notes = ready.filter_map(|(object, opinion)| match opinion {
            Opinion::Ready { note } => Some(ObjectNote { object: object.id, note: note? }),
            Opinion::Waiting { .. } | Opinion::Failed(_) => None,
        });
        notes.collect()
    }

    /// False when it shall end.
    async fn pause(&self, deadline: Instant, stop: &mut Stop) -> bool {
        let early = self.start.elapsed() < KIN_AFTER * 2;
        let tick = Instant::now() + if early { FIRST_TICK } else { TICK };
        tokio::select! {
            () = stopped(stop) => return false,
            () = sleep_until(tick.min(deadline)) => {}
            () = self.changed.notified() => sleep(SWARM).await,
        }
        true
    }

    /// All that is wrong, what ends the wait first: one failure often comes a moment before another.
    async fn failed(self, kind: Ending, opinions: Vec<Opinion>) -> NotReady {
        let (mut failing, mut also) = (Vec::new(), Vec::new());
        let all = self.awaited.objects.into_iter().zip(self.entries).zip(opinions);
        for ((object, entry), opinion) in all {
            let seen = entry.seen.unwrap_or_default();
            let live = judge::live(&object, &seen).cloned();
            let failing_with = |failure, id| Failing { id, live, failure };
            match opinion {
                Opinion::Ready { .. } => {}
                Opinion::Failed(failure) => failing.push(failing_with(failure, object.id)),
                Opinion::Waiting { why, failure } if kind == Ending::TimedOut => {
                    let late = judge::late(&object, &seen, &why, failure.as_ref());
                    failing.push(failing_with(late, object.id));
                }
                Opinion::Waiting { failure, .. } => {
                    let likely = failure.filter(|it| it.certainty != Certainty::Possible);
                    also.extend(likely.map(|failure| failing_with(failure, object.id)));
                }
            }
        }
        failing.append(&mut also);
        let failures = evidence::collect(self.hub.client(), failing, self.since.as_deref()).await;
        NotReady { kind, failures }
    }
}

impl Opinion {
    fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    fn words(&self) -> Option<&str> {
        match self {
            Self::Ready { .. } => None,
            Self::Waiting { why, .. } => Some(why),
            Self::Failed(Failure { cause, .. }) => Some(cause),
        }
    }
}

/// Returns when it shall stop; never where nobody can say so any more.
pub(super) async fn stopped(stop: &mut Stop) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
