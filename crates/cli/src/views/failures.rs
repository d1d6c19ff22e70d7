//! What a run that did not do all of its work left behind: every failure with what was seen of it, what was taken back, what
//! was skipped because of whom, and what to do next.

use std::fmt::Write as _;

use plan::live::Deploy;
use plan::{
    HookEvent, ObjectFailure, Outcome, Plan, Reason, ReleaseAction, ReleasePlan, ReleaseResult,
    RollbackFailure, RunResult,
};
use stack::ReleaseId;

use crate::printer::Paint;
use crate::views::table::{plain, wrap};

pub fn text(plan: &Plan, result: &RunResult, paint: Paint, width: usize) -> String {
    let message = result.message.as_deref().unwrap_or("the run did not come to its end");
    let mut text = format!("{} {message} ({})\n", paint.red("error:"), counts(result));
    let find = |one: &ReleaseResult| planned(plan, one);
    let failed = || result.releases.iter().filter(|one| one.outcome == Outcome::Failed);
    for one in failed().filter(|one| one.because.is_none()) {
        text.push_str(&release(one, find(one), paint, width));
    }
    for one in failed() {
        if let Some(guilty) = &one.because {
            text.push_str(&taken_back(one, guilty, find(one), paint, width));
        }
    }
    for one in result.releases.iter().filter(|one| one.outcome == Outcome::Skipped) {
        let why = skipped(one, find(one), result);
        let _ = writeln!(text, "  {} {}: {why}", paint.dim("-"), one.id);
    }
    let _ = writeln!(text, "{} {}", paint.cyan("help:"), next(result));
    text
}

/// The plan of a result. A release that moved has two under one id, of which one deletes; a deferred one may have done something
/// else than was shown.
fn planned<'a>(plan: &'a Plan, result: &ReleaseResult) -> Option<&'a ReleasePlan> {
    let named = || plan.releases().filter(|release| release.id == result.id);
    named().find(|release| release.action == result.action).or_else(|| named().next())
}

/// `3 written, 0 deleted`
pub fn counts(result: &RunResult) -> String {
    let written: usize = result.releases.iter().map(|release| release.written.len()).sum();
    let deleted: usize = result.releases.iter().map(|release| release.deleted.len()).sum();
    format!("{written} written, {deleted} deleted")
}

fn release(
    result: &ReleaseResult,
    plan: Option<&ReleasePlan>,
    paint: Paint,
    width: usize,
) -> String {
    let (mark, id) = (paint.red("✘"), paint.bold(result.id.as_str()));
    let error = result.error.as_deref().unwrap_or("failed");
    let mut text = String::new();
    if result.failures.is_empty() {
        let mut lines = error.lines();
        let _ = writeln!(text, "  {mark} {id}: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(text, "      {line}");
        }
    } else {
        let place =
            plan.map(|plan| format!(" {}", paint.dim(&format!("({})", plan.key.namespace))));
        let _ = writeln!(text, "  {mark} {id}{}", place.unwrap_or_default());
        for failure in &result.failures {
            text.push_str(&object(failure, hook(failure, plan), paint, width));
        }
        if let Some(more) = beside(error, &result.failures) {
            text.push_str(&wrap(more, 6, width));
        }
    }
    if let Some(revision) = result.rolled_back {
        let what = undone(result.back_to, revision);
        let _ = writeln!(text, "      {} {what}", paint.yellow("rolled back:"));
    }
    if let Some(failure) = &result.rollback_failed {
        text.push_str(&not_rolled_back(failure, plan, paint, width));
    }
    text
}

/// A release that was well, and went back with the one that failed.
fn taken_back(
    result: &ReleaseResult,
    guilty: &ReleaseId,
    plan: Option<&ReleasePlan>,
    paint: Paint,
    width: usize,
) -> String {
    let id = paint.bold(result.id.as_str());
    match (&result.rollback_failed, result.rolled_back) {
        (Some(failure), _) => {
            let mark = paint.red("✘");
            let head = format!("  {mark} {id}: was to be taken back because `{guilty}` failed\n");
            head + &not_rolled_back(failure, plan, paint, width)
        }
        (None, revision) => {
            let what = revision.map(|it| format!(" ({})", undone(result.back_to, it)));
            let what = what.unwrap_or_default();
            format!("  {} {id}: taken back because `{guilty}` failed{what}\n", paint.yellow("!"))
        }
    }
}

/// The second of two causes: neither what was new nor what was there before comes up.
fn not_rolled_back(
    failure: &RollbackFailure,
    plan: Option<&ReleasePlan>,
    paint: Paint,
    width: usize,
) -> String {
    let good = plan.and_then(|plan| plan.deploy.as_deref()).and_then(Deploy::good_revision);
    let to = good.map(|good| format!(" to revision {good}")).unwrap_or_default();
    let mut text = format!("      {}\n", paint.red(&format!("and rolling back{to} failed:")));
    if failure.failures.is_empty() {
        text.push_str(&wrap(&plain(&failure.error), 8, width));
    }
    for one in &failure.failures {
        text.push_str(&object(one, None, paint, width));
    }
    text
}

/// The event of the hook that failed, where it was one.
fn hook(failure: &ObjectFailure, plan: Option<&ReleasePlan>) -> Option<HookEvent> {
    let run = plan?.hooks.iter().find(|run| run.object == failure.object)?;
    Some(run.event)
}

fn object(failure: &ObjectFailure, hook: Option<HookEvent>, paint: Paint, width: usize) -> String {
    let code = paint.red(failure.code.as_str());
    let hook = hook.map(|event| format!("  {event} hook")).unwrap_or_default();
    let object = paint.bold(&failure.object.to_string());
    let mut text = format!("      {code}  {object}{}\n", paint.dim(&hook));
    text.push_str(&wrap(&plain(&failure.cause), 8, width));
    let pod = failure.pod.as_ref().map(|pod| format!("pod {pod}"));
    let container = failure.container.as_ref().map(|container| format!("container {container}"));
    let seen_in: Vec<String> = pod.into_iter().chain(container).collect();
    if !failure.logs.is_empty() {
        let from = if seen_in.is_empty() { "its log".to_owned() } else { seen_in.join(", ") };
        let _ = writeln!(text, "        {}", paint.dim(&format!("last lines of {from}:")));
        for line in &failure.logs {
            let _ = writeln!(text, "        {} {}", paint.dim("│"), plain(line));
        }
    } else if !seen_in.is_empty() {
        let _ = writeln!(text, "        {}", paint.dim(&format!("seen in {}", seen_in.join(", "))));
    }
    if !failure.events.is_empty() {
        let _ = writeln!(text, "        {}", paint.dim("events:"));
        for event in &failure.events {
            text.push_str(&wrap(&plain(event), 10, width));
        }
    }
    // Coloured after the wrapping, which counts columns.
    let help = wrap(&format!("help: {}", failure.code.help()), 8, width);
    text.push_str(&help.replacen("help:", &paint.cyan("help:"), 1));
    text
}

/// What an error says after the failures that are told in full.
fn beside<'a>(error: &'a str, failures: &[ObjectFailure]) -> Option<&'a str> {
    let last = failures.last()?;
    let told = format!("{} ({})", last.cause, last.code);
    let (_, rest) = error.split_once(&told)?;
    let rest = rest.trim_start_matches("; ");
    (!rest.is_empty()).then_some(rest)
}

fn undone(back_to: Option<u64>, revision: u64) -> String {
    match back_to {
        Some(good) => format!("to revision {good}, which is revision {revision} now"),
        None => "what this run made is gone again, except volumes".to_owned(),
    }
}

/// Whose fault it is.
fn skipped(result: &ReleaseResult, plan: Option<&ReleasePlan>, run: &RunResult) -> String {
    let done = match result.action {
        ReleaseAction::Delete => "not deleted",
        _ => "skipped",
    };
    let needs = plan.and_then(|plan| plan.record.as_ref()).map(|record| record.needs.as_slice());
    let has = |outcome: Outcome| {
        let needs = needs.unwrap_or_default();
        let there = run.releases.iter().filter(move |one| one.outcome == outcome);
        let names = there.filter(move |one| needs.contains(&one.id));
        names.map(|one| format!("`{}`", one.id)).collect::<Vec<_>>()
    };
    match (has(Outcome::Failed), has(Outcome::Skipped)) {
        (failed, _) if !failed.is_empty() => {
            format!("{done}, it needs {}, which failed", failed.join(", "))
        }
        (_, skipped) if !skipped.is_empty() => {
            format!("{done}, it needs {}, which was skipped", skipped.join(", "))
        }
        _ if matches!(run.reason, Reason::Interrupted | Reason::Terminated) => {
            format!("{done}, the run was interrupted")
        }
        _ => format!("{done}, the run stopped before it"),
    }
}

fn next(result: &RunResult) -> &'static str {
    match result.reason {
        Reason::Stale => "plan again: run the same command once more",
        Reason::Interrupted | Reason::Terminated => {
            "run the same command again: it goes on from here"
        }
        _ if result.releases.iter().any(|one| !one.failures.is_empty()) => {
            "correct the cause, then run the same command again: it goes on from here"
        }
        _ => "run the same command again: it goes on from here",
    }
}

#[cfg(test)]
mod tests;
