//! Replaces every known secret in a text that is about to be shown.

mod forms;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::{Node, Tree, base64};

/// What stands where a secret stood.
pub const MASK: &str = "(secret)";

/// The strings that must never be shown: values of secret inputs and rendered or live Secret data, each plain, base64,
/// escaped and per line. `cli`'s printer and every view pass through one, so that no crate can forget.
#[derive(Clone, Default)]
pub struct Redactor {
    /// All forms in which a secret may stand.
    forms: BTreeSet<String>,
    exempt: BTreeSet<String>,
    /// Finds all forms in one pass; made anew after a change.
    finder: OnceLock<Option<AhoCorasick>>,
}

impl Redactor {
    /// Learns a secret. Strings under 6 bytes are left out here: those are masked by their path only.
    pub fn add(&mut self, secret: &str) {
        forms::of(secret, &mut self.forms);
        self.finder = OnceLock::new();
    }

    /// Leaves a name alone that a person must be able to read, although a secret has the same value: that of a
    /// release, chart, namespace, environment or object. Its base64 form stays masked.
    pub fn exempt(&mut self, name: &str) {
        self.exempt.insert(name.to_owned());
        self.finder = OnceLock::new();
    }

    /// Learns every scalar of a tree that is marked as secret.
    pub fn add_tree(&mut self, tree: &Tree) {
        self.add_marked(tree, false);
    }

    fn add_marked(&mut self, tree: &Tree, inherited: bool) {
        let secret = inherited || tree.secret;
        match &tree.node {
            Node::List(list) => list.iter().for_each(|item| self.add_marked(item, secret)),
            Node::Map(map) => map.values().for_each(|value| self.add_marked(value, secret)),
            Node::Text(text) if secret => self.add(text),
            Node::Int(value) if secret => self.add(&value.to_string()),
            Node::Uint(value) if secret => self.add(&value.to_string()),
            Node::Float(value) if secret => self.add(&value.to_string()),
            _ => {}
        }
    }

    /// Learns what a Kubernetes Secret holds, or the Secrets of a List; other objects hold none.
    pub fn add_object(&mut self, object: &Tree) {
        match object.get("kind").and_then(Tree::as_str) {
            Some("Secret") => {}
            Some("List" | "SecretList") => {
                let items = object.get("items").and_then(Tree::as_list).unwrap_or_default();
                return items.iter().for_each(|item| self.add_object(item));
            }
            _ => return,
        }
        let texts = |field: &str| {
            let map = object.get(field).and_then(Tree::as_map);
            map.into_iter().flat_map(|map| map.values()).filter_map(Tree::as_str)
        };
        for encoded in texts("data") {
            self.add(encoded);
            let decoded = base64::decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
            if let Some(decoded) = decoded {
                self.add(&decoded);
            }
        }
        for text in texts("stringData") {
            self.add(text);
        }
    }

    /// Learns everything that another one knows.
    pub fn extend(&mut self, other: &Self) {
        self.forms.extend(other.forms.iter().cloned());
        self.exempt.extend(other.exempt.iter().cloned());
        self.finder = OnceLock::new();
    }

    /// The text with every secret masked; secrets that overlap are masked as one.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(finder) = self.finder.get_or_init(|| self.finder()) else {
            return Cow::Borrowed(text);
        };
        let mut places: Vec<Range<usize>> =
            finder.find_overlapping_iter(text).map(|found| found.range()).collect();
        if places.is_empty() {
            return Cow::Borrowed(text);
        }
        places.sort_by_key(|place| place.start);
        let mut shown = String::with_capacity(text.len());
        let mut end = 0;
        for place in places {
            if place.start >= end {
                shown.push_str(&text[end..place.start]);
                shown.push_str(MASK);
            }
            end = end.max(place.end);
        }
        shown.push_str(&text[end..]);
        Cow::Owned(shown)
    }

    fn finder(&self) -> Option<AhoCorasick> {
        let forms: Vec<&String> = self.forms.difference(&self.exempt).collect();
        if forms.is_empty() {
            return None;
        }
        Some(AhoCorasick::new(forms).expect("secrets are far smaller than the finder's limit"))
    }
}

/// Shows how much it knows, never what.
impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Redactor({} forms)", self.forms.len())
    }
}

#[cfg(test)]
mod tests;
