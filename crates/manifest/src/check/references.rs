//! Names that lead somewhere: `extends`, `needs`, `environments.E`, `releases.ID`, clusters.

use source::{Map, Problem, Problems, Tree};

use super::names::entries;
use crate::environments::{self, check_extends};
use crate::expression::has_expression;
use crate::typed::near;

pub(super) fn check(document: &Tree) -> Problems {
    let nothing = Map::new();
    let map = |key: &str| document.get(key).and_then(Tree::as_map).unwrap_or(&nothing);
    let environments = environments::declared(document);
    let releases = map("releases");

    let mut problems = check_extends(&environments, &environments, "environment");
    problems.extend(check_extends(map("templates"), map("templates"), "template"));
    let mut users = releases.clone();
    users.retain(|_, release| release.get("extends").is_some());
    let templates = map("templates");
    problems.extend(
        check_extends(templates, &users, "template")
            .into_iter()
            .filter(|problem| problem.id != "extends-cycle"),
    );

    for (id, release) in map("templates").iter().chain(releases) {
        overridden(&environments, release, &mut problems);
        for overrides in entries(release, "environments") {
            nested(id, overrides, &mut problems);
        }
    }
    if let Some(defaults) = document.get("defaults") {
        overridden(&environments, defaults, &mut problems);
    }
    for environment in environments.values() {
        known(environment.get("releases"), releases, "release", &mut problems);
        cluster(
            environment.get("target").and_then(|target| target.get("cluster")),
            map("clusters"),
            &mut problems,
        );
    }
    for release in map("templates").values().chain(releases.values()) {
        cluster(release.get("cluster"), map("clusters"), &mut problems);
    }
    problems
}

/// A release's `environments.E`.
fn overridden(environments: &Map, release: &Tree, problems: &mut Problems) {
    known(release.get("environments"), environments, "environment", problems);
}

/// What says how a release is put together cannot itself be overridden.
fn nested(id: &str, overrides: &Tree, problems: &mut Problems) {
    for key in ["extends", "environments"] {
        if let Some(value) = overrides.get(key) {
            let message = format!("`{id}` cannot change `{key}` in one environment");
            problems.push(
                Problem::error("misplaced-key", message)
                    .at(value.key_span.as_ref(), "only allowed one level up"),
            );
        }
    }
}

/// Every key of `named` is one of `all`.
fn known(named: Option<&Tree>, all: &Map, what: &str, problems: &mut Problems) {
    for (name, tree) in named.and_then(Tree::as_map).into_iter().flatten() {
        if !all.contains_key(name) {
            let message = format!("no {what} is called `{name}`");
            let problem = Problem::error(
                if what == "release" { "unknown-release" } else { "unknown-environment" },
                message,
            )
            .at(tree.key_span.as_ref(), format!("no such {what}"));
            problems.push(near(problem, name, all.keys().map(|key| &**key)));
        }
    }
}

fn cluster(named: Option<&Tree>, clusters: &Map, problems: &mut Problems) {
    let Some(tree) = named else { return };
    let Some(name) = tree.as_str().filter(|name| !has_expression(name)) else { return };
    if !clusters.contains_key(name) {
        problems.push(unknown_cluster(name, tree, clusters));
    }
}

pub(crate) fn unknown_cluster(name: &str, tree: &Tree, clusters: &Map) -> Problem {
    let problem = Problem::error("unknown-cluster", format!("no cluster is called `{name}`"))
        .at(tree.span.as_ref(), "not among `clusters`");
    match clusters.is_empty() {
        true => problem.help(format!("declare it: `clusters: {{ {name}: {{ context: … }} }}`")),
        false => near(problem, name, clusters.keys().map(|key| &**key)),
    }
}
