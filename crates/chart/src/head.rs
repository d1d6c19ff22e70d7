//! The few fields of a rendered document that Helm looks at: version, kind, name, annotations.

use std::collections::BTreeMap;

use source::{Map, Node, Tree, yaml};

use crate::decode::{field, fields, scalar_text};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Why a document has no head: it is no YAML, or a field is of the wrong type.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    Yaml(yaml::Error),
    Field { path: &'static str, expected: &'static str, found: &'static str },
}

impl Refusal {
    /// The words for a field of the wrong type; an empty path is the document itself.
    pub(crate) fn of_field(path: &str, expected: &str, found: &str) -> String {
        if path.is_empty() {
            format!("a document must be {expected}, not {found}")
        } else {
            format!("`{path}` must be {expected}, not {found}")
        }
    }
}

/// Reads a whole document as YAML, as Helm does, and keeps its head.
pub(crate) fn head(text: &str) -> Result<Head, Refusal> {
    let quick = yaml::head(text).map_err(Refusal::Yaml)?;
    if quick.is_odd {
        return thorough(text);
    }
    Ok(Head {
        api_version: quick.api_version,
        kind: quick.kind,
        name: quick.name,
        namespace: Some(quick.namespace).filter(|namespace| !namespace.is_empty()),
        annotations: quick.annotations.into_iter().collect(),
    })
}

/// By way of the whole tree, which can tell what is wrong.
fn thorough(text: &str) -> Result<Head, Refusal> {
    let tree = yaml::read_bare(text).map_err(Refusal::Yaml)?;
    let Some(map) = map(&tree, "")? else { return Ok(Head::default()) };
    let mut head = Head {
        api_version: scalar(map, "apiVersion", "apiVersion")?,
        kind: scalar(map, "kind", "kind")?,
        ..Head::default()
    };
    for metadata in fields(map, "metadata") {
        if let Some(metadata) = self::map(metadata, "metadata")? {
            head.metadata(metadata)?;
        }
    }
    Ok(head)
}

impl Head {
    /// Lays a map of metadata over what another one said.
    fn metadata(&mut self, metadata: &Map) -> Result<(), Refusal> {
        let name = scalar(metadata, "name", "metadata.name")?;
        if !name.is_empty() {
            self.name = name;
        }
        if let Some(namespace) = field(metadata, "namespace").and_then(Tree::as_str) {
            self.namespace = Some(namespace.to_owned());
        }
        for annotations in fields(metadata, "annotations") {
            for (key, value) in map(annotations, "metadata.annotations")?.into_iter().flatten() {
                let text = scalar_text(value).ok_or(Refusal::Field {
                    path: "metadata.annotations",
                    expected: "texts only",
                    found: value.kind(),
                })?;
                self.annotations.insert(key.to_string(), text);
            }
        }
        Ok(())
    }
}

fn map<'a>(tree: &'a Tree, path: &'static str) -> Result<Option<&'a Map>, Refusal> {
    match &tree.node {
        Node::Null => Ok(None),
        Node::Map(map) => Ok(Some(map)),
        _ => Err(Refusal::Field { path, expected: "a map", found: tree.kind() }),
    }
}

fn scalar(map: &Map, name: &str, path: &'static str) -> Result<String, Refusal> {
    let mut text = String::new();
    for tree in fields(map, name) {
        let refusal = Refusal::Field { path, expected: "text", found: tree.kind() };
        text = scalar_text(tree).ok_or(refusal)?;
    }
    Ok(text)
}
