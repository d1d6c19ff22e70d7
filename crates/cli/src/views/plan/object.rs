//! One object of a plan: what happens to it, what others did to it, and who else has a say in its fields.

use std::fmt::Write as _;

use plan::live::{Contested, Decision};
use plan::{
    Action, Cause, Change, Edit, ImpureCall, ObjectPlan, ReleaseAction, ReleasePlan, Section,
};

use super::words;
use crate::printer::Paint;
use crate::views::edits;

pub(super) fn is_shown(object: &ObjectPlan, release: &ReleasePlan) -> bool {
    object.action != Action::None
        || !object.drift.is_empty()
        // Somebody who asked for another value wants to know why nothing happens to it.
        || (!object.contested.is_empty() && release.action != ReleaseAction::Unchanged)
}

pub(super) fn mark(action: Action, paint: Paint) -> String {
    match action {
        Action::Create => paint.green("+"),
        Action::Update => paint.yellow("~"),
        Action::Replace => paint.magenta("±"),
        Action::Adopt => paint.cyan(">"),
        Action::Delete => paint.red("-"),
        Action::Keep | Action::None => paint.dim("="),
    }
}

/// What the lines of a release say for all of its objects.
pub(super) struct Told {
    pub(super) predicted: bool,
    /// One line each.
    pub(super) impure: Vec<String>,
}

pub(super) fn text(
    object: &ObjectPlan,
    release: &ReleasePlan,
    told: &Told,
    paint: Paint,
    width: usize,
) -> String {
    let id = object.key.id.shown_in(release.key.namespace.as_str());
    let mut notes = notes(object, release);
    if object.predicted && !told.predicted {
        notes.push("predicted".to_owned());
    }
    let notes = match notes.is_empty() {
        true => String::new(),
        false => format!("  {}", paint.dim(&notes.join(", "))),
    };
    let mut text = format!("      {} {id}{notes}\n", mark(object.action, paint));
    for line in impure(object).into_iter().filter(|line| !told.impure.contains(line)) {
        let _ = writeln!(text, "          {}", paint.dim(&line));
    }
    text.push_str(&changes(object, paint, width));
    for contested in &object.contested {
        let _ = writeln!(text, "          {} {}", paint.yellow("!"), whose(contested));
    }
    text
}

/// What makes it another one each time, a line for each call.
pub(super) fn impure(object: &ObjectPlan) -> Vec<String> {
    let line = |call: &ImpureCall| {
        let ImpureCall { function, template, line, .. } = call;
        format!("`{function}` in {template}:{line} gives another result each time")
    };
    object.impure.iter().map(line).collect()
}

/// What stands behind the object's name.
pub(super) fn notes(object: &ObjectPlan, release: &ReleasePlan) -> Vec<String> {
    let mut notes = Vec::new();
    match object.key.section {
        Section::Crd => notes.push("from crds/".to_owned()),
        Section::Hook => notes.push("hook".to_owned()),
        Section::Manifest => {}
    }
    match object.action {
        Action::Keep => notes.push(format!("kept: {}", words::causes(&object.causes))),
        Action::Adopt => notes.push("there already, becomes ours".to_owned()),
        Action::Replace => {
            if let Some(former) = &object.replaces {
                notes.push(format!("takes the place of {former}"));
            }
        }
        Action::Create | Action::Update | Action::Delete | Action::None => {}
    }
    // What the release's own line says already is not said again for each object.
    let is_told = |cause: &Cause| match cause {
        Cause::Drift => object.drift.is_empty(),
        other => !release.causes.contains(other),
    };
    let told: Vec<Cause> = object.causes.iter().copied().filter(is_told).collect();
    if object.action == Action::Create && told == [Cause::Drift] {
        notes.push("deleted by others".to_owned());
    } else if object.action != Action::Keep && !told.is_empty() && told != [Cause::New] {
        notes.push(words::causes(&told));
    }
    if object.action == Action::Update && object.edits.is_empty() && object.contested.is_empty() {
        notes.push("only comments, order or white space".to_owned());
    }
    notes
}

/// What we change, apart from what others changed. What an apply only takes back is shown once, as that.
fn changes(object: &ObjectPlan, paint: Paint, width: usize) -> String {
    let is_taken_back = |edit: &&Edit| {
        object.drift.iter().any(|drift| drift.path == edit.path && undoes(edit, drift))
    };
    let (taken_back, ours): (Vec<&Edit>, Vec<&Edit>) = object.edits.iter().partition(is_taken_back);
    let theirs: Vec<&Edit> = object
        .drift
        .iter()
        .filter(|drift| !taken_back.iter().any(|edit| edit.path == drift.path))
        .collect();
    let head = |words: &str| format!("          {}\n", paint.yellow(words));
    let mut text = String::new();
    if theirs.is_empty() {
        text.push_str(&edits::text(ours, 10, paint, width));
    } else {
        text.push_str(&head("changed by others since the last apply:"));
        text.push_str(&edits::text(theirs, 12, paint, width));
        if !ours.is_empty() {
            text.push_str(&head("and an apply would:"));
            text.push_str(&edits::text(ours, 12, paint, width));
        }
    }
    if !taken_back.is_empty() {
        text.push_str(&head("changed by others since the last apply, and taken back:"));
        text.push_str(&edits::text(taken_back, 12, paint, width));
    }
    text
}

fn undoes(edit: &Edit, drift: &Edit) -> bool {
    match (&edit.change, &drift.change) {
        (Change::Add { to }, Change::Remove { from }) => to == from,
        (Change::Remove { from }, Change::Add { to }) => from == to,
        (Change::Set { from, to }, Change::Set { from: was, to: is }) => from == is && to == was,
        (Change::Reorder { from, to }, Change::Reorder { from: was, to: is }) => {
            from == is && to == was
        }
        _ => false,
    }
}

/// `spec.replicas` is `keda-operator`'s: left to it
fn whose(contested: &Contested) -> String {
    let Contested { conflict, decision } = contested;
    let field = conflict.field.trim_start_matches('.');
    let manager = match conflict.subresource.is_empty() {
        true => format!("`{}`", conflict.manager),
        false => format!("`{}` ({})", conflict.manager, conflict.subresource),
    };
    let what = match decision {
        Decision::Take | Decision::Migrate => "taken from it",
        Decision::Leave => "left to it",
        Decision::Refuse => "nobody decided whose it is",
    };
    format!("{field} is managed by {manager}: {what}")
}
