//! The last line of a plan: `Plan: 3 to create, 2 to update`.

use plan::{Action, Operation, Plan, ReleaseAction, ReleasePlan};

use crate::printer::Paint;
use crate::views::table::count;

pub(super) fn line(plan: &Plan, place: &str, paint: Paint) -> String {
    let objects = objects(plan, paint);
    let beside = beside(plan);
    let facts: String = facts(plan).iter().map(|fact| format!(" · {fact}")).collect();
    let facts = paint.dim(&facts);
    let head = paint.bold("Plan:");
    if !objects.is_empty() {
        let beside: String = beside.iter().map(|part| format!(" · {part}")).collect();
        return format!("{head} {}{beside}{facts}\n", objects.join(", "));
    }
    if !beside.is_empty() {
        return format!("{head} no object changes; {}{facts}\n", beside.join(", "));
    }
    let head = paint.bold("No changes:");
    match plan.operation {
        Operation::Apply => format!("{head} {place} is as the manifest says{facts}\n"),
        Operation::Rollback => format!("{head} everything is at that revision already\n"),
        Operation::Destroy => format!("{head} nothing of this stack is in {place}\n"),
    }
}

fn objects(plan: &Plan, paint: Paint) -> Vec<String> {
    let number = |action: Action| plan.summary.objects.get(&action).copied().unwrap_or(0);
    let words = [
        (Action::Create, "to create", Paint::green as fn(Paint, &str) -> String),
        (Action::Update, "to update", Paint::yellow),
        (Action::Replace, "to replace", Paint::magenta),
        (Action::Adopt, "to adopt", Paint::cyan),
        (Action::Delete, "to delete", Paint::red),
    ];
    let there = words.into_iter().filter(|(action, ..)| number(*action) > 0);
    there
        .map(|(action, words, color)| color(paint, &format!("{} {words}", number(action))))
        .collect()
}

/// What else an apply writes.
fn beside(plan: &Plan) -> Vec<String> {
    let mut parts = Vec::new();
    for (action, words) in [(Action::Create, "to create"), (Action::Delete, "to delete")] {
        let number = plan.namespaces.iter().filter(|one| one.action == action).count();
        if number > 0 {
            parts.push(format!("{} {words}", count(number, "namespace")));
        }
    }
    let still =
        |release: &&ReleasePlan| !release.objects.iter().any(|object| object.action.is_change());
    let releases: Vec<&ReleasePlan> = plan.releases().filter(still).collect();
    let revisions = releases.iter().filter(|release| release.revision.is_some()).count();
    if revisions > 0 {
        parts.push(count(revisions, "new revision"));
    }
    let gone = releases.iter().filter(|release| release.action == ReleaseAction::Delete).count();
    if gone > 0 {
        parts.push(format!("the records of {} to delete", count(gone, "release")));
    }
    let recorded = releases.iter().filter(|release| {
        let action = release.action;
        release.revision.is_none()
            && matches!(
                action,
                ReleaseAction::Record
                    | ReleaseAction::Adopt
                    | ReleaseAction::Upgrade
                    | ReleaseAction::Install
            )
    });
    let recorded = recorded.count();
    if recorded > 0 {
        parts.push(format!("what is recorded of {} changes", count(recorded, "release")));
    }
    if parts.is_empty() && plan.unfinished {
        parts.push("the unfinished run comes to its end".to_owned());
    }
    parts
}

/// What is worth knowing beside.
fn facts(plan: &Plan) -> Vec<String> {
    let mut facts = Vec::new();
    if plan.summary.drifted > 0 {
        facts.push(format!("{} changed by others", plan.summary.drifted));
    }
    if plan.summary.not_deterministic > 0 {
        facts.push(format!("{} not deterministic", plan.summary.not_deterministic));
    }
    let deferred = plan.releases().filter(|release| release.is_deferred()).count();
    if deferred > 0 {
        facts.push(format!("{} to render again", count(deferred, "release")));
    }
    let equal = plan.releases().filter(|release| !release.has_work()).count();
    if equal > 0 && plan.has_changes() {
        facts.push(format!("{} unchanged", count(equal, "release")));
    }
    facts
}
