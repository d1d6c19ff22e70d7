//! Reads fields of a live object by dotted paths; what is missing or of another type is none.

use source::{Node, Tree};

/// The node at a path of plain keys: `status.loadBalancer.ingress`.
pub(super) fn at<'a>(object: &'a Tree, path: &str) -> Option<&'a Tree> {
    path.split('.').try_fold(object, |tree, key| tree.get(key))
}

pub(super) fn text<'a>(object: &'a Tree, path: &str) -> Option<&'a str> {
    at(object, path)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn int(object: &Tree, path: &str) -> Option<i64> {
    match at(object, path)?.node {
        Node::Int(value) => Some(value),
        Node::Uint(value) => i64::try_from(value).ok(),
        _ => None,
    }
}

/// How many; none and what is below it count as 0.
pub(super) fn count(object: &Tree, path: &str) -> i64 {
    int(object, path).unwrap_or_default().max(0)
}

pub(super) fn is_true(object: &Tree, path: &str) -> bool {
    at(object, path).is_some_and(|tree| tree.node == Node::Bool(true))
}

pub(super) fn list<'a>(object: &'a Tree, path: &str) -> &'a [Tree] {
    at(object, path).and_then(Tree::as_list).unwrap_or_default()
}

pub(super) fn name(object: &Tree) -> &str {
    text(object, "metadata.name").unwrap_or_default()
}

pub(super) fn kind(object: &Tree) -> &str {
    text(object, "kind").unwrap_or_default()
}

/// The group of an `apiVersion`; empty for the core group.
pub(super) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

pub(super) fn group(object: &Tree) -> &str {
    group_of(text(object, "apiVersion").unwrap_or_default())
}

/// An entry of `metadata.labels` or `metadata.annotations`, whose keys hold dots.
pub(super) fn mark<'a>(object: &'a Tree, marks: &str, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get(marks)?.get(key)?.as_str()
}

/// One entry of `status.conditions`.
#[derive(Clone, Copy)]
pub(super) struct Condition<'a> {
    pub(super) status: &'a str,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

impl<'a> Condition<'a> {
    pub(super) fn is_true(self) -> bool {
        self.status == "True"
    }

    pub(super) fn is_false(self) -> bool {
        self.status == "False"
    }

    /// The message, or the reason where there is none, or other words.
    pub(super) fn words(self, otherwise: &str) -> String {
        let words = [self.message, self.reason, otherwise];
        one_line(words.into_iter().find(|words| !words.trim().is_empty()).unwrap_or_default())
    }
}

pub(super) fn condition<'a>(object: &'a Tree, wanted: &str) -> Option<Condition<'a>> {
    let conditions = list(object, "status.conditions");
    let found = conditions.iter().find(|it| text(it, "type") == Some(wanted))?;
    let field = |key| text(found, key).unwrap_or_default();
    Some(Condition { status: field("status"), reason: field("reason"), message: field("message") })
}

/// Longer messages are cut: they stand in a table or in one sentence.
const LONGEST: usize = 400;

/// A controller's message as one line without a final period.
pub(super) fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.strip_suffix('.').unwrap_or(&line);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_one_line() {
        let check = |message: &str, expect: &str| assert_eq!(one_line(message), expect);
        check("pods \"a\" is forbidden.\n", "pods \"a\" is forbidden");
        check("a:\n  b\n  c", "a: b c");
        check("", "");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), LONGEST + 1);
    }
}
