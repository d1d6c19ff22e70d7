//! Reads typed fields out of a YAML map as Go's JSON decoder does: numbers and booleans become text where text is meant, null
//! is absence, keys match in any case. All mistakes are collected.

use std::collections::BTreeMap;

use source::{Map, Node, Path, Problem, Problems, Tree, number};

/// The mistakes of one file.
pub(crate) struct Decoder {
    /// What messages call the file.
    file: String,
    pub(crate) problems: Problems,
}

/// A map's field by its name in any case: of several the last.
pub(crate) fn field<'a>(map: &'a Map, name: &str) -> Option<&'a Tree> {
    fields(map, name).pop()
}

/// What Go's JSON takes for a field, one after the other: keys in any case, sorted by their bytes, as YAML becomes JSON.
/// Null is as if it were not there.
pub(crate) fn fields<'a>(map: &'a Map, name: &str) -> Vec<&'a Tree> {
    let fits = |key: &str, tree: &Tree| key.eq_ignore_ascii_case(name) && !tree.is_null();
    let mut found: Vec<_> = map.iter().filter(|(key, tree)| fits(key, tree)).collect();
    found.sort_by_key(|(key, _)| *key);
    found.into_iter().map(|(_, tree)| tree).collect()
}

/// A scalar where text is meant: numbers and booleans as Helm's YAML library words them, null as nothing.
pub(crate) fn scalar_text(tree: &Tree) -> Option<String> {
    Some(match &tree.node {
        Node::Null => String::new(),
        Node::Text(text) => text.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Int(value) => value.to_string(),
        Node::Uint(value) => value.to_string(),
        Node::Float(value) => number::general_32(*value),
        Node::List(_) | Node::Map(_) => return None,
    })
}

impl Decoder {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), problems: Problems::new() }
    }

    fn wrong(&mut self, path: &Path, tree: &Tree, expected: &str) {
        let message = format!("`{path}` of `{}` must be {expected}", self.file);
        let label = format!("this is {}", tree.kind());
        self.problems.push(Problem::error("bad-chart-file", message).at(tree.span.as_ref(), label));
    }

    pub(crate) fn text(&mut self, map: &Map, at: &Path, name: &str) -> String {
        let Some(tree) = field(map, name) else { return String::new() };
        scalar_text(tree).unwrap_or_else(|| {
            self.wrong(&at.join(name), tree, "text");
            String::new()
        })
    }

    pub(crate) fn boolean(&mut self, map: &Map, at: &Path, name: &str) -> bool {
        match field(map, name).map(|tree| (&tree.node, tree)) {
            None => false,
            Some((Node::Bool(value), _)) => *value,
            Some((_, tree)) => {
                self.wrong(&at.join(name), tree, "`true` or `false`");
                false
            }
        }
    }

    /// The items of a list, each with its path; none where the field is absent.
    pub(crate) fn list<'a>(
        &mut self,
        map: &'a Map,
        at: &Path,
        name: &str,
    ) -> Option<Vec<(Path, &'a Tree)>> {
        let tree = field(map, name)?;
        let path = at.join(name);
        let Some(list) = tree.as_list() else {
            self.wrong(&path, tree, "a list");
            return None;
        };
        Some(list.iter().enumerate().map(|(index, item)| (path.join(index), item)).collect())
    }

    pub(crate) fn texts(&mut self, map: &Map, at: &Path, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for (path, item) in self.list(map, at, name).unwrap_or_default() {
            match scalar_text(item) {
                Some(text) => texts.push(text),
                None => self.wrong(&path, item, "text"),
            }
        }
        texts
    }

    pub(crate) fn text_map(
        &mut self,
        map: &Map,
        at: &Path,
        name: &str,
    ) -> Option<BTreeMap<String, String>> {
        let tree = field(map, name)?;
        let path = at.join(name);
        let Some(entries) = tree.as_map() else {
            self.wrong(&path, tree, "a map of texts");
            return None;
        };
        let mut texts = BTreeMap::new();
        for (key, value) in entries {
            match scalar_text(value) {
                Some(text) => drop(texts.insert(key.to_string(), text)),
                None => self.wrong(&path.join(&**key), value, "text"),
            }
        }
        Some(texts)
    }

    /// A map; anything else is a mistake, null too unless the caller took it out before.
    pub(crate) fn map<'a>(&mut self, path: &Path, tree: &'a Tree) -> Option<&'a Map> {
        let map = tree.as_map();
        if map.is_none() {
            self.wrong(path, tree, "a map");
        }
        map
    }

    /// A field that must be there.
    pub(crate) fn missing(&mut self, name: &str) {
        let message = format!("`{}` has no `{name}`", self.file);
        self.problems.push(Problem::error("bad-chart-file", message));
    }

    /// A mistake that is no matter of types.
    pub(crate) fn refuse(&mut self, tree: Option<&Tree>, message: String, label: &str) {
        let span = tree.and_then(|tree| tree.span.as_ref());
        self.problems.push(Problem::error("bad-chart-file", message).at(span, label));
    }
}
