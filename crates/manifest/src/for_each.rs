//! `forEach`: one release into many, each with an id that does not depend on its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use source::{Map, Node, Problem, Tree};

use crate::expression::{slug, text};

/// One item: what its id ends in, and what `each` is.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) each: Tree,
}

/// The items of a filled `forEach`. Every combination of a matrix, every entry of a list or a map.
pub(crate) fn items(for_each: &Tree, release: &str) -> Result<Vec<Item>, Problem> {
    let (matrix, list) = (for_each.get("matrix"), for_each.get("in"));
    let items = match (matrix, list) {
        (Some(matrix), None) => of_matrix(matrix)?,
        (None, Some(list)) => match &list.node {
            Node::List(items) => items.iter().map(of_list).collect::<Result<_, _>>()?,
            Node::Map(map) => {
                map.iter().map(|(key, value)| item(key, value)).collect::<Result<_, _>>()?
            }
            _ => {
                return Err(Problem::error("wrong-type", "`forEach.in` must be a list or a map")
                    .at(list.span.as_ref(), format!("this is {}", list.kind())));
            }
        },
        _ => {
            return Err(Problem::error(
                "wrong-for-each",
                "`forEach` has exactly one of `matrix` and `in`",
            )
            .at(for_each.span.as_ref(), "here"));
        }
    };
    distinct(items, release)
}

/// More members than anyone lists by hand; a product of lists reaches it by mistake.
const MOST: usize = 10_000;

fn of_matrix(matrix: &Tree) -> Result<Vec<Item>, Problem> {
    let mut rows: Vec<(Vec<String>, Map)> = vec![(Vec::new(), Map::new())];
    for (name, values) in matrix.as_map().into_iter().flatten() {
        let list = values.as_list().unwrap_or_default();
        if rows.len().saturating_mul(list.len()) > MOST {
            return Err(Problem::error(
                "wrong-for-each",
                format!("`forEach` makes more than {MOST} releases"),
            )
            .at(matrix.span.as_ref(), "every combination of these lists"));
        }
        let mut longer = Vec::with_capacity(rows.len() * list.len());
        for (words, each) in &rows {
            for value in list {
                if matches!(value.node, Node::List(_) | Node::Map(_)) {
                    return Err(Problem::error(
                        "wrong-for-each",
                        format!("`matrix.{name}` holds {}", value.kind()),
                    )
                    .at(value.span.as_ref(), "only text, numbers and booleans make ids")
                    .help("use `forEach: { in: … }` for maps"));
                }
                let mut words = words.clone();
                words.push(text(value));
                let mut each = each.clone();
                each.insert(Arc::clone(name), value.clone());
                longer.push((words, each));
            }
        }
        rows = longer;
    }
    rows.into_iter()
        .map(|(words, mut each)| {
            let key = key(&words.join("-"), matrix)?;
            each.entry("key".into()).or_insert_with(|| Tree::from(key.as_str()));
            Ok(Item { key, each: Tree::from(each) })
        })
        .collect()
}

/// A list's maps are called by their `name` or `key`, its scalars by themselves.
fn of_list(value: &Tree) -> Result<Item, Problem> {
    let named = match &value.node {
        Node::Map(map) => map.get("name").or_else(|| map.get("key")),
        Node::List(_) | Node::Null => None,
        _ => Some(value),
    };
    let Some(named) = named.filter(|named| !matches!(named.node, Node::Map(_) | Node::List(_)))
    else {
        return Err(Problem::error("wrong-for-each", "an item of `forEach.in` has no name")
            .at(value.span.as_ref(), "a map with `name` or `key` is expected")
            .help("ids must not depend on the order, so the index is no name"));
    };
    item(&text(named), value)
}

/// `each.key`, `each.value`, and the fields of a map themselves.
fn item(name: &str, value: &Tree) -> Result<Item, Problem> {
    let key = key(name, value)?;
    let mut each = value.as_map().cloned().unwrap_or_default();
    each.entry("key".into()).or_insert_with(|| Tree::from(name));
    each.entry("value".into()).or_insert_with(|| value.clone());
    Ok(Item { key, each: Tree::from(each) })
}

fn key(name: &str, written: &Tree) -> Result<String, Problem> {
    slug(name).map_err(|_| {
        Problem::error("wrong-for-each", format!("`{name}` makes no id"))
            .at(written.key_span.as_ref().or(written.span.as_ref()), "no letter and no digit in it")
    })
}

fn distinct(items: Vec<Item>, release: &str) -> Result<Vec<Item>, Problem> {
    let mut keys = BTreeSet::new();
    for item in &items {
        if !keys.insert(item.key.as_str()) {
            let id = format!("{release}.{}", item.key);
            let place =
                item.each.get("value").or(Some(&item.each)).and_then(|value| value.span.as_ref());
            return Err(Problem::error(
                "duplicate-release",
                format!("`forEach` makes `{id}` twice"),
            )
            .at(place, "has the name of an earlier item"));
        }
    }
    Ok(items)
}
