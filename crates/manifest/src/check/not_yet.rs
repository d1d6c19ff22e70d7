//! Keys that the manifest has and this version cannot do anything with yet.

use source::{Problem, Problems, Tree};

use super::names::entries;

const WORKSPACE: [&str; 5] = ["include", "namespaces", "outputs", "policies", "notify"];
const RELEASE: [&str; 8] =
    ["secrets", "hooks", "policies", "patches", "manifests", "verify", "postRenderer", "ignore"];

pub(super) fn check(document: &Tree) -> Problems {
    let mut problems = Problems::new();
    keys(document, &WORKSPACE, &mut problems);
    compat(document, &mut problems);
    let defaults = document.get("defaults").into_iter();
    let parts = defaults.chain(entries(document, "templates")).chain(entries(document, "releases"));
    for release in parts {
        part(release, &mut problems);
        for overrides in entries(release, "environments") {
            part(overrides, &mut problems);
        }
    }
    for environment in entries(document, "environments") {
        for release in entries(environment, "releases") {
            part(release, &mut problems);
        }
    }
    problems
}

fn part(release: &Tree, problems: &mut Problems) {
    keys(release, &RELEASE, problems);
    compat(release, problems);
}

fn keys(tree: &Tree, keys: &[&str], problems: &mut Problems) {
    for key in keys {
        if let Some(value) = tree.get(key) {
            let label = "understood, but without effect so far";
            problems.push(leave_out(not_yet(&format!("`{key}`"), value, label)));
        }
    }
}

fn compat(tree: &Tree, problems: &mut Problems) {
    match tree.get("compat") {
        Some(value) if value.as_str() == Some("helm3") => {
            let what = "`compat: helm3`";
            let label = "charts are rendered as Helm 4 does";
            problems.push(leave_out(not_yet(what, value, label)));
        }
        Some(value) if value.as_str() != Some("helm4") => problems.push(
            Problem::error("wrong-value", "`compat` names no dialect that is known")
                .at(value.span.as_ref(), "expected `helm4`"),
        ),
        _ => {}
    }
}

/// What stands there is understood, and nothing follows from it.
pub(crate) fn not_yet(what: &str, value: &Tree, label: &str) -> Problem {
    Problem::error("not-yet", format!("{what} is not supported yet"))
        .at(value.key_span.as_ref().or(value.span.as_ref()), label)
}

fn leave_out(problem: Problem) -> Problem {
    problem.help("leave it out for now")
}
