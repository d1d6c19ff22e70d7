//! A file of fixtures into its probes: those written out, then every combination of a matrix.

use std::collections::BTreeMap;
use std::path::Path;

use source::{Node, Tree};

use super::{Family, Probe, Shows};

/// # Panics
/// Where the file cannot be read.
pub(super) fn read(path: &Path) -> Family {
    let text = std::fs::read_to_string(path).expect("a fixture is UTF-8");
    let tree = source::yaml::read_bare(&text)
        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    let text = |key| optional(&tree, key).unwrap_or_default();
    Family {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        values: text("values"),
        helpers: text("helpers"),
        files: files(&tree),
        shows: match text("show").as_str() {
            "manifests" => Shows::Manifests,
            _ => Shows::Notes,
        },
        verdict: matches!(tree.get("verdict").map(|tree| &tree.node), Some(Node::Bool(true))),
        probes: probes(&tree),
    }
}

fn probes(tree: &Tree) -> Vec<Probe> {
    let mut probes = Vec::new();
    for written in list(tree, "probes") {
        if written.as_map().is_none() {
            probes.push(Probe { template: text_of(written), ..Probe::default() });
            continue;
        }
        probes.push(Probe {
            template: optional(written, "template").unwrap_or_default(),
            values: optional(written, "values"),
            given: optional(written, "given"),
            files: files(written),
            ..Probe::default()
        });
    }
    for matrix in list(tree, "matrix") {
        combine(matrix, &mut probes);
    }
    probes
}

/// Every template with every input in the place of its `@`, with every one of the values, of what the user gives, and of the
/// schemas with every draft in the place of `DRAFT`.
fn combine(matrix: &Tree, probes: &mut Vec<Probe>) {
    let [inputs, values, given, schemas, drafts] =
        ["inputs", "values", "given", "schemas", "drafts"].map(|key| or_none(matrix, key));
    for template in list(matrix, "templates").iter().map(text_of) {
        for input in &inputs {
            let template = match input {
                Some(input) => template.replace('@', input),
                None => template.clone(),
            };
            for values in &values {
                for given in &given {
                    for schema in &schemas {
                        for draft in &drafts {
                            let draft = draft.as_deref().unwrap_or_default();
                            let schema = schema.iter().map(|schema| {
                                let name = "values.schema.json".to_owned();
                                (name, schema.replace("DRAFT", draft))
                            });
                            probes.push(Probe {
                                template: template.clone(),
                                values: values.clone(),
                                given: given.clone(),
                                files: schema.collect(),
                                ..Probe::default()
                            });
                        }
                    }
                }
            }
        }
    }
}

/// The texts of a list, or nothing once where there is no such list.
fn or_none(tree: &Tree, key: &str) -> Vec<Option<String>> {
    match list(tree, key) {
        [] => vec![None],
        texts => texts.iter().map(|text| Some(text_of(text))).collect(),
    }
}

fn list<'a>(tree: &'a Tree, key: &str) -> &'a [Tree] {
    tree.get(key).and_then(Tree::as_list).unwrap_or_default()
}

fn files(tree: &Tree) -> BTreeMap<String, String> {
    let files = tree.get("files").and_then(Tree::as_map).into_iter().flatten();
    files.map(|(name, text)| (name.to_string(), text_of(text))).collect()
}

fn optional(tree: &Tree, key: &str) -> Option<String> {
    tree.get(key).map(text_of)
}

fn text_of(tree: &Tree) -> String {
    match &tree.node {
        Node::Text(text) => text.to_string(),
        other => panic!("a fixture holds {other:?} where a text belongs: quote it"),
    }
}
