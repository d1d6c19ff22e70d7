//! What a rendered document is, read without building it: Helm needs no more to sort, hook and label it.

use std::borrow::Cow;

use super::error::Error;
use super::event::{Event, EventKind, Events, Properties};
use super::resolve::{Resolved, resolve};
use crate::{Node, Tree, number};

/// The beginning of a Kubernetes object. Numbers and booleans are shown as Helm makes text of them; what is missing, null
/// or no scalar is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub api_version: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
    /// In the order in which they are written; of a key that stands twice the last value counts.
    pub annotations: Vec<(String, String)>,
    pub labels: Vec<(String, String)>,
    /// Something may not be of the type that Helm expects, or a key not as it writes it: look at the whole document.
    pub is_odd: bool,
}

/// Reads the head of a text's first document. The whole document must be valid, as Helm asks of its output.
pub fn head(text: &str) -> Result<Head, Error> {
    let mut reader = Reader { events: Events::new(text), head: Head::default(), hard: false };
    reader.document()?;
    // Anchors, merges, tags and doubtful values take the long way.
    if reader.hard { Ok(of_tree(&super::read_bare(text)?)) } else { Ok(reader.head) }
}

/// Where the reader stands in the object.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Metadata,
    Annotations,
    Labels,
    Elsewhere,
}

struct Reader<'a> {
    events: Events<'a>,
    head: Head,
    hard: bool,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Error> {
        if let EventKind::StreamEnd = self.events.next()?.kind {
            return Ok(());
        }
        let event = self.events.next()?;
        self.head.is_odd |= !is_map(&event.kind);
        // The places that hold the collections which are open: none for a sequence.
        let mut open: Vec<Option<Place>> = Vec::new();
        self.enter(&event.kind, Place::Top, &mut open);
        while let Some(place) = open.last().copied() {
            if self.hard {
                return Ok(());
            }
            let event = self.events.next()?;
            match event.kind {
                EventKind::MappingEnd | EventKind::SequenceEnd => {
                    open.pop();
                }
                _ => match place {
                    None => self.enter(&event.kind, Place::Elsewhere, &mut open),
                    Some(place) => self.entry(event, place, &mut open)?,
                },
            }
        }
        self.events.next()?;
        Ok(())
    }

    fn enter(&mut self, kind: &EventKind<'a>, place: Place, open: &mut Vec<Option<Place>>) {
        let properties = match kind {
            EventKind::MappingStart(properties) => {
                open.push(Some(place));
                properties
            }
            EventKind::SequenceStart(properties) => {
                open.push(None);
                properties
            }
            EventKind::Scalar { properties, value, implicit } => {
                self.hard |= *implicit && is_doubtful(value);
                properties
            }
            _ => {
                self.hard = true;
                return;
            }
        };
        self.hard |= has_any(properties);
    }

    fn entry(
        &mut self,
        event: Event<'a>,
        place: Place,
        open: &mut Vec<Option<Place>>,
    ) -> Result<(), Error> {
        let EventKind::Scalar { properties, value: key, implicit } = event.kind else {
            self.hard = true;
            return Ok(());
        };
        self.hard |= has_any(&properties);
        self.hard |= implicit && (key == "<<" || resolve(&key) != Resolved::Text);
        let event = self.events.next()?;
        let inside = match (place, &*key) {
            (Place::Top, "metadata") => Place::Metadata,
            (Place::Metadata, "annotations") => Place::Annotations,
            (Place::Metadata, "labels") => Place::Labels,
            _ => Place::Elsewhere,
        };
        let text = scalar_text(&event.kind);
        self.head.is_odd |= match (place, &*key) {
            (Place::Top, "metadata") | (Place::Metadata, "annotations") => !is_map(&event.kind),
            (Place::Top, "apiVersion" | "kind")
            | (Place::Metadata, "name" | "namespace")
            | (Place::Annotations, _) => !matches!(event.kind, EventKind::Scalar { .. }),
            (Place::Top, other) => is_near(other, &["apiVersion", "kind", "metadata"]),
            (Place::Metadata, other) => is_near(other, &["name", "annotations"]),
            (Place::Labels | Place::Elsewhere, _) => false,
        };
        match inside {
            Place::Metadata if !self.is_empty_metadata() => self.hard = true,
            Place::Annotations => self.head.annotations.clear(),
            Place::Labels => self.head.labels.clear(),
            _ => {}
        }
        match (place, &*key) {
            (Place::Top, "apiVersion") => self.head.api_version = text.into_owned(),
            (Place::Top, "kind") => self.head.kind = text.into_owned(),
            (Place::Metadata, "name") => self.head.name = text.into_owned(),
            (Place::Metadata, "namespace") => self.head.namespace = text.into_owned(),
            (Place::Annotations, _) => set(&mut self.head.annotations, key, text),
            (Place::Labels, _) => set(&mut self.head.labels, key, text),
            _ => {}
        }
        self.enter(&event.kind, inside, open);
        Ok(())
    }

    fn is_empty_metadata(&self) -> bool {
        let Head { name, namespace, annotations, labels, .. } = &self.head;
        name.is_empty() && namespace.is_empty() && annotations.is_empty() && labels.is_empty()
    }
}

/// A map, or null, which stands for an absent one.
fn is_map(kind: &EventKind<'_>) -> bool {
    match kind {
        EventKind::MappingStart(_) => true,
        EventKind::Scalar { value, implicit: true, .. } => resolve(value) == Resolved::Null,
        _ => false,
    }
}

/// Helm's JSON step takes keys in any case.
fn is_near(key: &str, known: &[&str]) -> bool {
    known.iter().any(|known| key.eq_ignore_ascii_case(known))
}

fn has_any(properties: &Properties<'_>) -> bool {
    properties.anchor.is_some() || properties.tag.is_some()
}

/// Infinities make a document invalid on its way through JSON.
fn is_doubtful(value: &str) -> bool {
    value.len() <= 5
        && value.contains('.')
        && matches!(resolve(value), Resolved::Float(float) if !float.is_finite())
}

fn set(entries: &mut Vec<(String, String)>, key: Cow<'_, str>, value: Cow<'_, str>) {
    match entries.iter_mut().find(|entry| entry.0 == key) {
        Some(entry) => entry.1 = value.into_owned(),
        None => entries.push((key.into_owned(), value.into_owned())),
    }
}

fn scalar_text<'e>(kind: &'e EventKind<'_>) -> Cow<'e, str> {
    match kind {
        EventKind::Scalar { value, implicit: false, .. } => Cow::Borrowed(value),
        EventKind::Scalar { value, .. } => match resolve(value) {
            Resolved::Text | Resolved::Timestamp => Cow::Borrowed(value),
            resolved => Cow::Owned(node_text(&resolved.node(value))),
        },
        _ => Cow::Borrowed(""),
    }
}

/// A scalar where Helm expects text: numbers and booleans as sigs.k8s.io/yaml converts them.
pub(crate) fn node_text(node: &Node) -> String {
    match node {
        Node::Bool(value) => value.to_string(),
        Node::Int(value) => value.to_string(),
        Node::Uint(value) => value.to_string(),
        Node::Float(value) => number::general_32(*value),
        Node::Text(text) => text.to_string(),
        Node::Null | Node::List(_) | Node::Map(_) => String::new(),
    }
}

fn of_tree(tree: &Tree) -> Head {
    let metadata = tree.get("metadata");
    let text = |tree: Option<&Tree>, key: &str| {
        tree.and_then(|tree| tree.get(key)).map_or_else(String::new, |tree| node_text(&tree.node))
    };
    let texts = |key: &str| match metadata.and_then(|metadata| metadata.get(key)).map(|it| &it.node)
    {
        Some(Node::Map(map)) => {
            map.iter().map(|(key, value)| (key.to_string(), node_text(&value.node))).collect()
        }
        _ => Vec::new(),
    };
    Head {
        api_version: text(Some(tree), "apiVersion"),
        kind: text(Some(tree), "kind"),
        name: text(metadata, "name"),
        namespace: text(metadata, "namespace"),
        annotations: texts("annotations"),
        labels: texts("labels"),
        is_odd: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(head: &Head) -> String {
        let pairs = |pairs: &[(String, String)]| {
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
        };
        let Head { api_version, kind, name, namespace, .. } = head;
        let (annotations, labels) = (pairs(&head.annotations), pairs(&head.labels));
        format!("{api_version} {kind} {namespace}/{name} [{annotations}] [{labels}]")
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found = head(text).map_or_else(|error| error.to_string(), |head| show(&head));
        assert_eq!(found, expect, "{text}");
        // The short way and the long way agree.
        let long = super::super::read_bare(text);
        let long = long.map_or_else(|error| error.to_string(), |tree| show(&of_tree(&tree)));
        assert_eq!(long, expect, "{text}");
    }

    #[test]
    fn heads() {
        check("", "  / [] []");
        check("# nothing\n", "  / [] []");
        check("just text", "  / [] []");
        check("- kind: List\n", "  / [] []");
        check(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: b\n  annotations:\n    u: v\n    w: 5\n    \
             t: true\n    f: 1.50\n  labels: {p: q, 'r': \"s\"}\nspec:\n  metadata: {name: no}\n  kind: no\n",
            "v1 Pod b/a [u=v,w=5,t=true,f=1.5] [p=q,r=s]",
        );
        check("kind: A\nkind: B\nmetadata: {name: x}\nmetadata: {labels: {a: b}}", " B / [] [a=b]");
        check("metadata:\n  annotations: {a: b, a: c}\n  name: ~\n", "  / [a=c] []");
        check("base: &b {name: x}\nmetadata:\n  <<: *b\nkind: !!str K\n", " K /x [] []");
        check("metadata: []\nkind: {a: b}", "  / [] []");
    }

    #[test]
    fn invalid_documents_are_refused() {
        check("kind: A\nspec: {a: [}\n", "yaml: line 1: did not find expected node content");
        check(
            "kind: A\nspec: a: b\n",
            "yaml: line 2: mapping values are not allowed in this context",
        );
        check("kind: A\nspec: .inf\n", "json: unsupported value: +Inf");
        check(
            "kind: A\nspec:\n  ~: x\n",
            "unsupported map key of type: %!s(<nil>), key: <nil>, value: \"x\"",
        );
        check("kind: A\nspec: *x\n", "yaml: unknown anchor 'x' referenced");
    }
}
