//! Failures of a render as problems: shown in the template, in the values, or in what came out.

use std::sync::Arc;

use gotmpl::{Error, ErrorKind, Place};
use source::{Label, Problem, Source, Span, yaml};

use crate::context::Templates;

/// A template that could not be parsed or run, shown in its text.
pub(crate) fn of_template(error: &Error, templates: &Templates<'_>) -> Problem {
    let (message, label, help) = words(error);
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
    problem.trace = error
        .seen
        .iter()
        .take(3)
        .map(|(operand, value)| format!("`{operand}` is {}", shortened(value)))
        .collect();
    for frame in &error.trace[shown.unwrap_or_default().min(error.trace.len())..] {
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

fn id(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Parse => "template-syntax",
        ErrorKind::Execute => "template-failed",
        ErrorKind::Fail => "chart-refuses",
        ErrorKind::Limit => "template-limit",
    }
}

/// Message, label and help in words that do not presume Go.
fn words(error: &Error) -> (String, String, Option<String>) {
    let node = if error.node.is_empty() { "here".to_owned() } else { format!("`{}`", error.node) };
    if error.kind == ErrorKind::Fail {
        let label = "this template refuses the values".to_owned();
        return (error.message.trim().to_owned(), label, None);
    }
    if let Some(field) = error.message.strip_prefix("nil pointer evaluating interface {}.") {
        let owner = error.node.rsplit_once('.').map_or("its owner", |(owner, _)| owner);
        return (
            format!("`{}` does not exist: there is nothing to take `{field}` from", error.node),
            "null".to_owned(),
            Some(format!("set the value, or write `({owner}).{field}` where it may be absent")),
        );
    }
    if let Some(name) = error.message.strip_prefix("no template ") {
        let name = name.split(" associated").next().unwrap_or(name).trim_matches('"');
        return (
            format!("there is no template `{name}`"),
            node,
            Some("is a library chart missing from `charts/`, or the name misspelt?".to_owned()),
        );
    }
    (error.message.clone(), node, None)
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
    let text = String::from_utf8_lossy(&template.file.bytes);
    let source = Source::new(format!("{}/{}", template.origin, template.file.path), text);
    Some(Span::new(&source, place.range.clone()))
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
