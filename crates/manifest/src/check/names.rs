//! Keys that are names must be valid ones, and so must names that no expression makes.

use source::{Problem, Problems, Span, Tree};
use stack::WorkspaceName;
use stack::{ClusterName, EnvironmentName, InvalidName, Namespace, ReleaseId, ReleaseName};

use crate::expression::has_expression;

pub(super) fn check(document: &Tree) -> Problems {
    let mut problems = Problems::new();
    let mut add = |found: Option<Problem>| problems.extend(found);
    add(value(document, "name", WorkspaceName::new));
    add(value(document, "namespace", Namespace::new));
    add(document.get("state").and_then(|state| value(state, "namespace", Namespace::new)));
    keys(document, "environments", |key| EnvironmentName::new(key).err(), &mut add);
    keys(document, "clusters", |key| ClusterName::new(key).err(), &mut add);
    keys(document, "releases", |key| ReleaseId::new(key).err(), &mut add);
    for environment in entries(document, "environments") {
        add(value(environment, "namespace", Namespace::new));
        add(environment.get("state").and_then(|state| value(state, "namespace", Namespace::new)));
    }
    for parts in ["releases", "templates"] {
        for release in entries(document, parts) {
            add(value(release, "name", ReleaseName::new));
            add(value(release, "namespace", Namespace::new));
        }
    }
    problems
}

pub(super) fn entries<'a>(tree: &'a Tree, key: &str) -> impl Iterator<Item = &'a Tree> {
    tree.get(key).and_then(Tree::as_map).into_iter().flat_map(|map| map.values())
}

fn keys(
    document: &Tree,
    key: &str,
    check: impl Fn(&str) -> Option<InvalidName>,
    add: &mut impl FnMut(Option<Problem>),
) {
    for (name, tree) in document.get(key).and_then(Tree::as_map).into_iter().flatten() {
        add(check(name).map(|invalid| problem(&invalid, tree.key_span.as_ref())));
    }
}

fn value<T>(tree: &Tree, key: &str, check: fn(&str) -> Result<T, InvalidName>) -> Option<Problem> {
    let value = tree.get(key)?;
    let text = value.as_str().filter(|text| !has_expression(text))?;
    check(text).err().map(|invalid| problem(&invalid, value.span.as_ref()))
}

/// A name that is none, shown where it stands.
pub(crate) fn problem(invalid: &InvalidName, place: Option<&Span>) -> Problem {
    Problem::error("invalid-name", format!("`{}` is no {}", invalid.text, invalid.what))
        .at(place, invalid.reason.clone())
}
