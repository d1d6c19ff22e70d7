//! Carries out a plan step by step: intent, then files wave by wave, then the index. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plan::{
    Event, Expect, ObjectPlan, Outcome, Plan, Reason, ReleaseAction, ReleasePlan, ReleaseResult,
    RunResult, Step,
};

use crate::disk::{Disk, Staged};
use crate::index::{self, INDEX, INTENT, Inventory};
use crate::stage::{Content, Readers};
use crate::{Error, Lock};

/// Executes a plan on the directory that it was made for. Nothing is written if the directory is no longer what the plan saw.
/// A failure lets its wave end and stops all later ones; an interruption stops after the object in hand. The intent stays then,
/// and the next plan starts from what is really there.
pub fn execute(
    root: &Path,
    plan: &Plan,
    _lock: &Lock,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event<'_>),
) -> RunResult {
    run(&mut Disk::new(root), plan, interrupted, on_event)
}

pub(crate) fn run(
    disk: &mut Disk,
    plan: &Plan,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event<'_>),
) -> RunResult {
    let mut run = Run {
        disk,
        plan,
        interrupted,
        on_event,
        staged: BTreeMap::new(),
        results: Vec::new(),
        stopped: None,
    };
    if let Some(refusal) = plan.refusals.first() {
        return run.end(refusal.reason.reason(), Some(refusal.to_string()));
    }
    if let Err(error) = run.begin() {
        return run.end(error.reason(), Some(error.full()));
    }
    run.waves();
    match run.stopped.take() {
        None => match run.finish() {
            Ok(()) => run.end(Reason::Done, None),
            Err(error) => run.failed(error.full()),
        },
        Some(Stop::Interrupted) => {
            run.end(Reason::Interrupted, Some("interrupted before the end".to_owned()))
        }
        Some(Stop::Failed(message)) => run.failed(message),
    }
}

struct Run<'a> {
    disk: &'a mut Disk,
    plan: &'a Plan,
    interrupted: &'a dyn Fn() -> bool,
    on_event: &'a mut dyn FnMut(Event<'_>),
    /// By their places, what is written and not yet there.
    staged: BTreeMap<String, Staged>,
    results: Vec<ReleaseResult>,
    stopped: Option<Stop>,
}

enum Stop {
    Interrupted,
    Failed(String),
}

impl Run<'_> {
    /// Compares everything with what the plan saw, then writes down what is going to happen.
    fn begin(&mut self) -> Result<(), Error> {
        let plan = self.plan;
        let recorded = index::load(self.disk)?;
        if let Some(recorded) = &recorded {
            index::check_owner(self.disk, recorded, &plan.stack)?;
        }
        let (releases, unfinished) = recorded
            .map(|recorded| (recorded.inventory.releases, recorded.unfinished))
            .unwrap_or_default();
        if releases != plan.records_before() {
            return Err(Error::Stale { place: self.disk.shown(INDEX) });
        }
        let mut seen = BTreeSet::new();
        for step in plan.releases().flat_map(|release| &release.objects).flat_map(|one| &one.steps)
        {
            let (place, expect) = match step {
                Step::PutAside { place, expect }
                | Step::Write { place, expect, .. }
                | Step::Delete { place, expect } => (place, expect),
            };
            if !seen.insert(place) {
                continue;
            }
            let live = self.disk.live(place)?;
            let as_seen = match expect {
                Expect::Absent => live.digest().is_none(),
                Expect::Digest(digest) => live.digest() == Some(digest),
            };
            if !as_seen {
                return Err(Error::Stale { place: self.disk.shown(place) });
            }
        }
        // While the old intent still stands, or nobody would know what to look for.
        self.disk.sweep(&unfinished.unwrap_or_default())?;
        self.disk.remove_leftover()?;
        self.stage()?;
        let before = Inventory::new(plan.records_before(), &plan.kept_before);
        let after = Inventory::new(plan.records(), &plan.kept);
        let intent = index::intent_text(&plan.stack, before, after)?;
        self.disk.write(INTENT, public(&intent))?;
        self.disk.settle()
    }

    /// Writes all that the plan writes, without changing anything yet.
    fn stage(&mut self) -> Result<(), Error> {
        let objects = self.plan.releases().flat_map(|release| &release.objects);
        let writes = objects.flat_map(|object| &object.steps).filter_map(|step| match step {
            Step::Write { place, text, secret, .. } => {
                let readers = if *secret { Readers::Owner } else { Readers::Everybody };
                Some((place.clone(), Content { bytes: text.as_bytes(), readers }))
            }
            Step::PutAside { .. } | Step::Delete { .. } => None,
        });
        let (places, contents): (Vec<String>, Vec<Content<'_>>) = writes.unzip();
        if !contents.is_empty() {
            self.staged = places.into_iter().zip(self.disk.stage(&contents)?).collect();
        }
        Ok(())
    }

    fn waves(&mut self) {
        for wave in &self.plan.waves {
            let working = wave.releases.iter().filter(|release| !is_idle(release)).count();
            if self.stopped.is_none() && working > 0 {
                (self.on_event)(Event::WaveStarted {
                    number: wave.number,
                    of: self.plan.waves.len(),
                    purpose: wave.purpose,
                    releases: working,
                });
            }
            let failed_before = self.stopped.is_some();
            for release in &wave.releases {
                let result = self.release(release, failed_before);
                self.results.push(result);
            }
            if let Err(error) = self.disk.settle() {
                self.stopped.get_or_insert(Stop::Failed(error.full()));
            }
        }
    }

    fn release(&mut self, release: &ReleasePlan, failed_before: bool) -> ReleaseResult {
        let mut result = ReleaseResult::new(release.id.clone(), release.action, Outcome::Unchanged);
        if is_idle(release) {
            return result;
        }
        if failed_before || self.is_interrupted() {
            let mut before = self.results.iter();
            let failed = before.find(|result| result.outcome == Outcome::Failed);
            result.because = failed.map(|failed| failed.id.clone());
            result.outcome = Outcome::Skipped;
            return result;
        }
        let work = release.objects.iter().filter(|object| !object.steps.is_empty());
        (self.on_event)(Event::ReleaseStarted {
            id: &release.id,
            action: release.action,
            objects: work.clone().count(),
        });
        result.outcome = Outcome::Done;
        for object in work {
            if self.is_interrupted() {
                result.outcome = Outcome::Failed;
                result.error = Some("interrupted".to_owned());
                break;
            }
            match self.object(object, &mut result) {
                Ok(()) => (self.on_event)(Event::ObjectDone {
                    id: &release.id,
                    object: &object.key.id,
                    action: object.action,
                }),
                Err(error) => {
                    let message = error.full();
                    result.outcome = Outcome::Failed;
                    result.error = Some(message.clone());
                    let message = format!("release `{}`: {message}", release.id);
                    self.stopped.get_or_insert(Stop::Failed(message));
                    break;
                }
            }
        }
        (self.on_event)(Event::ReleaseDone { id: &release.id, result: &result });
        result
    }

    fn object(&mut self, object: &ObjectPlan, result: &mut ReleaseResult) -> Result<(), Error> {
        for step in &object.steps {
            match step {
                Step::PutAside { place, .. } => self.put_aside(place)?,
                Step::Write { place, .. } => {
                    let staged = self.staged.remove(place);
                    let staged = staged.ok_or_else(|| Error::Stale { place: place.clone() })?;
                    self.disk.put(staged, place)?;
                    result.written.push(object.key.id.clone());
                }
                Step::Delete { place, .. } => {
                    self.disk.delete(place)?;
                    let id = object.replaces.as_ref().unwrap_or(&object.key.id);
                    result.deleted.push(id.clone());
                }
            }
        }
        Ok(())
    }

    /// Beside the file, under a name that tells its content and that nothing reads as a manifest.
    fn put_aside(&mut self, place: &str) -> Result<(), Error> {
        let Some(bytes) = self.disk.read(place)? else { return Ok(()) };
        let aside = format!("{place}.{}.orig", &plan::digest(&bytes)[..8]);
        self.disk.write(&aside, Content { bytes: &bytes, readers: Readers::Owner })
    }

    /// The index takes the place of the intent; where nothing is left to record, neither stays.
    fn finish(&mut self) -> Result<(), Error> {
        let inventory = Inventory::new(self.plan.records(), &self.plan.kept);
        if inventory.is_empty() {
            self.disk.delete(INDEX)?;
        } else {
            let text = index::index_text(&self.plan.stack, inventory)?;
            self.disk.write(INDEX, public(&text))?;
        }
        self.disk.settle()?;
        self.disk.remove_leftover()?;
        self.disk.delete(INTENT)?;
        self.disk.settle()
    }

    fn is_interrupted(&mut self) -> bool {
        if (self.interrupted)() {
            self.stopped = Some(Stop::Interrupted);
        }
        matches!(self.stopped, Some(Stop::Interrupted))
    }

    fn failed(self, message: String) -> RunResult {
        let changed =
            |result: &ReleaseResult| !result.written.is_empty() || !result.deleted.is_empty();
        let reason = match self.results.iter().any(changed) {
            true => Reason::FailedPartly,
            false => Reason::Failed,
        };
        self.end(reason, Some(message))
    }

    /// Releases that were not reached are skipped. What was staged for them goes; where that fails too, the next run does it.
    fn end(self, reason: Reason, message: Option<String>) -> RunResult {
        self.disk.remove_leftover().ok();
        let mut releases = self.results;
        let missing = self.plan.releases().skip(releases.len());
        releases.extend(missing.map(|release| {
            let outcome = if is_idle(release) { Outcome::Unchanged } else { Outcome::Skipped };
            ReleaseResult::new(release.id.clone(), release.action, outcome)
        }));
        RunResult { reason, message, releases }
    }
}

fn public(text: &str) -> Content<'_> {
    Content { bytes: text.as_bytes(), readers: Readers::Everybody }
}

fn is_idle(release: &ReleasePlan) -> bool {
    release.action == ReleaseAction::Unchanged
}
