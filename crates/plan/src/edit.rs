//! One difference between two versions of an object: where, and from what to what, with secrets masked from the start.

use std::fmt;

use serde::{Serialize, Serializer};
use source::Tree;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edit {
    pub path: EditPath,
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum Change {
    Add {
        to: Shown,
    },
    Remove {
        from: Shown,
    },
    Set {
        from: Shown,
        to: Shown,
    },
    /// The same items in another order, each named by its key or its value.
    Reorder {
        from: Vec<String>,
        to: Vec<String>,
    },
}

impl Edit {
    /// Masks what stands in the place of a secret, before it or after it: the former password, say, that no Secret holds any
    /// more.
    pub fn mask_beside(&mut self, is_secret: impl Fn(&str) -> bool) {
        let Change::Set { from, to } = &mut self.change else { return };
        if [&*from, &*to].into_iter().filter_map(Shown::as_str).any(is_secret) {
            for side in [from, to] {
                if let Some(bytes) = side.as_str().map(str::len) {
                    *side = Shown::Secret { bytes };
                }
            }
        }
    }
}

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Plain(Tree),
    /// Only its length is told. Values that are equal before and after give no edit at all.
    Secret {
        bytes: usize,
    },
}

impl Shown {
    fn as_str(&self) -> Option<&str> {
        match self {
            Self::Plain(tree) => tree.as_str(),
            Self::Secret { .. } => None,
        }
    }
}

/// `(secret, 12 bytes)`; anything else in JSON, on one line.
impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(tree) => formatter.write_str(&crate::json::line(tree)),
            Self::Secret { bytes } => write!(formatter, "(secret, {bytes} bytes)"),
        }
    }
}

/// A secret becomes the text that views show.
impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(tree) => crate::json::serialize(tree, serializer),
            Self::Secret { .. } => serializer.collect_str(self),
        }
    }
}

/// `spec.template.spec.containers[name=web].image`; `.` for the whole object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditPath(pub Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    Key(String),
    /// An item of a list that has no merge keys.
    Index(usize),
    /// An item of a list, named by its merge keys: `[containerPort=80,protocol=TCP]`.
    Item(Vec<(&'static str, String)>),
}

impl EditPath {
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl fmt::Display for EditPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str(".");
        }
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Item(keys) => {
                    let pairs: Vec<String> =
                        keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
                    write!(formatter, "[{}]", pairs.join(","))?;
                }
                Segment::Key(key) => {
                    let plain = |c: char| c.is_alphanumeric() || "_-".contains(c);
                    match key.is_empty() || !key.chars().all(plain) {
                        true => write!(formatter, "[{key:?}]")?,
                        false if position == 0 => formatter.write_str(key)?,
                        false => write!(formatter, ".{key}")?,
                    }
                }
            }
        }
        Ok(())
    }
}

impl Serialize for EditPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_secret() {
        let check = |from: &str, to: &str, expect: [&str; 2]| {
            let plain = |text: &str| Shown::Plain(Tree::from(text));
            let change = Change::Set { from: plain(from), to: plain(to) };
            let mut edit = Edit { path: EditPath::default(), change };
            edit.mask_beside(|text| text == "hunter2");
            let Change::Set { from, to } = edit.change else { panic!("another change") };
            assert_eq!([from.to_string(), to.to_string()], expect);
        };
        check("hunter1", "hunter2", ["(secret, 7 bytes)", "(secret, 7 bytes)"]);
        check("hunter2", "", ["(secret, 7 bytes)", "(secret, 0 bytes)"]);
        check("one", "two", ["\"one\"", "\"two\""]);
    }
}
