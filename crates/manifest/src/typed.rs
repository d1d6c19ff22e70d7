//! A tree into a type, with every mistake and its place.

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use source::{Map, Problem, Problems, Tree};

use crate::expression::has_expression;
use crate::merge;

/// Reads a filled tree; messages call it `kind.name`: `releases.api`.
pub(crate) fn read<T: DeserializeOwned>(
    kind: &str,
    name: &str,
    tree: &Tree,
) -> Result<T, Problems> {
    let map = |key: &str, tree: Tree| {
        let span = tree.span.clone();
        Tree { span, ..Tree::from(Map::from_iter([(key.into(), tree)])) }
    };
    let wrapped = map(kind, map(name, tree.clone()));
    let read: IndexMap<String, IndexMap<String, T>> = source::typed::read(&wrapped)?;
    Ok(read
        .into_values()
        .flat_map(IndexMap::into_values)
        .next()
        .expect("one value was put in, so one comes out"))
}

/// Checks a tree whose expressions are not evaluated yet: what an expression stands for may be of any type, and null unsets
/// any key.
pub(crate) fn check_form<T: DeserializeOwned>(tree: &Tree) -> Problems {
    let mut problems =
        source::typed::read::<T>(&merge::without_nulls(tree)).err().unwrap_or_default();
    problems.retain(|problem| {
        problem.id == "unknown-key"
            || !problem.labels.first().is_some_and(|label| has_expression(label.span.text()))
    });
    problems
}

/// Adds the near name, if there is one.
pub(crate) fn near<'a>(
    problem: Problem,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    match source::suggest(name, known) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    }
}
