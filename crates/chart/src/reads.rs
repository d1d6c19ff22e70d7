//! Which of the user's values the templates read.

use gotmpl::{MapRef, Value};
use source::{Node, Path, Tree};

/// Leaves of the user's values: those that were read and those that were not. A subchart's section is the very map that
/// the subchart reads.
pub(crate) fn of(user: &Tree, values: &MapRef) -> (Vec<Path>, Vec<Path>) {
    let mut read = Vec::new();
    let mut unread = Vec::new();
    walk(user, values, &Path::default(), &mut |path, was_read| {
        if was_read { read.push(path) } else { unread.push(path) }
    });
    (read, unread)
}

fn walk(user: &Tree, values: &MapRef, at: &Path, note: &mut dyn FnMut(Path, bool)) {
    let Node::Map(map) = &user.node else { return };
    let entries = values.reads();
    for (key, tree) in map {
        let path = at.join(&**key);
        let entry = entries.binary_search_by(|(name, _, _)| name.as_bytes().cmp(key.as_bytes()));
        match (entry.ok().map(|index| &entries[index]), &tree.node) {
            // Taken away by a null or replaced by a template.
            (None, _) => note(path, true),
            (Some((_, Value::Map(values), _)), Node::Map(below)) if !below.is_empty() => {
                walk(tree, values, &path, note);
            }
            (Some((_, _, was_read)), _) => note(path, *was_read),
        }
    }
}
