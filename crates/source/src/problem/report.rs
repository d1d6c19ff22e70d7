//! A problem as miette shows it: labels in the text of the first one's source, other sources below it as related places.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::excerpt::Excerpt;
use super::{Label, Problem, Severity};

/// What miette is given of a problem.
#[derive(Debug)]
pub struct Report<'p> {
    problem: &'p Problem,
    /// The source of the first label, with the labels in it.
    here: Option<(Excerpt<'p>, Vec<LabeledSpan>)>,
    elsewhere: Vec<Elsewhere<'p>>,
}

/// A label in another source than the first is a small problem of its own.
#[derive(Debug)]
struct Elsewhere<'p> {
    label: &'p Label,
    excerpt: Excerpt<'p>,
}

impl Problem {
    /// The problem for miette's report handlers.
    pub fn report(&self) -> Report<'_> {
        let Some(first) = self.labels.first() else {
            return Report { problem: self, here: None, elsewhere: Vec::new() };
        };
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) =
            self.labels.iter().partition(|label| label.span.source == first.span.source);
        let ranges: Vec<_> = here.iter().map(|label| label.span.range()).collect();
        let excerpt = Excerpt::new(&first.span.source, &ranges);
        let labeled = |(index, label): (usize, &&Label)| labeled(label, &excerpt, index == 0);
        let labels = here.iter().enumerate().map(labeled).collect();
        let elsewhere = elsewhere.into_iter().map(|label| Elsewhere {
            label,
            excerpt: Excerpt::new(&label.span.source, &[label.span.range()]),
        });
        Report { problem: self, here: Some((excerpt, labels)), elsewhere: elsewhere.collect() }
    }
}

/// The primary label's place stands above the text.
fn labeled(label: &Label, excerpt: &Excerpt<'_>, primary: bool) -> LabeledSpan {
    let text = Some(label.text.clone()).filter(|text| !text.is_empty());
    let span = excerpt.span(&label.span.range());
    if primary {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.problem.message)
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Advice => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    /// The help, after how one got there.
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let Problem { trace, help, .. } = self.problem;
        let lines: Vec<&str> = trace.iter().map(String::as_str).chain(help.as_deref()).collect();
        (!lines.is_empty()).then(|| Box::new(lines.join("\n")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.here.as_ref().map(|(excerpt, _)| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, labels) = self.here.as_ref()?;
        Some(Box::new(labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.here.as_ref()?;
        Some(Box::new(self.elsewhere.iter().map(|place| place as &dyn Diagnostic)))
    }
}

impl fmt::Display for Elsewhere<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.label.text)
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    /// The text is the message already.
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.excerpt.span(&self.label.span.range());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, span))))
    }
}
