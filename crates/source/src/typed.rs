//! Trees become typed values and back, with errors that know their path.
//!
//! serde stops at the first mistake, so `read` notes it, cuts the node out and reads again: all mistakes come together.

mod de;
mod fault;
mod ser;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::yaml::{Dialect, WriteError, Writer};
use crate::{Node, Path, Problems, Segment, Tree};

pub use fault::{Fault, TypedError};
pub use ser::to_tree;

/// More mistakes than anyone reads at once.
const MOST_PROBLEMS: usize = 100;

/// Reads a value from a tree, or gives every mistake in it.
pub fn read<T: DeserializeOwned>(tree: &Tree) -> Result<T, Problems> {
    let mut left = tree.clone();
    let mut problems = Problems::new();
    let mut cut = Cut::default();
    loop {
        let error = match read_once(&left) {
            Ok(value) if problems.is_empty() => return Ok(value),
            Ok(_) => return Err(problems),
            Err(error) => error,
        };
        let followed = matches!(&error.fault, Fault::MissingField(field)
            if cut.paths.contains(&cut.original(&error.path).join(*field)));
        if !followed {
            let shown = TypedError { path: cut.original(&error.path), ..error.clone() };
            problems.push(shown.problem(&left, &error.path));
        }
        if problems.len() == MOST_PROBLEMS || !cut.remove(&mut left, &error.path) {
            return Err(problems);
        }
    }
}

/// Reads a value from a tree up to the first mistake.
pub fn read_once<T: DeserializeOwned>(tree: &Tree) -> Result<T, TypedError> {
    serde_path_to_error::deserialize(tree).map_err(|error| TypedError::new(error, tree))
}

/// What has been cut out of a tree, by the paths that it had at first.
#[derive(Default)]
struct Cut {
    paths: Vec<Path>,
}

impl Cut {
    /// The path that a node had before items in front of it were cut out of their lists.
    fn original(&self, path: &Path) -> Path {
        let mut original = Path::default();
        for segment in &path.0 {
            let segment = match segment {
                Segment::Key(_) => segment.clone(),
                Segment::Index(index) => {
                    let mut index = *index;
                    let mut gone: Vec<usize> = self
                        .paths
                        .iter()
                        .filter_map(|path| match path.0.split_last() {
                            Some((Segment::Index(gone), list)) if list == original.0 => Some(*gone),
                            _ => None,
                        })
                        .collect();
                    gone.sort_unstable();
                    for gone in gone {
                        index += usize::from(gone <= index);
                    }
                    Segment::Index(index)
                }
            };
            original.0.push(segment);
        }
        original
    }

    /// Cuts a node out; false where that is the whole tree.
    fn remove(&mut self, tree: &mut Tree, path: &Path) -> bool {
        let mut path = path.clone();
        // A path may lead to what is not there; then its nearest ancestor goes.
        while tree.find(&path.0).is_none() {
            path.0.pop();
        }
        let original = self.original(&path);
        let Some((last, parent)) = path.0.split_last() else { return false };
        let Some(parent) = tree.find_mut(parent) else { return false };
        match (&mut parent.node, last) {
            (Node::Map(map), Segment::Key(key)) => {
                map.shift_remove(key);
            }
            (Node::List(list), Segment::Index(index)) => {
                list.remove(*index);
            }
            _ => return false,
        }
        self.paths.push(original);
        true
    }
}

/// A value as YAML: keys in the order in which its type declares them, everything else as `toYaml`.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, WriteError> {
    let tree = to_tree(value).map_err(|error| WriteError(error.to_string()))?;
    let mut writer = Writer::new(Dialect::Helm);
    write_in_order(&mut writer, &tree);
    writer.finish()
}

fn write_in_order(writer: &mut Writer, tree: &Tree) {
    match &tree.node {
        Node::Null => writer.null(),
        Node::Bool(value) => writer.bool(*value),
        Node::Int(value) => writer.int(*value),
        Node::Uint(value) => writer.uint(*value),
        Node::Float(value) => writer.float(*value),
        Node::Text(text) => writer.text(text),
        Node::List(list) => {
            writer.begin_list(list.is_empty());
            list.iter().for_each(|item| write_in_order(writer, item));
            writer.end();
        }
        Node::Map(map) => {
            writer.begin_map(map.is_empty());
            for (key, value) in map {
                writer.key(key);
                write_in_order(writer, value);
            }
            writer.end();
        }
    }
}

#[cfg(test)]
mod tests;
