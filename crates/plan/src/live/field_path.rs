//! The paths that a server writes about fields: `.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"]`.

use source::{Node, Tree};

use super::conflict::is_empty;

/// Takes a field out of a tree. Keys may hold dots, so the tree itself says where one ends; a path that leads nowhere
/// changes nothing. Maps that become empty on the way go too.
pub fn remove(tree: &mut Tree, path: &str) -> bool {
    if path.is_empty() {
        return false;
    }
    match &mut tree.node {
        Node::Map(map) => {
            let Some(rest) = path.strip_prefix('.') else { return false };
            let keys: Vec<String> = map.keys().map(ToString::to_string).collect();
            for key in keys {
                let Some(after) = rest.strip_prefix(key.as_str()) else { continue };
                if after.is_empty() {
                    return map.shift_remove(key.as_str()).is_some();
                }
                let Some(child) = map.get_mut(key.as_str()) else { continue };
                if after.starts_with(['.', '[']) && remove(child, after) {
                    if is_empty(child) {
                        map.shift_remove(key.as_str());
                    }
                    return true;
                }
            }
            false
        }
        Node::List(list) => {
            let Some((selector, after)) = bracket(path) else { return false };
            let found = list.iter().position(|item| selects(&selector, item));
            let Some(index) = found else { return false };
            if after.is_empty() {
                list.remove(index);
                return true;
            }
            list.get_mut(index).is_some_and(|item| remove(item, after))
        }
        _ => false,
    }
}

/// `[name="app",port=80]rest` into its pairs and what follows. A pair without a key is the item's own value.
fn bracket(path: &str) -> Option<(Vec<(String, String)>, &str)> {
    let inside = path.strip_prefix('[')?;
    let mut quoted = false;
    let mut escaped = false;
    let end = inside.char_indices().find_map(|(at, character)| {
        let ends = character == ']' && !quoted;
        match character {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        ends.then_some(at)
    })?;
    let (pairs, rest) = (inside.get(..end)?, inside.get(end + 1..)?);
    let pair = |text: &str| match text.split_once('=') {
        Some((key, value)) if !key.starts_with('"') => (key.to_owned(), unquoted(value)),
        _ => (String::new(), unquoted(text.strip_prefix('=').unwrap_or(text))),
    };
    Some((split(pairs).into_iter().map(pair).collect(), rest))
}

/// At commas that stand outside quotes.
fn split(pairs: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, character) in pairs.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&pairs[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pairs[start..]);
    parts
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').replace("\\\"", "\"")
}

fn selects(selector: &[(String, String)], item: &Tree) -> bool {
    selector.iter().all(|(key, value)| match key.is_empty() {
        true => shown(item) == *value,
        false => match item.get(key) {
            Some(found) => shown(found) == *value,
            // The server fills it in before it compares.
            None => key == "protocol" && value == "TCP",
        },
    })
}

fn shown(tree: &Tree) -> String {
    match tree.as_str() {
        Some(text) => text.to_owned(),
        None => crate::json::line(tree),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go() {
        let check = |yaml: &str, path: &str, expect: &str| {
            let mut tree = source::yaml::read_bare(yaml).unwrap();
            remove(&mut tree, path);
            assert_eq!(crate::json::line(&tree), expect, "{path}");
        };
        check("{spec: {replicas: 2, a: 1}}", ".spec.replicas", r#"{"spec":{"a":1}}"#);
        check("{spec: {replicas: 2}, b: 1}", ".spec.replicas", r#"{"b":1}"#);
        check(
            "{m: {example.com/a: x, example.com/b: z}}",
            ".m.example.com/a",
            r#"{"m":{"example.com/b":"z"}}"#,
        );
        check(
            "{c: [{name: a, image: x}, {name: b, image: z}]}",
            ".c[name=\"b\"].image",
            r#"{"c":[{"image":"x","name":"a"},{"name":"b"}]}"#,
        );
        check(
            "{p: [{port: 80, name: x}, {port: 81}]}",
            ".p[port=80,protocol=\"TCP\"].name",
            r#"{"p":[{"port":80},{"port":81}]}"#,
        );
        check("{f: [a, b]}", ".f[=\"a\"]", r#"{"f":["b"]}"#);
        check("{a: 1}", ".b.c", r#"{"a":1}"#);
        check("{a: 1}", "", r#"{"a":1}"#);
    }
}
