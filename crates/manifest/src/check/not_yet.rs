//! Keys that the manifest has and this version cannot do anything with yet.

use source::{Problem, Problems, Tree};

use super::parts;

const WORKSPACE: [&str; 5] = ["include", "namespaces", "outputs", "policies", "notify"];
const RELEASE: [&str; 8] =
    ["secrets", "hooks", "policies", "patches", "manifests", "verify", "postRenderer", "ignore"];

pub(super) fn check(document: &Tree) -> Problems {
    let mut problems = Problems::new();
    keys(document, &WORKSPACE, &mut problems);
    for release in parts(document) {
        keys(release, &RELEASE, &mut problems);
    }
    problems
}

fn keys(tree: &Tree, keys: &[&str], problems: &mut Problems) {
    for key in keys {
        if let Some(value) = tree.get(key) {
            let label = "understood, but without effect so far";
            problems.push(leave_out(not_yet(&format!("`{key}`"), value, label)));
        }
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
