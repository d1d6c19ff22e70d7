//! Failures of a render as problems: shown in the template, in the values, or in what came out.

use std::sync::Arc;

use gotmpl::{Error, ErrorKind, Place};
use source::{Label, Problem, Source, Span, yaml};
use sprig::Dialect;

use crate::context::Templates;

/// A template that could not be parsed or run, shown in its text.
pub(crate) fn of_template(error: &Error, templates: &Templates<'_>, dialect: Dialect) -> Problem {
    let (message, label, help) = words(error, dialect);
    let mut problem = Problem::error(id(error.kind), message);
    problem.help = help;
    // A text that `tpl` ran is no file: then the nearest call that stands in one is shown.
    let places = std::iter::once(&error.place).chain(error.trace.iter().map(|frame| &frame.place));
    let mut shown = None;
    for (depth, place) in places.enumerate() {
        if let Some(span) = span(place, templates) {
            let label = if depth == 0 { label.clone() } else { in_text(error) };
            problem.labels.push(Label { span, text: label });
            shown = Some(depth);
            break;
        }
    }
    // A map says little in a line, and the whole context nothing.
    let telling = error
        .seen
        .iter()
        .filter(|(operand, value)| operand != "." && operand != "$" && !value.starts_with("map["));
    problem.trace = telling
        .take(MAX_SEEN)
        .map(|(operand, value)| format!("`{operand}` is {}", shortened(value)))
        .collect();
    let frames = &error.trace[shown.unwrap_or_default().min(error.trace.len())..];
    let left_out = frames.len().saturating_sub(MAX_FRAMES);
    for (depth, frame) in frames.iter().enumerate() {
        // The innermost calls and the outermost one; a recursion repeats what lies between.
        if depth + 1 == MAX_FRAMES && left_out > 0 {
            problem.trace.push(format!("… {left_out} more calls …"));
        }
        if depth + 1 >= MAX_FRAMES && depth + 1 < frames.len() {
            continue;
        }
        let place = match span(&frame.place, templates) {
            Some(span) => span.to_string(),
            None => format!("{}:{}", frame.place.template, frame.place.line),
        };
        let node =
            if frame.node.is_empty() { String::new() } else { format!(" by `{}`", frame.node) };
        problem.trace.push(format!("called{node} at {place}"));
    }
    problem
}

const MAX_SEEN: usize = 3;
const MAX_FRAMES: usize = 6;

fn id(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Parse => "template-syntax",
        ErrorKind::Execute => "template-failed",
        ErrorKind::Fail => "chart-refuses",
        ErrorKind::Limit => "template-limit",
    }
}

/// Message, label and help in words that do not presume Go.
fn words(error: &Error, dialect: Dialect) -> (String, String, Option<String>) {
    let node = if error.node.is_empty() { "here".to_owned() } else { format!("`{}`", error.node) };
    let message = without_call(&error.message);
    match error.kind {
        ErrorKind::Fail => {
            (message.trim().to_owned(), "this template refuses the values".to_owned(), None)
        }
        ErrorKind::Parse => of_parser(message, dialect),
        ErrorKind::Limit => match message.split_once("nested reference name: ") {
            Some((_, name)) => {
                let name = name.split(':').next().unwrap_or(name);
                (format!("`{name}` includes itself without end"), node, None)
            }
            None => (message.to_owned(), node, None),
        },
        ErrorKind::Execute => of_execution(error, message, node),
    }
}

/// `error calling include: …` says what the label shows already.
fn without_call(message: &str) -> &str {
    message
        .strip_prefix("error calling ")
        .and_then(|rest| Some(rest.split_once(": ")?.1))
        .unwrap_or(message)
}

fn of_parser(message: &str, dialect: Dialect) -> (String, String, Option<String>) {
    let quoted = |before: &str, after: &str| {
        let name = message.strip_prefix(before)?.strip_suffix(after)?;
        Some(name.trim_matches('"').to_owned())
    };
    if let Some(name) = quoted("function ", " not defined") {
        let help = if sprig::functions(Dialect::Helm4).names().any(|known| known == name) {
            Some("it came with Helm 4, and this chart is rendered as Helm 3 does".to_owned())
        } else {
            suggestion(&name, dialect).map(|near| format!("did you mean `{near}`?"))
        };
        return (format!("there is no function `{name}`"), "no such function".to_owned(), help);
    }
    if let Some(name) = quoted("undefined variable ", "") {
        let help = "a variable lives from its `:=` to the `end` of the block that it stands in";
        let label = "not declared here".to_owned();
        return (format!("there is no variable `{name}`"), label, Some(help.to_owned()));
    }
    if message == "unexpected EOF" {
        let help = "each `if`, `range`, `with`, `define` and `block` needs an `end`";
        let label = "the file ends here".to_owned();
        return ("a block is not closed".to_owned(), label, Some(help.to_owned()));
    }
    (message.to_owned(), "here".to_owned(), None)
}

fn of_execution(error: &Error, message: &str, node: String) -> (String, String, Option<String>) {
    if let Some(field) = message.strip_prefix("nil pointer evaluating interface {}.") {
        let owner = error.node.rsplit_once('.').map_or("its owner", |(owner, _)| owner);
        return (
            format!("`{}` does not exist: there is nothing to take `{field}` from", error.node),
            "null".to_owned(),
            Some(format!("set the value, or write `({owner}).{field}` where it may be absent")),
        );
    }
    let missing = message.strip_prefix("template: ").unwrap_or(message);
    if let Some(name) = missing.strip_prefix("no template ") {
        let name = name.split(" associated").next().unwrap_or(name).trim_matches('"');
        return (
            format!("there is no template `{name}`"),
            node,
            Some("is a library chart missing from `charts/`, or the name misspelt?".to_owned()),
        );
    }
    (message.to_owned(), node, None)
}

/// A function of the dialect whose name is nearly this one.
fn suggestion(name: &str, dialect: Dialect) -> Option<&'static str> {
    let functions = sprig::functions(dialect);
    let name = name.to_lowercase();
    let near =
        functions.names().map(|known| (distance(&name, &known.to_lowercase()), known)).min()?;
    (near.0 <= name.len() / 3).then_some(near.1)
}

/// How many letters must be changed, added or dropped.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn in_text(error: &Error) -> String {
    let Place { line, .. } = error.place;
    if error.node.is_empty() {
        format!("in line {line} of the text that runs here")
    } else {
        format!("at `{}` in line {line} of the text that runs here", error.node)
    }
}

fn shortened(value: &str) -> String {
    const MOST: usize = 60;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    let short: String = value.chars().take(MOST).collect();
    format!("{short}…")
}

fn span(place: &Place, templates: &Templates<'_>) -> Option<Span> {
    let template = templates.get(&place.template)?;
    let text = Arc::clone(template.file.text());
    let source = Source::new(format!("{}/{}", template.origin, template.file.path), &*text);
    let mut range = place.range.clone();
    if range.start >= source.text.trim_end().len() {
        // The end of the file is shown by its last line.
        let end = source.text.trim_end().len();
        range = source.text[..end].rfind('\n').map_or(0, |newline| newline + 1)..end;
    }
    Some(Span::new(&source, range))
}

/// A document that is no YAML, shown in the rendered file.
pub(crate) fn not_yaml(path: &str, rendered: &str, offset: usize, error: &yaml::Error) -> Problem {
    let mut problem = error.problem(&rendered_source(path, rendered), offset);
    problem.message = format!("`{path}` rendered to {}", problem.message);
    problem
}

/// Labels the line of a rendered file on which an offset lies.
pub(crate) fn in_rendered(
    problem: Problem,
    path: &str,
    rendered: &str,
    offset: usize,
    label: &str,
) -> Problem {
    let source = rendered_source(path, rendered);
    let length = rendered[offset..].lines().next().map_or(0, str::len);
    problem.at(Some(&Span::new(&source, offset..offset + length)), label)
}

fn rendered_source(path: &str, rendered: &str) -> Arc<Source> {
    Source::new(format!("{path} (rendered)"), rendered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, dialect: Dialect, expect: Option<&str>) {
        let (_, _, help) = of_parser(&format!("function \"{name}\" not defined"), dialect);
        assert_eq!(help.as_deref(), expect, "{name}");
    }

    #[test]
    fn suggested_functions_are_of_the_dialect() {
        check("mustToYam", Dialect::Helm4, Some("did you mean `mustToYaml`?"));
        check("mustToYam", Dialect::Helm3, Some("did you mean `mustToDate`?"));
        let newer = "it came with Helm 4, and this chart is rendered as Helm 3 does";
        check("mustToYaml", Dialect::Helm3, Some(newer));
        check("frobnicate", Dialect::Helm4, None);
    }
}
