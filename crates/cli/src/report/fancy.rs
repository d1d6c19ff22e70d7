//! A problem with the lines of the file that it stands in.

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use source::{Label, Problem, Source, Span};

use crate::printer::Printer;

/// The report of one problem, redacted, as wide as the terminal.
pub(super) fn text(problem: &Problem, printer: &Printer) -> String {
    let styles = if printer.talk_paint().on { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    let mut report = String::new();
    GraphicalReportHandler::new_themed(theme)
        .with_width(printer.width())
        .with_links(false)
        .without_syntax_highlighting()
        .render_report(&mut report, &shown(problem, printer).report())
        .expect("a string takes any text");
    // Lines end where their text ends: what pads them is noise in logs.
    report.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The problem in words that may be shown, its files named as the user would type them. Words are redacted before they are
/// wrapped, because a line break inside a secret would hide it from the redactor.
fn shown(problem: &Problem, printer: &Printer) -> Problem {
    let label = |label: &Label| Label {
        span: renamed(&label.span, printer),
        text: printer.redact(&label.text),
    };
    // How one got there is part of what is wrong, not of what to do about it.
    let words = std::iter::once(&problem.message).chain(&problem.trace);
    let words: Vec<String> = words.map(|line| printer.redact(line)).collect();
    Problem {
        id: problem.id,
        severity: problem.severity,
        message: words.join("\n"),
        labels: problem.labels.iter().map(label).collect(),
        trace: Vec::new(),
        help: problem.help.as_deref().map(|help| printer.redact(help)),
    }
}

fn renamed(span: &Span, printer: &Printer) -> Span {
    let name = printer.place(&span.source.name);
    if name == span.source.name {
        return span.clone();
    }
    Span::new(&Source::new(name, span.source.text.clone()), span.range())
}
