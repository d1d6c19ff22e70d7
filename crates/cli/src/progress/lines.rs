//! The lines that stay: a wave begins, a hook runs, a release is done.

use std::time::Duration;

use plan::{Event, ObjectFailure, Outcome, Phase, Purpose, ReleaseAction, ReleaseResult};

use super::board::Board;
use crate::printer::{Paint, Printer};
use crate::views::table::{columns, count, cut, plain};

/// How many notes on ready objects a line tells.
const NOTES: usize = 3;

/// None where an event only changes the table.
pub(super) fn line(
    event: &Event<'_>,
    board: &Board,
    now: Duration,
    printer: &Printer,
) -> Option<String> {
    let paint = printer.talk_paint();
    match event {
        Event::WaveStarted { number, of, purpose, releases } => {
            let purpose = match purpose {
                Purpose::Apply => "",
                Purpose::Uninstall => ", not to be installed",
                Purpose::Prune => ", no longer in the manifest",
                Purpose::Destroy => ", destroy",
            };
            let what = count(*releases, "release");
            Some(paint.dim(&format!("wave {number} of {of}: {what}{purpose}")))
        }
        Event::HookStarted { id, object, hook } => {
            Some(format!("  {} {id}: {hook} hook {object}", paint.dim("·")))
        }
        Event::RenderedAgain { id, action, objects } => {
            let what = match action {
                ReleaseAction::Unchanged => "nothing to do".to_owned(),
                _ => format!("{} to change", count(*objects, "object")),
            };
            Some(format!("  {} {id}: rendered again, {what}", paint.dim("·")))
        }
        Event::HookOutput { id, object, pod, container, lines, .. } => {
            let head = format!("  {} {id}: {object} wrote", paint.dim("·"));
            let from = paint.dim(&format!("(pod {pod}, container {container})"));
            let lines =
                lines.iter().map(|line| format!("\n      {} {}", paint.dim("│"), plain(line)));
            Some(format!("{head} {from}{}", lines.collect::<String>()))
        }
        Event::PhaseStarted { id, phase: Phase::RollingBack, error } => {
            let what = match error {
                Some(error) => format!("failed, rolling back: {}", first_line(error)),
                None => "rolling back, because another release failed".to_owned(),
            };
            let room = printer.width().saturating_sub(6 + columns(id.as_str()));
            Some(format!("  {} {id}: {}", paint.yellow("!"), cut(&what, room)))
        }
        Event::ReleaseDone { id, result } => {
            let age = board.age(id.as_str(), now).filter(|_| printer.is_live());
            Some(done(id.as_str(), result, board.widest, age, paint, printer.width()))
        }
        Event::Stopping => Some(format!("{} {STOPPING}", paint.yellow("stopping:"))),
        Event::ReleaseStarted { .. }
        | Event::PhaseStarted { .. }
        | Event::ObjectDone { .. }
        | Event::Waiting { .. } => None,
    }
}

/// Told to whoever interrupts a run.
const STOPPING: &str =
    "what is under way is finished and recorded; a second Ctrl-C ends it at once";

/// How a release ended. Why it failed is told in full at the end of the run.
fn done(
    id: &str,
    result: &ReleaseResult,
    widest: usize,
    age: Option<Duration>,
    paint: Paint,
    width: usize,
) -> String {
    let (mark, verb) = match result.outcome {
        Outcome::Done => (paint.green("✔"), word(result.action)),
        Outcome::Unchanged => (paint.dim("="), "unchanged"),
        Outcome::Failed if result.because.is_some() => (paint.yellow("!"), "taken back"),
        Outcome::Failed => (paint.red("✘"), "failed"),
        Outcome::Skipped => (paint.dim("-"), "skipped"),
    };
    let verb = match (result.outcome, result.back_to) {
        (Outcome::Done, Some(revision)) => format!("rolled back to revision {revision}"),
        _ => verb.to_owned(),
    };
    let pad = " ".repeat(widest.saturating_sub(columns(id)));
    let mut parts = Vec::new();
    if let Some(guilty) = &result.because {
        parts.push(format!("because `{guilty}` failed"));
    }
    if !result.written.is_empty() {
        parts.push(format!("{} written", result.written.len()));
    }
    if !result.deleted.is_empty() {
        parts.push(format!("{} deleted", result.deleted.len()));
    }
    parts
        .extend(result.notes.iter().take(NOTES).map(|one| format!("{}: {}", one.object, one.note)));
    let more = result.notes.len().saturating_sub(NOTES);
    parts.extend((more > 0).then(|| format!("and {more} more")));
    match (result.failures.as_slice(), &result.error) {
        ([], None) => {}
        ([], Some(error)) if result.because.is_none() => {
            parts.push(cut(&first_line(error), width.saturating_sub(20 + widest)));
        }
        (failures, _) => parts.extend(codes(failures)),
    }
    match (result.rolled_back, result.back_to, &result.rollback_failed) {
        (_, _, Some(failure)) => {
            let told = match failure.failures.as_slice() {
                [] => cut(&first_line(&failure.error), width.saturating_sub(20 + widest)),
                failures => codes(failures).collect::<Vec<_>>().join(", "),
            };
            parts.push(format!("could not be rolled back: {told}"));
        }
        (Some(_), Some(good), None) => parts.push(format!("rolled back to revision {good}")),
        (Some(_), None, None) => parts.push("taken back".to_owned()),
        (None, _, None) => {}
    }
    let age = age.filter(|age| *age >= Duration::from_millis(100));
    let age = age.map(|age| paint.dim(&format!("  {:.1}s", age.as_secs_f64()))).unwrap_or_default();
    format!("  {mark} {id}{pad}  {verb:<9}  {}{age}", parts.join(", ")).trim_end().to_owned()
}

fn codes(failures: &[ObjectFailure]) -> impl Iterator<Item = String> {
    failures.iter().take(3).map(|one| format!("{} {}", one.code, one.object))
}

fn first_line(text: &str) -> String {
    plain(text.lines().next().unwrap_or_default())
}

fn word(action: ReleaseAction) -> &'static str {
    match action {
        ReleaseAction::Install => "installed",
        ReleaseAction::Upgrade => "upgraded",
        ReleaseAction::Adopt => "adopted",
        ReleaseAction::Record => "recorded",
        ReleaseAction::Unchanged => "unchanged",
        ReleaseAction::Delete => "deleted",
    }
}

#[cfg(test)]
mod tests;
