//! What others did to an object, told apart from what we will do.

use source::{Map, Node, Tree, base64};

use crate::{Change, Edit, EditPath, Object, Segment, diff};

/// Where an edit only takes back what others did: the chart says something there, and it said the same before. What the chart
/// does not speak of is the server's business, or a webhook's.
pub(super) fn paths(edits: &[Edit], recorded: &Object, object: &Object) -> Vec<EditPath> {
    let (before, after) = (stated(recorded), stated(object));
    let changes: Vec<String> =
        diff(object.id(), &before, &after).iter().map(|edit| edit.path.to_string()).collect();
    let by_others = |edit: &&Edit| {
        let path = edit.path.to_string();
        field_is_there(&before, &edit.path)
            && !changes.iter().any(|change| is_within(change, &path) || is_within(&path, change))
    };
    edits.iter().filter(by_others).map(|edit| edit.path.clone()).collect()
}

/// What a chart says of an object, as the server keeps it: a Secret's `stringData` becomes `data`.
fn stated(object: &Object) -> Tree {
    let mut tree = object.tree();
    let Node::Map(map) = &mut tree.node else { return tree };
    if !object.id().is_secret() {
        return tree;
    }
    let Some(plain) = map.shift_remove("stringData") else { return tree };
    let data = map.entry("data".into()).or_insert_with(|| Map::new().into());
    if let (Some(plain), Node::Map(data)) = (plain.as_map(), &mut data.node) {
        for (key, value) in plain {
            let value = value.as_str().unwrap_or_default();
            data.insert(key.clone(), base64::encode(value.as_bytes()).as_str().into());
        }
    }
    tree
}

/// `spec.a[0]` lies within `spec.a` and within itself.
fn is_within(path: &str, of: &str) -> bool {
    path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Fields that the chart no longer has and that are still there because the client-side apply that wrote them is not yet
/// ours; the dry-run of an apply does not see them go.
pub(super) fn dropped(
    before: &Tree,
    after: &Tree,
    live: &Tree,
    object: &Object,
    known: &[Edit],
) -> Vec<Edit> {
    diff(object.id(), before, after)
        .into_iter()
        .filter(|edit| matches!(edit.change, Change::Remove { .. }))
        .filter(|edit| field_is_there(live, &edit.path))
        .filter(|edit| !known.iter().any(|other| other.path == edit.path))
        .collect()
}

fn field_is_there(live: &Tree, path: &EditPath) -> bool {
    let mut at = live;
    for segment in &path.0 {
        let next = match segment {
            Segment::Key(key) => at.get(key),
            Segment::Index(index) => at.as_list().and_then(|list| list.get(*index)),
            Segment::Item(keys) => at.as_list().and_then(|list| {
                list.iter().find(|item| {
                    keys.iter().all(|(key, value)| {
                        item.get(key).is_some_and(|found| match found.as_str() {
                            Some(text) => text == value,
                            None => crate::json::line(found) == *value,
                        })
                    })
                })
            }),
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// The part of a live object that a body speaks of, so that defaults do not count as removed.
pub(super) fn shared(live: &Tree, body: &Tree) -> Tree {
    match (&live.node, &body.node) {
        (Node::Map(there), Node::Map(wanted)) => {
            let kept = there.iter().filter_map(|(key, value)| {
                let wanted = wanted.get(key)?;
                Some((key.clone(), shared(value, wanted)))
            });
            Tree::new(Node::Map(kept.collect()))
        }
        (Node::List(there), Node::List(wanted)) if there.len() == wanted.len() => {
            Tree::new(Node::List(there.iter().zip(wanted).map(|(a, b)| shared(a, b)).collect()))
        }
        _ => live.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, ReleaseKey, Section, read};

    use super::*;

    fn object(text: &str) -> Object {
        let release = ReleaseKey {
            cluster: None,
            namespace: "shop".parse().unwrap(),
            name: "api".parse().unwrap(),
        };
        let document = Document { section: Section::Manifest, text, template: "x", hook: None };
        read(&[document], &release).0.remove(0)
    }

    #[test]
    fn what_the_chart_says_as_before_and_the_cluster_does_not() {
        let check = |recorded: &str, live: &str, wanted: &str, expect: &[&str]| {
            let head = |text: &str| {
                format!("{{apiVersion: v1, kind: Secret, metadata: {{name: a}}, {text}}}")
            };
            let (recorded, wanted) = (object(&head(recorded)), object(&head(wanted)));
            let live = source::yaml::read_bare(&head(live)).unwrap();
            let edits = diff(wanted.id(), &live, &stated(&wanted));
            let found: Vec<String> =
                paths(&edits, &recorded, &wanted).iter().map(ToString::to_string).collect();
            assert_eq!(found, expect, "{recorded:?}");
        };
        // Somebody changed it; we changed it; both did.
        check("type: a", "type: b", "type: a", &["type"]);
        check("type: a", "type: a", "type: b", &[]);
        check("type: a", "type: c", "type: b", &[]);
        // Somebody removed it; a chart that never spoke of it.
        check("type: a, immutable: true", "type: a", "type: a, immutable: true", &["immutable"]);
        check("type: a", "type: a, immutable: true", "type: a", &[]);
        // `stringData` is `data`.
        check("stringData: {k: v}", "data: {k: eA==}", "stringData: {k: v}", &["data.k"]);
        check("stringData: {k: v}", "data: {k: dg==}", "stringData: {k: w}", &[]);
    }
}
