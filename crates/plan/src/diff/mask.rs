//! Which values of an object may be shown.

use source::{Map, Node, Tree};

use crate::{EditPath, ObjectId, Segment, Shown};

/// Knows whether the object is a Secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mask {
    secret: bool,
}

/// A copy of the whole object as text; `kubectl apply` leaves it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Mask {
    pub(crate) fn of(id: &ObjectId) -> Self {
        Self { secret: id.is_secret() }
    }

    /// A value at a path of the object, masked as far as it must be.
    pub(crate) fn show(self, path: &EditPath, value: &Tree) -> Shown {
        let keys: Vec<&str> = path
            .0
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) | Segment::Item(_) => None,
            })
            .collect();
        match self.covers(&keys) || value.secret {
            true => Shown::Secret { bytes: bytes(&keys, value) },
            false => Shown::Plain(self.masked(&keys, value)),
        }
    }

    fn covers(self, keys: &[&str]) -> bool {
        self.secret
            && matches!(
                keys,
                ["data" | "stringData", _, ..] | ["metadata", "annotations", LAST_APPLIED]
            )
    }

    /// A copy in which every secret below is replaced by its mask.
    fn masked(self, keys: &[&str], value: &Tree) -> Tree {
        if value.secret || self.covers(keys) {
            let mask = Shown::Secret { bytes: bytes(keys, value) };
            return Tree::from(mask.to_string().as_str());
        }
        match &value.node {
            Node::Map(map) => {
                let entry = |(key, value): (&std::sync::Arc<str>, &Tree)| {
                    let mut keys = keys.to_vec();
                    keys.push(key);
                    (std::sync::Arc::clone(key), self.masked(&keys, value))
                };
                Tree::from(map.iter().map(entry).collect::<Map>())
            }
            Node::List(list) => {
                Tree::from(list.iter().map(|item| self.masked(keys, item)).collect::<Vec<_>>())
            }
            // A Secret whose data is no map is broken, and no less secret.
            Node::Text(_) if self.secret && matches!(keys, ["data" | "stringData"]) => {
                Tree::from(Shown::Secret { bytes: bytes(keys, value) }.to_string().as_str())
            }
            _ => value.clone(),
        }
    }
}

/// The length of what is masked; for `data` of what its base64 stands for.
fn bytes(keys: &[&str], value: &Tree) -> usize {
    let text = match &value.node {
        Node::Text(text) => text.to_string(),
        _ => crate::json::line(value),
    };
    match keys {
        ["data", _] => {
            let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
            digits.count() * 3 / 4
        }
        _ => text.len(),
    }
}
