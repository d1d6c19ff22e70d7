//! A mistake in the user's text: what is wrong, where it stands, what to do.

mod excerpt;
mod report;

use crate::Span;

/// All mistakes of one stage, reported together.
pub type Problems = Vec<Problem>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong, and something could be better.
    Advice,
    Warning,
    Error,
}

/// The message says what is wrong in the user's words, the label what stands there, the help what to do; never the same
/// words twice. Lower case, no final period, names in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable, kebab-case: `unknown-need`.
    pub id: &'static str,
    pub severity: Severity,
    pub message: String,
    /// The place itself first, then others that explain it (the first definition, the `extends` that brought it).
    pub labels: Vec<Label>,
    /// How one got there, innermost first: `in template `common.labels`, called from web/templates/a.yaml:3:4`.
    pub trace: Vec<String>,
    pub help: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

impl Problem {
    pub fn error(id: &'static str, message: impl Into<String>) -> Self {
        Self {
            id,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            trace: Vec::new(),
            help: None,
        }
    }

    pub fn warning(id: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, message) }
    }

    pub fn advice(id: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Advice, ..Self::error(id, message) }
    }

    /// Adds a labelled place; without a span the problem keeps its words alone.
    pub fn at(mut self, span: Option<&Span>, text: impl Into<String>) -> Self {
        if let Some(span) = span {
            self.labels.push(Label { span: span.clone(), text: text.into() });
        }
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same where something may be known to do.
    pub fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Adds a step of how one got here, innermost first.
    pub fn through(mut self, step: impl Into<String>) -> Self {
        self.trace.push(step.into());
        self
    }
}

/// Puts problems into the order of their places, file by file, and drops those that say the same of the same place.
/// Files come in the order in which they first occur; problems without a place come last.
pub fn arrange(problems: Problems) -> Problems {
    let mut sources: Vec<String> = Vec::new();
    for label in problems.iter().filter_map(|problem| problem.labels.first()) {
        if !sources.contains(&label.span.source.name) {
            sources.push(label.span.source.name.clone());
        }
    }
    let place = |problem: &Problem| {
        let span = problem.labels.first().map(|label| &label.span);
        let source = span.and_then(|span| sources.iter().position(|it| *it == span.source.name));
        (source.unwrap_or(usize::MAX), span.map(|span| (span.start, span.end)))
    };
    let mut arranged: Problems = Vec::with_capacity(problems.len());
    let mut sorted = problems;
    sorted.sort_by_cached_key(place);
    for problem in sorted {
        let same = |other: &Problem| {
            other.id == problem.id
                && other.message == problem.message
                && place(other) == place(&problem)
        };
        if !arranged.iter().rev().take_while(|other| place(other) == place(&problem)).any(same) {
            arranged.push(problem);
        }
    }
    arranged
}

#[cfg(test)]
pub(crate) mod tests;
