//! The one merge rule: maps merge deeply, some lists append, null unsets, everything else replaces.

use source::{Map, Node, Tree};

/// Lists of a release or an environment that append, base first; `{ replace: […] }` replaces them.
const APPENDED: [&str; 6] = ["values", "secrets", "patches", "hooks", "ignore", "policies"];

/// A partial release over another. What only says how it is put together (`extends`, `environments`) is left out.
pub(crate) fn release(lower: &Tree, upper: &Tree) -> Tree {
    fields(lower, upper, &["extends", "environments"], &["forEach"])
}

/// An environment over one that it extends.
pub(crate) fn environment(lower: &Tree, upper: &Tree) -> Tree {
    let mut merged = fields(
        lower,
        upper,
        &["extends", "abstract", "vars", "releases"],
        &["target", "ephemeral"],
    );
    if let (Node::Map(map), Some(releases)) = (&mut merged.node, releases(lower, upper)) {
        map.insert("releases".into(), releases);
    }
    merged
}

/// What differs by release, in both: one partial release over the other.
fn releases(lower: &Tree, upper: &Tree) -> Option<Tree> {
    let (lower, upper) = (lower.get("releases"), upper.get("releases"));
    let mut merged = lower.and_then(Tree::as_map).cloned().unwrap_or_default();
    for (id, part) in upper.and_then(Tree::as_map).into_iter().flatten() {
        let part = match merged.get(id) {
            Some(below) => release(below, part),
            None => part.clone(),
        };
        merged.insert(id.clone(), part);
    }
    let written = upper.or(lower)?;
    Some(Tree { node: Node::Map(merged), ..shell(written) })
}

fn fields(lower: &Tree, upper: &Tree, left_out: &[&str], whole: &[&str]) -> Tree {
    let mut merged: Map = lower.as_map().cloned().unwrap_or_default();
    merged.retain(|key, _| !left_out.contains(&&**key));
    for (key, value) in upper.as_map().into_iter().flatten() {
        if left_out.contains(&&**key) {
            continue;
        }
        if value.is_null() {
            merged.shift_remove(key);
            continue;
        }
        let below = merged.get(key).filter(|_| !whole.contains(&&**key));
        let value = match below {
            _ if APPENDED.contains(&&**key) => appended(below, value),
            Some(below) => deep(below, value),
            None => without_nulls(value),
        };
        merged.insert(key.clone(), value);
    }
    let written = if upper.as_map().is_some() { upper } else { lower };
    Tree { node: Node::Map(merged), ..shell(written) }
}

/// Maps merge deeply, null unsets, everything else replaces.
pub(crate) fn deep(lower: &Tree, upper: &Tree) -> Tree {
    let (Node::Map(below), Node::Map(above)) = (&lower.node, &upper.node) else {
        return without_nulls(upper);
    };
    let mut merged = below.clone();
    for (key, value) in above {
        if value.is_null() {
            merged.shift_remove(key);
            continue;
        }
        let value = match merged.get(key) {
            Some(below) => deep(below, value),
            None => without_nulls(value),
        };
        merged.insert(key.clone(), value);
    }
    Tree { node: Node::Map(merged), ..shell(upper) }
}

/// A null that has nothing to unset is not there either.
pub(crate) fn without_nulls(tree: &Tree) -> Tree {
    match &tree.node {
        Node::Map(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            let map = kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect();
            Tree { node: Node::Map(map), ..shell(tree) }
        }
        _ => tree.clone(),
    }
}

/// The items are left as they are: null means something to values.
fn appended(below: Option<&Tree>, above: &Tree) -> Tree {
    if let Some(replaced) = above.get("replace") {
        return replaced.clone();
    }
    match (below.map(|below| &below.node), &above.node) {
        (Some(Node::List(lower)), Node::List(upper)) => {
            let list = lower.iter().chain(upper).cloned().collect();
            Tree { node: Node::List(list), ..shell(above) }
        }
        _ => above.clone(),
    }
}

/// Everything about a node but its value.
fn shell(tree: &Tree) -> Tree {
    Tree {
        node: Node::Null,
        span: tree.span.clone(),
        key_span: tree.key_span.clone(),
        secret: tree.secret,
    }
}

#[cfg(test)]
mod tests {
    use source::{Source, yaml};

    use super::*;
    use crate::expression::text;

    #[track_caller]
    fn check(merge: fn(&Tree, &Tree) -> Tree, lower: &str, upper: &str, expect: &str) {
        let read = |text: &str| {
            yaml::read(&Source::new("test", text), yaml::Options::STRICT).unwrap().value
        };
        assert_eq!(text(&merge(&read(lower), &read(upper))), expect);
    }

    #[test]
    fn releases() {
        let check = |lower, upper, expect| check(release, lower, upper, expect);
        check("{a: 1, b: 2}", "{b: 3}", r#"{"a":1,"b":3}"#);
        check(
            "{labels: {a: x, b: y}}",
            "{labels: {b: null, c: z}}",
            r#"{"labels":{"a":"x","c":"z"}}"#,
        );
        check("{values: [a]}", "{values: [b]}", r#"{"values":["a","b"]}"#);
        check("{values: [a]}", "{values: {replace: [b]}}", r#"{"values":["b"]}"#);
        check("{values: [a]}", "{values: null}", "{}");
        check("{values: [{a: null}]}", "{}", r#"{"values":[{"a":null}]}"#);
        check("{needs: [a]}", "{needs: [b]}", r#"{"needs":["b"]}"#);
        check("{forEach: {in: [1]}}", "{forEach: {matrix: {}}}", r#"{"forEach":{"matrix":{}}}"#);
        check("{protect: true}", "{protect: false}", r#"{"protect":false}"#);
        check("{extends: a}", "{environments: {}}", "{}");
    }

    #[test]
    fn environments() {
        let check = |lower, upper, expect| check(environment, lower, upper, expect);
        check("{abstract: true, protected: true}", "{}", r#"{"protected":true}"#);
        check(
            "{target: {cluster: a}}",
            "{target: {directory: b}}",
            r#"{"target":{"directory":"b"}}"#,
        );
        check(
            "{releases: {a: {values: [x], timeout: 1m}}}",
            "{releases: {a: {values: [z]}, b: {}}}",
            r#"{"releases":{"a":{"timeout":"1m","values":["x","z"]},"b":{}}}"#,
        );
    }
}
