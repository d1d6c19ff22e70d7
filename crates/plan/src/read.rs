//! Rendered documents in, objects out: lists taken apart, ids read, and every document that Kubernetes could not take told.

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Node, Problem, Problems, Source, Span, Tree};

use crate::object::{Definition, KEEP};
use crate::{Hook, Object, ObjectId, ObjectKey, ReleaseKey, Section, digest, kinds};

/// What a chart rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    pub section: Section,
    /// One document; for `crds/` a whole file.
    pub text: &'a str,
    /// `web/templates/deployment.yaml`
    pub template: &'a str,
    /// None for anything but hooks.
    pub hook: Option<Hook>,
}

/// Reads the documents of one release. Problems are reported together; what has one gives no object. Documents without
/// content (comments only) are passed over, as Helm does when it builds objects.
pub fn read(documents: &[Document<'_>], release: &ReleaseKey) -> (Vec<Object>, Problems) {
    let mut reader = Reader { release, objects: Vec::new(), problems: Problems::new() };
    for document in documents {
        reader.document(document);
    }
    number(&mut reader.objects, &mut reader.problems);
    (reader.objects, reader.problems)
}

/// Lists in lists; Helm knows no bound.
const DEEPEST_LIST: usize = 8;

struct Reader<'a> {
    release: &'a ReleaseKey,
    objects: Vec<Object>,
    problems: Problems,
}

impl Reader<'_> {
    fn document(&mut self, document: &Document<'_>) {
        for text in texts(document) {
            match source::yaml::read_bare(text) {
                Ok(tree) if tree.is_null() => {}
                Ok(tree) => self.object(document, text, &tree, 0),
                Err(_) => self.unreadable(document, text),
            }
        }
    }

    /// Reads the text again for the places of its mistakes.
    fn unreadable(&mut self, document: &Document<'_>, text: &str) {
        let source = Source::new(document.template, text);
        if let Err(problems) = source::yaml::read(&source, source::yaml::Options::HELM) {
            self.problems.extend(problems);
        }
    }

    fn object(&mut self, document: &Document<'_>, text: &str, tree: &Tree, depth: usize) {
        if let (Some(items), true) = (tree.get("items"), depth < DEEPEST_LIST) {
            return self.list(document, tree, items, depth);
        }
        match self.identity(tree) {
            Ok(id) => {
                let text: Arc<str> = match text.ends_with('\n') {
                    true => text.into(),
                    false => format!("{text}\n").into(),
                };
                self.objects.push(Object {
                    key: ObjectKey { section: document.section, id, ordinal: 0 },
                    version: version(tree).1.to_owned(),
                    digest: digest(text.as_bytes()),
                    text,
                    template: document.template.to_owned(),
                    hook: document.hook.clone(),
                    keep: has_keep_policy(tree),
                    defines: Definition::read(tree),
                });
            }
            Err(fault) => self.problems.push(fault.problem(document, text)),
        }
    }

    /// Anything with `items` is a list to Helm's resource builder, whatever its kind; items without a kind have that of
    /// the list less `List` (`unstructuredJSONScheme.decodeToList` in apimachinery).
    fn list(&mut self, document: &Document<'_>, list: &Tree, items: &Tree, depth: usize) {
        for item in items.as_list().unwrap_or_default() {
            let mut item = item.clone();
            if let Node::Map(map) = &mut item.node {
                let kind = list.get("kind").and_then(Tree::as_str).unwrap_or_default();
                if let Some(kind) = kind.strip_suffix("List").filter(|kind| !kind.is_empty()) {
                    map.entry("kind".into()).or_insert_with(|| kind.into());
                    if let Some(version) = list.get("apiVersion") {
                        map.entry("apiVersion".into()).or_insert_with(|| version.clone());
                    }
                }
            }
            match source::yaml::write(&item, source::yaml::Dialect::Helm) {
                Ok(text) => self.object(document, &text, &item, depth + 1),
                Err(error) => self.problems.push(Problem::error(
                    "no-object",
                    format!(
                        "`{}` rendered a list with an item that is no YAML: {error}",
                        document.template
                    ),
                )),
            }
        }
    }

    fn identity(&self, tree: &Tree) -> Result<ObjectId, Fault> {
        if tree.as_map().is_none() {
            return Err(Fault::NoObject(tree.kind()));
        }
        let text = |tree: Option<&Tree>| {
            tree.and_then(Tree::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let kind = text(tree.get("kind")).ok_or(Fault::Missing("kind"))?;
        text(tree.get("apiVersion")).ok_or(Fault::Missing("apiVersion"))?;
        let metadata = tree.get("metadata");
        let field = |key: &str| metadata.and_then(|metadata| metadata.get(key));
        if let Some(name) = field("name").filter(|name| !name.is_null() && name.as_str().is_none())
        {
            return Err(Fault::NameIsNoText(name.kind()));
        }
        let name = text(field("name"))
            .or_else(|| text(field("generateName")))
            .ok_or(Fault::Missing("metadata.name"))?;
        let group = version(tree).0.to_owned();
        let namespace = match kinds::is_cluster_scoped(&group, &kind) {
            true => None,
            false => {
                Some(text(field("namespace")).unwrap_or_else(|| self.release.namespace.to_string()))
            }
        };
        Ok(ObjectId { group, kind, namespace, name })
    }
}

/// The documents of a text. A CRD file whose separators are broken stays whole, and the reader finds the place.
fn texts<'a>(document: &Document<'a>) -> Vec<&'a str> {
    let whole = document.text;
    if document.section != Section::Crd {
        return vec![whole];
    }
    match source::yaml::documents(whole) {
        Ok(ranges) => {
            let texts = ranges.into_iter().filter_map(|range| whole.get(range));
            texts.map(|text| text.trim_start_matches('\n')).collect()
        }
        Err(_) => vec![whole],
    }
}

/// Group and version of `apiVersion`.
fn version(tree: &Tree) -> (&str, &str) {
    let api = tree.get("apiVersion").and_then(Tree::as_str).unwrap_or_default();
    api.split_once('/').unwrap_or(("", api))
}

/// As Helm reads the annotation (`filterManifestsToKeep`): white space and case do not count.
pub(crate) fn has_keep_policy(tree: &Tree) -> bool {
    let annotations = tree.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let policy = annotations.and_then(|annotations| annotations.get(KEEP)).and_then(Tree::as_str);
    policy.is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
}

enum Fault {
    NoObject(&'static str),
    Missing(&'static str),
    NameIsNoText(&'static str),
}

impl Fault {
    fn problem(&self, document: &Document<'_>, text: &str) -> Problem {
        let span = first_line(document, text);
        let template = document.template;
        match self {
            Self::NoObject(kind) => Problem::error(
                "no-object",
                format!("`{template}` rendered {kind}, which is no Kubernetes object"),
            )
            .at(Some(&span), format!("this is {kind}"))
            .help("an object is a map with `apiVersion`, `kind` and `metadata.name`"),
            Self::Missing(field) => Problem::error(
                "incomplete-object",
                format!("`{template}` rendered an object without `{field}`"),
            )
            .at(Some(&span), format!("`{field}` is missing or empty"))
            .help(format!("give it a `{field}` in the template, or render nothing")),
            Self::NameIsNoText(kind) => Problem::error(
                "incomplete-object",
                format!("`{template}` rendered an object whose `metadata.name` is {kind}"),
            )
            .at(Some(&span), "the name must be text")
            .help("quote it in the template: `name: {{ … | quote }}`"),
        }
    }
}

/// The first line of a document that says something.
fn first_line(document: &Document<'_>, text: &str) -> Span {
    let source = Source::new(document.template, text);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let shown = line.trim();
        if !shown.is_empty() && !shown.starts_with('#') {
            let range = start..start + line.trim_end().len();
            return Span::new(&source, range);
        }
        start += line.len();
    }
    Span::new(&source, 0..0)
}

/// Counts objects that share an id. Hooks may (each event has its own), and so may objects whose name Kubernetes makes up.
/// Of equal CRD files the last counts, as Helm applies them one after the other. Anything else is a mistake.
fn number(objects: &mut Vec<Object>, problems: &mut Problems) {
    let mut seen: BTreeMap<(Section, ObjectId), Vec<usize>> = BTreeMap::new();
    for (index, object) in objects.iter().enumerate() {
        seen.entry((object.key.section, object.key.id.clone())).or_default().push(index);
    }
    let mut dropped = Vec::new();
    for ((section, id), indices) in seen.into_iter().filter(|(_, indices)| indices.len() > 1) {
        let made_up = id.name.ends_with('-');
        for (ordinal, index) in indices.iter().enumerate() {
            match section {
                Section::Hook => objects[*index].key.ordinal = ordinal as u32,
                Section::Manifest if made_up => objects[*index].key.ordinal = ordinal as u32,
                Section::Crd if ordinal + 1 < indices.len() => dropped.push(*index),
                Section::Manifest if ordinal > 0 => {
                    problems.push(duplicate(&id, &objects[indices[0]], &objects[*index]));
                    dropped.push(*index);
                }
                Section::Crd | Section::Manifest => {}
            }
        }
    }
    dropped.sort_unstable();
    for index in dropped.into_iter().rev() {
        objects.remove(index);
    }
}

fn duplicate(id: &ObjectId, first: &Object, second: &Object) -> Problem {
    let span = |object: &Object| {
        let source = Source::new(object.template.as_str(), &*object.text);
        let end = object.text.find('\n').unwrap_or(object.text.len());
        Span::new(&source, 0..end)
    };
    Problem::error("duplicate-object", format!("`{id}` is rendered twice"))
        .at(Some(&span(second)), "rendered here again")
        .at(Some(&span(first)), "first rendered here")
        .help(
            "Helm refuses the second one when it installs; render it once, or give it another name",
        )
}

#[cfg(test)]
mod tests;
