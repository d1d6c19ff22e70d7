//! A plan, shown, agreed to and carried out: what apply and destroy have in common.

use std::time::Duration;

use plan::{Event, Operation, Outcome, Plan, RunResult, StackReport};
use stack::{ReleaseId, Stack};

use crate::args::{Sure, TextOrJson};
use crate::cluster::RunPolicy;
use crate::confirm::Consent;
use crate::deferred::{self, Deferred};
use crate::pipeline::Planned;
use crate::place::{self, Place};
use crate::progress;
use crate::report::{self, Failure, Reason};
use crate::shell::Shell;
use crate::signals::Interrupted;
use crate::terminal;
use crate::views;

/// How a run may write.
pub struct Permission<'a> {
    pub sure: &'a Sure,
    /// Deletions of releases that the manifest no longer has were asked for.
    pub prune: bool,
    /// `apply`, `destroy`
    pub verb: &'static str,
    pub output: TextOrJson,
    /// In JSON runs each event is a line on stdout; not where one document is all that is printed.
    pub events: bool,
    pub policy: RunPolicy,
}

/// How one stack ended, for the report and for the exit code.
pub struct Ended {
    pub report: StackReport,
    pub reason: Reason,
}

/// Shows the plan, asks, executes. What stops it before the first write is told and becomes the reason.
pub fn carry_out(
    planned: Planned,
    permission: &Permission<'_>,
    shell: &Shell,
) -> Result<Ended, Failure> {
    let printer = &shell.printer;
    let Planned { stack, place, mut plan, notes, deferred } = planned;
    let Permission { sure, prune, verb, .. } = *permission;
    let consent = Consent { sure, stack: &stack, prune, verb };
    if consent.never_prunes() {
        plan = plan.without_prune();
    }
    show(&plan, &place.to_string(), permission.output, shell)?;
    let refused = plan.refusals.first().map(|refusal| refusal.reason.reason());
    if let Some(reason) = refused {
        report::problems(printer, &views::refusals::problems(&plan.refusals));
        return Ok(Ended { report: StackReport { plan, result: None }, reason });
    }
    if plan.has_changes() {
        if let Err(failure) = consent.ask(&plan) {
            let reason = report::failure(printer, &failure);
            return Ok(Ended { report: StackReport { plan, result: None }, reason });
        }
        plan = consent.ask_prune(plan, printer);
    }
    if !plan.has_changes() {
        let reason = settle(&place, &stack, &plan, permission, shell)?;
        place.tell_costs(shell);
        return Ok(Ended { report: StackReport { plan, result: None }, reason });
    }
    let result = execute(&place, (&stack, &plan), deferred.as_ref(), permission, shell)?;
    place.tell_costs(shell);
    let reason = result.reason;
    if reason == Reason::Done {
        let again = |id: &ReleaseId| deferred.as_ref()?.notes(id);
        let notes = notes.into_iter().map(|(id, text)| (again(&id).unwrap_or(text), id));
        tell_notes(notes, &plan, &result, shell);
    }
    Ok(Ended { report: StackReport { plan, result: Some(result) }, reason })
}

/// What is to be done on a cluster although nothing changes: an ephemeral stack lives on from now; and where a destroy was
/// killed at its very end, nothing but its lock is there, which whoever takes it gives back.
fn settle(
    place: &Place,
    stack: &Stack,
    plan: &Plan,
    permission: &Permission<'_>,
    shell: &Shell,
) -> Result<Reason, Failure> {
    let Place::Cluster(opened) = place else { return Ok(Reason::NoChanges) };
    match plan.operation {
        Operation::Apply => opened.renew(stack, plan)?,
        Operation::Destroy if plan.inventory.is_none() && opened.is_locked(&stack.id)? => {
            shell.printer.tell("a run left its lock behind");
            let result = execute(place, (stack, plan), None, permission, shell)?;
            if result.reason != Reason::Done {
                return Ok(result.reason);
            }
        }
        Operation::Destroy | Operation::Rollback => {}
    }
    Ok(Reason::NoChanges)
}

/// On stdout as data; in JSON runs a person who has to answer reads it on stderr.
fn show(plan: &Plan, place: &str, output: TextOrJson, shell: &Shell) -> Result<(), Failure> {
    let printer = &shell.printer;
    match output {
        TextOrJson::Text => {
            let text = views::plan::text(plan, place, printer.data_paint(), printer.width());
            printer.show(&text)?;
        }
        TextOrJson::Json if terminal::somebody_is_there() => {
            let text = views::plan::text(plan, place, printer.talk_paint(), printer.width());
            printer.tell(text.trim_end());
        }
        TextOrJson::Json => {}
    }
    Ok(())
}

fn execute(
    place: &Place,
    (stack, plan): (&Stack, &Plan),
    deferred: Option<&Deferred>,
    permission: &Permission<'_>,
    shell: &Shell,
) -> Result<RunResult, Failure> {
    let interrupted = Interrupted::watch()
        .map_err(|error| Failure::said(Reason::Failed, format!("watch for signals: {error}")))?;
    let printer = &shell.printer;
    let lines = permission.events && permission.output == TextOrJson::Json;
    let (mut result, took) = match place {
        Place::Directory(root) => {
            let lock = directory::lock(root, &plan.stack).map_err(place::world)?;
            printer.tell("");
            let stop = || interrupted.came();
            progress::during(plan, printer, lines, |progress| {
                directory::execute(root, plan, &lock, &stop, &mut |event| progress.tell(&event))
            })
        }
        Place::Cluster(opened) => {
            printer.tell("");
            let (result, took) = progress::during(plan, printer, lines, |progress| {
                let tell = |event: &Event<'_>| progress.tell(event);
                deferred::stand_by(deferred, opened, stack, shell, |again| {
                    let policy = &permission.policy;
                    opened.execute((stack, plan), &interrupted, (&tell, again), policy, shell)
                })
            });
            (result?, took)
        }
    };
    if result.reason == Reason::Interrupted {
        result.reason = interrupted.reason().unwrap_or(Reason::Interrupted);
    }
    summary(plan, &result, took, shell);
    Ok(result)
}

/// One line where all went well; where not, every failure and what it kept from going on.
fn summary(plan: &Plan, result: &RunResult, took: Duration, shell: &Shell) {
    let printer = &shell.printer;
    let paint = printer.talk_paint();
    if result.reason == Reason::Done {
        let counts = views::failures::counts(result);
        let seconds = paint.dim(&format!("in {:.1}s", took.as_secs_f64()));
        let seconds = if printer.is_live() { format!(" {seconds}") } else { String::new() };
        printer.tell(&format!("{} {}: {counts}{seconds}", paint.green("Done:"), plan.stack));
    } else {
        let text = views::failures::text(plan, result, paint, printer.width());
        printer.say(text.trim_end());
    }
}

/// What charts have to say about the releases that changed, for a person at a terminal.
fn tell_notes(
    notes: impl Iterator<Item = (String, ReleaseId)>,
    plan: &Plan,
    result: &RunResult,
    shell: &Shell,
) {
    let printer = &shell.printer;
    if !printer.is_live() || plan.operation != Operation::Apply {
        return;
    }
    for (text, id) in notes {
        let done = result.releases.iter().any(|one| one.id == id && one.outcome == Outcome::Done);
        if done {
            printer.tell(&format!("\n{}", printer.talk_paint().bold(&format!("notes of {id}"))));
            for line in text.trim().lines() {
                printer.tell(&format!("  {line}"));
            }
        }
    }
}
