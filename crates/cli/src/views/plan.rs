//! A plan for a person: one line per release and object, what changes in it, and the totals.

use std::fmt::Write as _;

use plan::{
    Action, Cause, LeftReason, ObjectPlan, Operation, Plan, Purpose, ReleaseAction, ReleasePlan,
    Section,
};

use crate::printer::Paint;
use crate::views::edits;
use crate::views::table::count;

/// The whole plan. `place` says what it is about: `out/dev`.
pub fn text(plan: &Plan, place: &str, paint: Paint, width: usize) -> String {
    let mut text = format!("{} · {place}\n", paint.bold(&plan.stack.to_string()));
    for wave in &plan.waves {
        let shown: Vec<_> = wave.releases.iter().filter(|release| is_shown(release)).collect();
        if shown.is_empty() {
            continue;
        }
        let purpose = match wave.purpose {
            Purpose::Apply => "",
            Purpose::Uninstall => ": not to be installed",
            Purpose::Prune => ": no longer in the manifest",
            Purpose::Destroy => ": destroy",
        };
        text.push('\n');
        text.push_str(&paint.dim(&format!("wave {}{purpose}", wave.number)));
        text.push('\n');
        for release in shown {
            text.push_str(&release_text(release, paint, width));
        }
    }
    text.push('\n');
    if plan.unfinished {
        let note = "an earlier run did not come to its end; this one goes on from what it left";
        let _ = writeln!(text, "{} {note}", paint.yellow("unfinished:"));
    }
    for left in &plan.left {
        let _ = writeln!(text, "{} {}", paint.yellow("left alone:"), left_text(left));
    }
    text.push_str(&totals(plan, place, paint));
    text
}

/// A release that only keeps what is not deterministic has something to say, too.
fn is_shown(release: &ReleasePlan) -> bool {
    release.action != ReleaseAction::Unchanged
        || release
            .objects
            .iter()
            .any(|object| object.action != Action::None || !object.drift.is_empty())
}

fn release_text(release: &ReleasePlan, paint: Paint, width: usize) -> String {
    let (mark, verb) = match release.action {
        ReleaseAction::Install => (paint.green("+"), "install"),
        ReleaseAction::Upgrade => (paint.yellow("~"), "upgrade"),
        ReleaseAction::Adopt => (paint.cyan(">"), "adopt"),
        ReleaseAction::Record => (paint.yellow("~"), "record"),
        ReleaseAction::Unchanged => (paint.dim("="), "unchanged"),
        ReleaseAction::Delete => (paint.red("-"), "delete"),
    };
    let back_to = back_to(release);
    let verb = match back_to {
        Some(revision) => format!("roll back to revision {revision}"),
        None => verb.to_owned(),
    };
    let why = match release.causes.as_slice() {
        [Cause::New | Cause::NotInManifest | Cause::Destroy] => String::new(),
        [Cause::Rollback] if back_to.is_some() => String::new(),
        several => causes(several),
    };
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    let name = if release.key.name.as_str() == release.id.as_str() {
        format!("{}", release.key.namespace)
    } else {
        release.key.to_string()
    };
    let head = format!("{} {}", paint.bold(release.id.as_str()), paint.dim(&format!("({name})")));
    let mut text = format!("  {mark} {head}  {verb}{why}\n");
    for object in &release.objects {
        if object.action != Action::None || !object.drift.is_empty() {
            text.push_str(&object_text(object, release, paint, width));
        }
    }
    text
}

/// The revision that a rollback takes it to.
fn back_to(release: &ReleasePlan) -> Option<u64> {
    release.deploy.as_ref()?.record.as_ref()?.info.rollback_revision
}

fn object_text(object: &ObjectPlan, release: &ReleasePlan, paint: Paint, width: usize) -> String {
    let mark = match object.action {
        Action::Create => paint.green("+"),
        Action::Update => paint.yellow("~"),
        Action::Replace => paint.magenta("±"),
        Action::Adopt => paint.cyan(">"),
        Action::Delete => paint.red("-"),
        Action::Keep | Action::None => paint.dim("="),
    };
    let id = object.key.id.shown_in(release.key.namespace.as_str());
    let mut notes = Vec::new();
    match object.key.section {
        Section::Crd => notes.push("from crds/".to_owned()),
        Section::Hook => notes.push("hook".to_owned()),
        Section::Manifest => {}
    }
    match object.action {
        Action::Keep => notes.push(format!("kept: {}", causes(&object.causes))),
        Action::Adopt => notes.push("there already, becomes ours".to_owned()),
        Action::Replace => {
            if let Some(former) = &object.replaces {
                notes.push(format!("takes the place of {former}"));
            }
        }
        Action::Create | Action::Update | Action::Delete | Action::None => {}
    }
    // What the release's own line says already is not said again for each object.
    let told: Vec<Cause> =
        object.causes.iter().copied().filter(|cause| is_own(*cause, release)).collect();
    if object.action != Action::Keep && !told.is_empty() && told != [Cause::New] {
        notes.push(causes(&told));
    }
    if object.action == Action::Update && object.edits.is_empty() {
        notes.push("only comments, order or white space".to_owned());
    }
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!("  {}", paint.dim(&notes.join(", ")))
    };
    let mut text = format!("      {mark} {id}{notes}\n");
    for call in &object.impure {
        let line = format!(
            "`{}` in {}:{} gives another result each time",
            call.function, call.template, call.line
        );
        let _ = writeln!(text, "          {}", paint.dim(&line));
    }
    if !object.drift.is_empty() {
        let note = paint.yellow("changed by others since the last apply:");
        let _ = writeln!(text, "          {note}");
        text.push_str(&edits::text(&object.drift, 12, paint, width));
        if !object.edits.is_empty() {
            let _ = writeln!(text, "          {}", paint.dim("and an apply would:"));
        }
    }
    let indent = if object.drift.is_empty() { 10 } else { 12 };
    text.push_str(&edits::text(&object.edits, indent, paint, width));
    text
}

/// What somebody else did is said of the very object that they did it to.
fn is_own(cause: Cause, release: &ReleasePlan) -> bool {
    cause == Cause::Drift || !release.causes.contains(&cause)
}

/// Why, in words: `new values, changed by others`.
fn causes(causes: &[Cause]) -> String {
    causes.iter().map(|cause| word(*cause)).collect::<Vec<_>>().join(", ")
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Chart => "chart changed",
        Cause::Values => "values changed",
        Cause::Capabilities => "Kubernetes version or APIs changed",
        Cause::Settings => "labels, needs or protection changed",
        Cause::Renderer => "rendered differently by this version of Regatta",
        Cause::Rollback => "rollback",
        Cause::RolledBack => "rolled back since the last apply",
        Cause::Drift => "changed by others",
        Cause::Unfinished => "the last apply did not finish",
        Cause::Foreign => "there already, not ours",
        Cause::NotInManifest => "not in the manifest",
        Cause::NotInstalled => "`installed: false`",
        Cause::NotInRelease => "no longer in the chart's output",
        Cause::Moved => "moved",
        Cause::Immutable => "a field cannot be changed",
        Cause::Destroy => "destroy",
        Cause::KeepPolicy => "`helm.sh/resource-policy: keep`",
        Cause::NotDeterministic => "not deterministic",
    }
}

fn left_text(left: &plan::Left) -> String {
    let why = match left.reason {
        LeftReason::Protected => "it is protected; --allow-protected deletes it",
        LeftReason::NotSelected => "it is not selected",
        LeftReason::PruneNever => "not in the manifest; --prune deletes it",
    };
    format!("`{}` ({}): {why}", left.id, left.key)
}

/// `Plan: 3 to create, 2 to update.`
fn totals(plan: &Plan, place: &str, paint: Paint) -> String {
    let number = |action: Action| plan.summary.objects.get(&action).copied().unwrap_or(0);
    let parts: Vec<String> = [
        (Action::Create, "to create", Paint::green as fn(Paint, &str) -> String),
        (Action::Update, "to update", Paint::yellow),
        (Action::Replace, "to replace", Paint::magenta),
        (Action::Adopt, "to adopt", Paint::cyan),
        (Action::Delete, "to delete", Paint::red),
    ]
    .into_iter()
    .filter(|(action, ..)| number(*action) > 0)
    .map(|(action, words, color)| color(paint, &format!("{} {words}", number(action))))
    .collect();
    let of = |action| plan.summary.releases.get(&action).copied().unwrap_or(0);
    let equal = of(ReleaseAction::Unchanged);
    let mut more = Vec::new();
    if plan.summary.drifted > 0 {
        more.push(format!("{} changed by others", plan.summary.drifted));
    }
    if plan.summary.not_deterministic > 0 {
        more.push(format!("{} not deterministic", plan.summary.not_deterministic));
    }
    if !parts.is_empty() {
        if equal > 0 {
            more.push(format!("{} unchanged", count(equal, "release")));
        }
        let more: String = more.iter().map(|part| format!(" · {part}")).collect();
        return format!("{} {}{}\n", paint.bold("Plan:"), parts.join(", "), paint.dim(&more));
    }
    let more: String = more.iter().map(|part| format!(" · {part}")).collect();
    let records = of(ReleaseAction::Record) + of(ReleaseAction::Adopt);
    if records > 0 {
        let records = count(records, "release");
        return format!(
            "{} no object changes; the index does, for {records}{}\n",
            paint.bold("Plan:"),
            paint.dim(&more)
        );
    }
    match plan.operation {
        Operation::Apply => format!(
            "{} {place} is as the manifest says{}\n",
            paint.bold("No changes:"),
            paint.dim(&more)
        ),
        Operation::Rollback => {
            format!("{} everything is at that revision already\n", paint.bold("No changes:"))
        }
        Operation::Destroy => {
            format!("{} nothing of this stack is in {place}\n", paint.bold("No changes:"))
        }
    }
}
