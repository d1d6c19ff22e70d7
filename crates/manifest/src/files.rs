//! Data files that the manifest names: one path, an optional one (`?` at the end), or a glob.

use std::sync::Arc;

use source::{FileError, Files, Problem, Source, Tree};

use crate::paths;
use crate::typed::near;

/// The paths that a text names, from the repository's root, sorted where it is a glob. `what` is what a message calls them:
/// `values file`.
pub(crate) fn named(
    files: &dyn Files,
    directory: &str,
    text: &str,
    node: &Tree,
    what: &str,
) -> Result<Vec<String>, Problem> {
    let place = node.span.as_ref();
    let (text, optional) = match text.strip_suffix('?') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let path = paths::normalize(directory, text).map_err(|why| {
        Problem::error("invalid-path", format!("{what} `{text}` {why}")).at(place, "named here")
    })?;
    if path.contains('*') {
        let found = matching(files, &path);
        return match found.is_empty() && !optional {
            true => Err(Problem::error("missing-file", format!("no {what} matches `{text}`"))
                .at(place, "nothing matches")
                .help("end it with `?` where that is fine")),
            false => Ok(found),
        };
    }
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let siblings = match files.list(parent) {
        Ok(entries) => entries,
        Err(FileError::Missing) => Vec::new(),
        Err(error) => return Err(unreadable(&error, text, node, what)),
    };
    if siblings.iter().any(|entry| entry.name == name && !entry.is_directory) {
        return Ok(vec![path]);
    }
    if optional {
        return Ok(Vec::new());
    }
    let problem = Problem::error("missing-file", format!("{what} `{text}` does not exist"))
        .at(place, "no such file");
    let problem = near(problem, name, siblings.iter().map(|entry| entry.name.as_str()));
    Err(match problem.help {
        None => problem.help(format!("looked for {path}; end it with `?` if it may be absent")),
        Some(_) => problem,
    })
}

/// `*` stands for any part of a name, `**` for any folders.
fn matching(files: &dyn Files, pattern: &str) -> Vec<String> {
    /// More folders than any workspace has; a glob ends there.
    const FOLDERS: usize = 10_000;
    let parts: Vec<&str> = pattern.split('/').collect();
    let mut found = Vec::new();
    let mut open = vec![(String::new(), 0_usize)];
    let mut visited = 0;
    while let Some((directory, depth)) = open.pop() {
        visited += 1;
        let Some(part) = parts.get(depth) else { continue };
        if visited > FOLDERS {
            break;
        }
        let last = depth + 1 == parts.len();
        if *part == "**" {
            open.push((directory.clone(), depth + 1));
        }
        for entry in files.list(&directory).unwrap_or_default() {
            let path = match directory.is_empty() {
                true => entry.name.clone(),
                false => format!("{directory}/{}", entry.name),
            };
            if *part == "**" {
                if entry.is_directory {
                    open.push((path, depth));
                }
            } else if stack::select::glob_matches(part, &entry.name) {
                match (entry.is_directory, last) {
                    (true, false) => open.push((path, depth + 1)),
                    (false, true) => found.push(path),
                    _ => {}
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The text of a file that was named.
pub(crate) fn text(
    files: &dyn Files,
    path: &str,
    node: &Tree,
    what: &str,
) -> Result<Arc<Source>, Problem> {
    let bytes = files.read(path).map_err(|error| unreadable(&error, path, node, what))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(_) => Err(Problem::error("unreadable-file", format!("{what} `{path}` is no text"))
            .at(node.span.as_ref(), "named here")
            .help("save it as UTF-8")),
    }
}

fn unreadable(error: &FileError, path: &str, node: &Tree, what: &str) -> Problem {
    let message = match error {
        FileError::Missing => format!("{what} `{path}` does not exist"),
        FileError::Outside => format!("{what} `{path}` leaves the repository"),
        FileError::Unreadable(why) => format!("{what} `{path}` cannot be read: {why}"),
    };
    Problem::error("unreadable-file", message).at(node.span.as_ref(), "named here")
}

/// The map that a YAML file holds; an empty file is an empty map.
pub(crate) fn map(tree: Tree, what: &str) -> Result<Tree, Problem> {
    if tree.as_map().is_some() {
        return Ok(tree);
    }
    if tree.is_null() {
        return Ok(Tree { span: tree.span, ..Tree::from(source::Map::new()) });
    }
    Err(Problem::error("wrong-type", format!("a {what} must be a map"))
        .at(tree.span.as_ref(), format!("this is {}", tree.kind())))
}
