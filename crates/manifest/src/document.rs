//! The manifest's file as a tree.

use source::{FileError, Files, Node, Problem, Problems, Source, Tree, yaml};

use crate::check;

/// A manifest's file, read and checked once for whatever is asked of it.
#[derive(Debug)]
pub struct Manifest {
    pub(crate) document: Tree,
    /// Its mistakes that do not depend on an environment. Each answer tells those that it meets.
    pub(crate) mistakes: Problems,
}

impl Manifest {
    /// # Errors
    /// There is no such file, or it is no YAML map.
    pub fn open(files: &dyn Files, path: &str) -> Result<Self, Problems> {
        let document = open(files, path)?;
        let mistakes = check::check(&document);
        Ok(Self { document, mistakes })
    }
}

/// Reads the file; what begins with `x-` is there for anchors and is taken out.
pub(crate) fn open(files: &dyn Files, path: &str) -> Result<Tree, Problems> {
    let bytes = files.read(path).map_err(|error| {
        let message = match error {
            FileError::Missing => format!("`{path}` does not exist"),
            FileError::Outside => format!("`{path}` leaves the repository"),
            FileError::Unreadable(why) => format!("`{path}` cannot be read: {why}"),
        };
        vec![
            Problem::error("missing-manifest", message)
                .help("`regatta init` writes one; `-f` names another"),
        ]
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| vec![Problem::error("unreadable-file", format!("`{path}` is no text"))])?;
    let source = Source::new(path, text);
    let mut tree = yaml::read(&source, yaml::Options::STRICT)?.value;
    match &mut tree.node {
        Node::Map(map) => {
            map.retain(|key, _| !key.starts_with("x-"));
            Ok(tree)
        }
        Node::Null => Err(vec![
            Problem::error("empty-manifest", format!("`{path}` is empty"))
                .help("`regatta init` writes a manifest to begin with"),
        ]),
        _ => Err(vec![
            Problem::error("wrong-type", "a manifest must be a map")
                .at(tree.span.as_ref(), format!("this is {}", tree.kind())),
        ]),
    }
}
