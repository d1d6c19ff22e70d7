//! Environments: which there are, whom each extends, and what it is as a whole.

use std::collections::BTreeSet;

use source::{Map, Problem, Problems, Span, Tree};

use crate::merge;

/// The name of the only environment where none is declared.
pub(crate) const DEFAULT: &str = "default";

/// Every declared environment as it is written. Without `environments` there is one, `default`, whose target and namespace
/// stand at the top level.
pub(crate) fn declared(document: &Tree) -> Map {
    match document.get("environments").and_then(Tree::as_map) {
        Some(environments) if !environments.is_empty() => environments.clone(),
        _ => {
            let mut fields = Map::new();
            for key in ["target", "namespace"] {
                if let Some(value) = document.get(key) {
                    fields.insert(key.into(), value.clone());
                }
            }
            Map::from_iter([(DEFAULT.into(), Tree::from(fields))])
        }
    }
}

/// How many may extend each other in a row; nobody comes near.
const LIMIT: usize = 200;

pub(crate) fn is_abstract(environment: &Tree) -> bool {
    environment.get("abstract").is_some_and(|value| *value == Tree::from(true))
}

/// What stands under `extends`: one name or several, with their places.
pub(crate) fn extended(tree: &Tree) -> Vec<(&str, Option<&Span>)> {
    let Some(extends) = tree.get("extends") else { return Vec::new() };
    match (extends.as_str(), extends.as_list()) {
        (Some(name), _) => vec![(name, extends.span.as_ref())],
        (None, Some(names)) => {
            names.iter().filter_map(|name| Some((name.as_str()?, name.span.as_ref()))).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// The ancestors of `name`, lowest first, then itself; each once. Names that nothing has and circles are left out: they are
/// problems of `check_extends`.
pub(crate) fn chain(all: &Map, name: &str) -> Vec<String> {
    let mut chain = Vec::new();
    let mut open = Vec::new();
    walk(all, name, &mut open, &mut chain);
    chain
}

fn walk(all: &Map, name: &str, open: &mut Vec<String>, chain: &mut Vec<String>) {
    let Some(tree) = all.get(name) else { return };
    if open.len() >= LIMIT || open.iter().chain(chain.iter()).any(|known| known == name) {
        return;
    }
    open.push(name.to_owned());
    for (parent, _) in extended(tree) {
        walk(all, parent, open, chain);
    }
    open.pop();
    chain.push(name.to_owned());
}

/// An environment with everything that it extends, `vars` aside: those are put together apart.
pub(crate) fn whole(all: &Map, chain: &[String]) -> Tree {
    over(Map::new(), all, chain)
}

fn over(lowest: Map, all: &Map, chain: &[String]) -> Tree {
    chain
        .iter()
        .filter_map(|name| all.get(name.as_str()))
        .fold(Tree::from(lowest), |lower, upper| merge::environment(&lower, upper))
}

/// The same, and what the workspace says for all environments.
pub(crate) fn chosen(document: &Tree, all: &Map, chain: &[String]) -> Tree {
    let shared = document.get("state").map(|state| ("state".into(), state.clone()));
    over(shared.into_iter().collect(), all, chain)
}

/// Every `extends` must lead somewhere and never back. `what` is `environment` or `template`.
pub(crate) fn check_extends(all: &Map, users: &Map, what: &'static str) -> Problems {
    let mut problems = Problems::new();
    for (user, tree) in users {
        for (name, place) in extended(tree) {
            if crate::expression::has_expression(name) {
                problems.push(
                    Problem::error(
                        "invalid-extends",
                        format!("`extends` of `{user}` cannot be an expression"),
                    )
                    .at(place, "decided before anything is evaluated")
                    .help("use `when` or an environment's overrides for what differs"),
                );
            } else if !all.contains_key(name) {
                let message = format!("`{user}` extends `{name}`, which no {what} is called");
                let problem =
                    Problem::error("unknown-extends", message).at(place, format!("no such {what}"));
                problems.push(crate::typed::near(problem, name, all.keys().map(|key| &**key)));
            }
        }
    }
    for (start, tree) in all {
        if let Some(circle) = circle(all, start) {
            // Told once, by the first of its members.
            let first = all.keys().find(|key| circle.iter().any(|member| **member == ***key));
            if first == Some(start) {
                let place = extended(tree).first().and_then(|(_, place)| *place);
                let way = [circle, vec![start.to_string()]].concat().join(" → ");
                problems.push(
                    Problem::error("extends-cycle", format!("{what} `{start}` extends itself"))
                        .at(place, "the circle begins here")
                        .help(format!("break the circle {way}")),
                );
            }
        }
    }
    problems
}

/// The way from `start` back to it.
fn circle(all: &Map, start: &str) -> Option<Vec<String>> {
    fn search(
        all: &Map,
        at: &str,
        start: &str,
        seen: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if seen.len() > LIMIT || !seen.insert(at.to_owned()) {
            return None;
        }
        let parents = all.get(at).map(extended).unwrap_or_default();
        parents.into_iter().find_map(|(parent, _)| {
            let mut way = match parent == start {
                true => Vec::new(),
                false => search(all, parent, start, seen)?,
            };
            way.insert(0, at.to_owned());
            Some(way)
        })
    }
    search(all, start, start, &mut BTreeSet::new())
}
