//! Why a tree is not the value that was asked for, and how a person is told.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use crate::{Path, Problem, Segment, Span, Tree, suggest};

/// A mistake and the path where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedError {
    /// The node that is wrong; for a missing field the map that lacks it, for an unknown one the field.
    pub path: Path,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    UnknownVariant {
        name: String,
        known: &'static [&'static str],
    },
    MissingField(&'static str),
    /// `invalid type: string "prod", expected u32`
    Other(String),
}

impl TypedError {
    pub(super) fn new(error: serde_path_to_error::Error<Self>, tree: &Tree) -> Self {
        let segments = error.path().iter().filter_map(|segment| match segment {
            serde_path_to_error::Segment::Seq { index } => Some(Segment::Index(*index)),
            serde_path_to_error::Segment::Map { key } => Some(Segment::Key(key.as_str().into())),
            // The variant of an enum that is written as a map is that map's key.
            serde_path_to_error::Segment::Enum { variant } => {
                Some(Segment::Key(variant.as_str().into()))
            }
            serde_path_to_error::Segment::Unknown => None,
        });
        let path = Path(segments.collect());
        let mut fault = error.into_inner().fault;
        let secret = tree.find(&path.0).is_some_and(Tree::holds_secret);
        if secret && let Fault::Other(message) = &mut fault {
            // serde shows the value that it did not expect.
            let expected = message.rfind(", expected ").map_or("", |at| &message[at..]);
            *message = format!("invalid value (secret){expected}");
        }
        Self { path, fault }
    }

    /// The problem, at a node of a tree.
    pub(super) fn problem(&self, tree: &Tree, at: &Path) -> Problem {
        let node = tree.find(&at.0);
        let span = tree.span_of(&at.0).map(first_line);
        let key = node.and_then(|node| node.key_span.clone());
        let path =
            if self.path.0.is_empty() { "the document".into() } else { format!("`{}`", self.path) };
        match &self.fault {
            Fault::UnknownField { name, known } => {
                let parent = Path(self.path.0[..self.path.0.len().saturating_sub(1)].to_vec());
                let place =
                    if parent.0.is_empty() { String::new() } else { format!(" in `{parent}`") };
                Problem::error("unknown-key", format!("unknown key `{name}`{place}"))
                    .at(key.as_ref().or(span.as_ref()), "no such key")
                    .help(near_or_known(name, known, "keys"))
            }
            Fault::UnknownVariant { name, known } => {
                Problem::error("unknown-value", format!("{path} cannot be `{name}`"))
                    .at(span.as_ref(), "no such value")
                    .help(near_or_known(name, known, "values"))
            }
            Fault::MissingField(field) => {
                Problem::error("missing-key", format!("{path} lacks the key `{field}`"))
                    .at(key.as_ref().or(span.as_ref()), format!("`{field}` is missing here"))
            }
            Fault::Other(message) => {
                let problem = Problem::error(
                    "unexpected-value",
                    format!("{path} is not what is expected here"),
                )
                .at(span.as_ref(), message.as_str());
                match quoted(node, message) {
                    Some(quoted) => problem.help(format!("quote it: `{quoted}`")),
                    None => problem,
                }
            }
        }
    }
}

/// A mistake in a whole map is shown at its beginning.
fn first_line(span: &Span) -> Span {
    let end = span.text().find('\n').map_or(span.end as usize, |line| span.start as usize + line);
    Span::new(&span.source, span.start as usize..end)
}

fn near_or_known(name: &str, known: &[&str], what: &str) -> String {
    match suggest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {what} here"),
        None => format!("known {what}: {}", known.join(", ")),
    }
}

/// A number or boolean where text is meant needs quotes around what is written.
fn quoted(node: Option<&Tree>, message: &str) -> Option<String> {
    let node = node.filter(|node| matches!(node.kind(), "a number" | "a boolean"))?;
    let written = node.span.as_ref().map(Span::text).filter(|text| !text.is_empty())?;
    message.ends_with("expected a string").then(|| format!("\"{written}\""))
}

impl fmt::Display for TypedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.0.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        match &self.fault {
            Fault::UnknownField { name, .. } => write!(formatter, "unknown key `{name}`"),
            Fault::UnknownVariant { name, .. } => write!(formatter, "unknown value `{name}`"),
            Fault::MissingField(field) => write!(formatter, "missing key `{field}`"),
            Fault::Other(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for TypedError {}

impl From<Fault> for TypedError {
    fn from(fault: Fault) -> Self {
        Self { path: Path::default(), fault }
    }
}

impl de::Error for TypedError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Other(message.to_string()).into()
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // serde calls null a unit value, which no user knows.
        let found = match unexpected {
            Unexpected::Unit => "null".into(),
            other => other.to_string(),
        };
        Fault::Other(format!("invalid type: {found}, expected {expected}")).into()
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Fault::UnknownField { name: field.to_owned(), known }.into()
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Fault::UnknownVariant { name: variant.to_owned(), known }.into()
    }

    fn missing_field(field: &'static str) -> Self {
        Fault::MissingField(field).into()
    }
}

impl serde::ser::Error for TypedError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::Other(message.to_string()).into()
    }
}
