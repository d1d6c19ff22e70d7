//! A mistake in a YAML text as a `Problem`: the place, what stands there and what to do.

use std::ops::Range;
use std::sync::Arc;

use super::error::{Error, Kind};
use crate::{Problem, Source, Span};

/// The problem of an error in a text that begins at `offset` in its source.
pub(super) fn of_error(error: &Error, source: &Arc<Source>, offset: usize) -> Problem {
    let place = visible(source, error.place.start + offset..error.place.end + offset);
    let character = source.text[place.start..].chars().next();
    let at = Span::new(source, place);
    let begins = error.context.map(|(context, begins)| {
        (context, Span::new(source, visible(source, begins + offset..begins + offset)))
    });
    let advice = advice(&error.message, character);
    let problem = Problem::error(id(error), message(error));
    let problem = match (advice.label, begins) {
        (Label::Place(label), Some((context, begins))) if is_elsewhere(&begins, &at) => problem
            .at(Some(&at), label)
            .at(Some(&begins), format!("{} begins here", construct(context))),
        (Label::Beginning(label), Some((_, begins))) => problem.at(Some(&begins), label),
        (Label::Place(label) | Label::Beginning(label), _) => problem.at(Some(&at), label),
    };
    problem.help_if(advice.help)
}

/// What was being read, in the user's words.
fn construct(context: &str) -> &'static str {
    match context.rsplit_once(' ').map_or("", |(_, last)| last) {
        "sequence" | "collection" => "the list",
        "mapping" => "the map",
        "scalar" => "the text",
        "directive" => "the directive",
        "tag" => "the tag",
        "key" => "the key",
        _ => "what is read",
    }
}

fn is_elsewhere(begins: &Span, at: &Span) -> bool {
    begins.start != at.start
}

fn id(error: &Error) -> &'static str {
    match error.kind {
        Kind::Yaml => "invalid-yaml",
        Kind::Key => "invalid-key",
        Kind::Json => "invalid-number",
    }
}

fn message(error: &Error) -> String {
    match error.kind {
        Kind::Yaml if error.message.starts_with(MAP_AS_KEY) => {
            "a list or map cannot be a key".into()
        }
        Kind::Yaml => format!("invalid YAML: {}", error.message),
        Kind::Key if error.message.contains("<nil>") => "a key must not be empty or null".into(),
        Kind::Key => "a key must not be a number this large".into(),
        Kind::Json => "infinity and not-a-number are no values here".into(),
    }
}

const MAP_AS_KEY: &str = "invalid map key";

struct Advice {
    label: Label,
    help: Option<&'static str>,
}

enum Label {
    /// What stands where the reader stopped.
    Place(String),
    /// What is wrong with the construct as a whole, shown at its beginning.
    Beginning(String),
}

fn advice(message: &str, character: Option<char>) -> Advice {
    use Label::{Beginning, Place};
    let (label, help) = match message {
        "mapping values are not allowed in this context" => (
            Place("a second `:`, or one further in than the line above allows".into()),
            Some("quote a value that contains `: `, and check the indentation"),
        ),
        "could not find expected ':'" => (
            Beginning("no `:` follows this key".into()),
            Some("write `key: value`, or indent the line if it continues the value above"),
        ),
        "did not find expected key" => (
            Place("this is not a key of the map".into()),
            Some("start all keys of one map in the same column"),
        ),
        "did not find expected '-' indicator" => (
            Place("this is not an item of the list".into()),
            Some("start all items of one list with `-` in the same column"),
        ),
        "did not find expected ',' or ']'" => {
            (Place("the list goes on or ends before this".into()), Some("write `,` or `]`"))
        }
        "did not find expected ',' or '}'" => {
            (Place("the map goes on or ends before this".into()), Some("write `,` or `}`"))
        }
        "did not find expected node content" => (
            Place("a value is missing before this".into()),
            Some("quote a value that begins with `{{` or another character that YAML reserves"),
        ),
        "found unexpected end of stream" => {
            (Beginning("this quote is never closed".into()), Some("add the closing quote"))
        }
        "found unexpected document indicator" => (
            Beginning("this quote is not closed before the document ends".into()),
            Some("add the closing quote"),
        ),
        "block sequence entries are not allowed in this context" => (
            Place("a list cannot begin here".into()),
            Some("put the list on the lines below its key"),
        ),
        "found character that cannot start any token" => match character {
            Some('\t') => (Place("a tab".into()), Some("indent with spaces")),
            _ => (Place("YAML reserves this character".into()), Some("quote the value")),
        },
        "control characters are not allowed" => {
            let code = character.map_or(0, u32::from);
            (Place(format!("U+{code:04X} stands here")), Some("remove the character"))
        }
        "found unknown escape character" => (
            Place("no such escape".into()),
            Some("write `\\\\` for a backslash, or use single quotes"),
        ),
        "found incompatible YAML document" => {
            (Place("only YAML 1.1 is read, as by Helm".into()), Some("remove the `%YAML` line"))
        }
        "map merge requires map or sequence of maps as the value" => {
            (Place("not a map".into()), Some("merge a map, or a list of maps: `<<: *name`"))
        }
        _ if message.starts_with(MAP_AS_KEY) => (
            Place("YAML reads this as a key".into()),
            Some("quote a value that begins with `{{`, `{` or `[`"),
        ),
        _ if message.starts_with("cannot decode") => (Place("no value of this type".into()), None),
        _ if message.starts_with("unsupported value") => {
            (Place("JSON has no such number".into()), Some("quote it if it is text"))
        }
        _ if message.ends_with("contains itself") => {
            (Place("the alias stands inside its own anchor".into()), None)
        }
        _ if message.starts_with("unknown anchor") => {
            (Place("no anchor of this name stands before".into()), None)
        }
        _ if message.contains("a tab character") => {
            (Place("a tab".into()), Some("indent with spaces"))
        }
        _ => (Place("here".into()), None),
    };
    Advice { label, help }
}

/// A place with nothing in it grows to its first character; one at the end of a line moves to the last before it.
fn visible(source: &Source, place: Range<usize>) -> Range<usize> {
    let text = &source.text;
    if place.end > place.start && text.is_char_boundary(place.start) {
        return place;
    }
    let mut start = place.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let here = text[start..].chars().next();
    if here.is_none_or(|character| matches!(character, '\n' | '\r')) {
        let before = text[..start].trim_end();
        start = before.char_indices().next_back().map_or(0, |(index, _)| index);
    }
    let width = text[start..].chars().next().map_or(0, char::len_utf8);
    start..start + width
}

pub(super) fn of_odd_key((place, read_as): &(Range<usize>, &str), source: &Arc<Source>) -> Problem {
    let span = Span::new(source, place.clone());
    let written = span.text();
    Problem::error("key-not-text", format!("the key `{written}` is not text"))
        .at(Some(&span), format!("YAML reads {read_as}"))
        .help(format!("quote it: `\"{written}\":`"))
}

pub(super) fn of_separator(place: Range<usize>, source: &Arc<Source>) -> Problem {
    Problem::error("invalid-yaml", "only a comment may follow `---` on its line")
        .at(Some(&Span::new(source, place)), "this belongs on the next line")
}
