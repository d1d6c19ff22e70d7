//! In which order releases go: wave after wave, or each as soon as its own needs have come far enough.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use plan::{Event, Outcome, Plan, Purpose, ReleaseKey, ReleasePlan, ReleaseRecord, Wave};
use stack::ReleaseId;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::order::{OnFailure, Order, Schedule};
use super::{Ended, Run, turn};

/// Releases whose objects are all sent, for those that wait for no more than that.
#[derive(Default)]
pub(super) struct Applied {
    ids: Mutex<BTreeSet<ReleaseId>>,
    told: Notify,
}

impl Applied {
    pub(super) fn tell(&self, id: &ReleaseId) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        self.told.notify_one();
    }

    fn has(&self, id: &ReleaseId) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

/// Carries out every release of the plan; the results stand in the plan's order.
pub(super) async fn releases<'a>(run: &Run<'a>) -> Vec<Ended<'a>> {
    let plan = run.order.plan;
    let is_apply = |wave: &Wave| wave.purpose == Purpose::Apply;
    let mut ended = Vec::new();
    for waves in plan.waves.chunk_by(|one, next| is_apply(one) && is_apply(next)) {
        stage(run, waves, &mut ended).await;
    }
    let place = |key: &ReleaseKey| plan.releases().position(|release| release.key == *key);
    ended.sort_by_cached_key(|one| place(&one.release.key));
    ended
}

/// All waves of an apply, or one wave of deletions.
async fn stage<'a>(run: &Run<'_>, waves: &'a [Wave], done: &mut Vec<Ended<'a>>) {
    let order = run.order;
    let Some(purpose) = waves.first().map(|wave| wave.purpose) else { return };
    let eager = order.schedule == Schedule::Eager && purpose == Purpose::Apply;
    let mut standing = Standing::new(&run.applied, waves);
    let mut open: Vec<(usize, &ReleasePlan)> = standing.planned();
    let mut at_work = FuturesUnordered::new();
    let (mut front, mut halted, mut announced) = (None, None, 0);
    loop {
        let halts = halt(order, purpose, done);
        if front != Some(standing.front()) {
            front = Some(standing.front());
            halted.clone_from(&halts);
        }
        let mut waiting = Vec::new();
        for (wave, release) in open {
            let (skips, begins) = match eager {
                true => (&halts, halts.is_some() || standing.needs_have_come(release)),
                false if wave <= standing.front() => (&halted, true),
                false => (&halts, standing.overtakes(wave, release)),
            };
            if !begins || at_work.len() - standing.passed() >= order.jobs.max(1) {
                waiting.push((wave, release));
                continue;
            }
            if skips.is_none() {
                let until = if eager { waves.len() } else { wave + 1 };
                announce(order, waves.get(announced..until).unwrap_or_default(), eager);
                announced = announced.max(until);
            }
            let skip = failed_need(order.plan, release, done).or_else(|| skips.clone());
            at_work.push(turn::one(run, release, purpose, skip));
        }
        open = waiting;
        tokio::select! {
            ended = at_work.next() => match ended {
                Some(one) => {
                    standing.ended(one.release);
                    done.push(one);
                }
                None => break,
            },
            () = run.applied.told.notified() => {}
        }
    }
}

/// How far the releases of a stage have come.
struct Standing<'run, 'plan> {
    applied: &'run Applied,
    waves: &'plan [Wave],
    /// Those that have not ended, with the positions of their waves.
    left: BTreeMap<&'plan ReleaseId, (usize, &'plan ReleasePlan)>,
    /// Those that somebody needs only `until: applied`: their waiting holds up nobody else's turn.
    passable: BTreeSet<&'plan ReleaseId>,
}

impl<'run, 'plan> Standing<'run, 'plan> {
    fn new(applied: &'run Applied, waves: &'plan [Wave]) -> Self {
        let (left, passable) = (BTreeMap::new(), BTreeSet::new());
        let mut standing = Self { applied, waves, left, passable };
        for (wave, release) in standing.planned() {
            standing.left.insert(&release.id, (wave, release));
            standing.passable.extend(release.comes_after_applied());
        }
        standing
    }

    /// In the plan's order.
    fn planned(&self) -> Vec<(usize, &'plan ReleasePlan)> {
        let waves = self.waves.iter().enumerate();
        waves.flat_map(|(at, wave)| wave.releases.iter().map(move |one| (at, one))).collect()
    }

    fn ended(&mut self, release: &ReleasePlan) {
        self.left.remove(&release.id);
    }

    /// The first wave that is not through.
    fn front(&self) -> usize {
        self.left.values().map(|(wave, _)| *wave).min().unwrap_or(self.waves.len())
    }

    /// How many of those at work only wait, while others go on.
    fn passed(&self) -> usize {
        let waiting = |id: &&&ReleaseId| self.left.contains_key(**id) && self.applied.has(id);
        self.passable.iter().filter(waiting).count()
    }

    /// A need that is not in the plan was there before.
    fn needs_have_come(&self, release: &ReleasePlan) -> bool {
        let suffices = |need: &ReleaseId| release.comes_after_applied().any(|one| one == need);
        let has_come = |need: &ReleaseId| suffices(need) && self.applied.has(need);
        release.comes_after().all(|need| !self.left.contains_key(need) || has_come(need))
    }

    /// Whether a release begins before its wave: all that earlier waves still have to do is done by releases that it needs, itself
    /// or through others, and those have come as far as it asks.
    fn overtakes(&self, wave: usize, release: &'plan ReleasePlan) -> bool {
        if self.passable.is_empty() || !self.needs_have_come(release) {
            return false;
        }
        let mut needed: BTreeSet<&ReleaseId> = BTreeSet::new();
        let mut next: Vec<&ReleaseId> = needs(release).iter().collect();
        while let Some(id) = next.pop() {
            if needed.insert(id) {
                let further = self.planned().into_iter().find(|(_, one)| one.id == *id);
                next.extend(further.iter().flat_map(|(_, one)| needs(one)));
            }
        }
        let mut earlier = self.left.iter().filter(|(_, (of, _))| *of < wave);
        earlier.all(|(id, _)| needed.contains(*id))
    }
}

fn needs(release: &ReleasePlan) -> &[ReleaseId] {
    release.record.as_ref().map_or(&[], |record| &record.needs)
}

/// Why a release is not begun.
#[derive(Clone)]
pub(super) enum Skip {
    /// The run is to stop, or its time is up.
    Ended,
    /// That release failed.
    Because(ReleaseId),
}

/// Why nothing new is begun, if so.
fn halt(order: &Order<'_>, purpose: Purpose, done: &[Ended<'_>]) -> Option<Skip> {
    let failed = done.iter().map(|one| &one.result).find(|one| one.outcome == Outcome::Failed);
    let late = order.deadline.is_some_and(|deadline| Instant::now() >= deadline);
    match failed {
        _ if *order.stop.borrow() || late => Some(Skip::Ended),
        Some(failed) if !goes_on(order, purpose) => Some(Skip::Because(failed.id.clone())),
        _ => None,
    }
}

/// Tells of waves that begin: of all at once where they go together.
fn announce(order: &Order<'_>, waves: &[Wave], together: bool) {
    let size = if together { waves.len().max(1) } else { 1 };
    for waves in waves.chunks(size) {
        let releases = || waves.iter().flat_map(|wave| &wave.releases);
        let at_work = releases().filter(|release| release.has_work()).count();
        if let (Some(first), 1..) = (waves.first(), at_work) {
            (order.tell)(&Event::WaveStarted {
                number: first.number,
                of: order.plan.waves.len(),
                purpose: first.purpose,
                releases: at_work,
            });
        }
    }
}

/// After a failure only what asks for it goes on, and nothing is deleted that the manifest no longer has.
fn goes_on(order: &Order<'_>, purpose: Purpose) -> bool {
    match order.on_failure {
        OnFailure::Stop => false,
        OnFailure::Continue => purpose != Purpose::Prune,
    }
}

/// A release waits for those that it needs, and its deletion for those that need it: the first of them that failed, or for
/// whose sake one of them was skipped.
fn failed_need(plan: &Plan, release: &ReleasePlan, done: &[Ended<'_>]) -> Option<Skip> {
    let needed = |record: Option<&ReleaseRecord>| {
        record.is_some_and(|record| record.needs.contains(&release.id))
    };
    let mut failed = done
        .iter()
        .map(|one| &one.result)
        .filter(|result| matches!(result.outcome, Outcome::Failed | Outcome::Skipped));
    let need = failed.find(|result| match &release.record {
        Some(_) => release.comes_after().any(|id| *id == result.id),
        None => plan
            .releases()
            .filter(|other| other.id == result.id)
            .any(|other| needed(other.before.as_ref())),
    })?;
    Some(match (need.outcome, &need.because) {
        (Outcome::Skipped, None) => Skip::Ended,
        (Outcome::Skipped, Some(failed)) => Skip::Because(failed.clone()),
        _ => Skip::Because(need.id.clone()),
    })
}
