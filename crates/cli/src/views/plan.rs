//! A plan for a person: what it is about, one line per release and object, what changes in it, and the totals.

mod fold;
mod object;
mod release;
mod totals;
mod words;

use std::fmt::Write as _;

use plan::{Action, Left, LeftReason, NamespacePlan, Plan, Purpose, ReleasePlan};

use crate::printer::Paint;
use crate::views::table::count;

/// The whole plan. `place` says what it is about: `out/dev`.
pub fn text(plan: &Plan, place: &str, paint: Paint, width: usize) -> String {
    let mut text = format!("{} · {place}\n", paint.bold(&plan.stack.to_string()));
    text.push_str(&namespaces(plan, Action::Create, paint));
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
            text.push_str(&release::text(release, paint, width));
        }
    }
    text.push_str(&namespaces(plan, Action::Delete, paint));
    text.push('\n');
    if plan.unfinished {
        let note = "an earlier run did not come to its end; this one goes on from what it left";
        let _ = writeln!(text, "{} {note}", paint.yellow("unfinished:"));
    }
    for left in &plan.left {
        let _ = writeln!(text, "{} {}", paint.yellow("left alone:"), left_text(left));
    }
    for warning in &plan.warnings {
        let _ = writeln!(text, "{} the server says: {warning}", paint.yellow("warning:"));
    }
    if let Some(note) = predicted(plan) {
        let _ = writeln!(text, "{} {note}", paint.dim("predicted:"));
    }
    text.push_str(&totals::line(plan, place, paint));
    text
}

/// A release that only keeps what is not deterministic has something to say, too.
fn is_shown(release: &ReleasePlan) -> bool {
    release.has_work() || release.objects.iter().any(|object| object::is_shown(object, release))
}

/// Created before everything else, deleted after everything else.
fn namespaces(plan: &Plan, action: Action, paint: Paint) -> String {
    let planned = plan.namespaces.iter().filter(|namespace| namespace.action == action);
    let lines = planned.map(|NamespacePlan { name, .. }| match action {
        Action::Delete => {
            let note = paint.dim("with all that is in it");
            format!("  {} Namespace/{name}  {note}\n", paint.red("-"))
        }
        _ => format!("  {} Namespace/{name}\n", paint.green("+")),
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// What the word means that stands behind releases and objects.
fn predicted(plan: &Plan) -> Option<String> {
    let objects = plan.releases().flat_map(|release| &release.objects);
    let number = objects.filter(|object| object.predicted).count();
    (number > 0).then(|| {
        let objects = count(number, "object");
        format!("{objects} could not be tried on the server: namespace or kind come with this plan")
    })
}

fn left_text(left: &Left) -> String {
    let why = match left.reason {
        LeftReason::Protected => "it is protected; --allow-protected deletes it",
        LeftReason::NotSelected => "it is not selected",
        LeftReason::PruneNever => "not in the manifest; --prune deletes it",
    };
    format!("`{}` ({}): {why}", left.id, left.key)
}

#[cfg(test)]
mod tests;
