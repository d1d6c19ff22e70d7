//! A problem on one line, as compilers print it, for scripts and editors.

use source::{Label, Problem, Severity};

/// `regatta.yaml:9:13: error[unknown-need]: release `api` needs `bd`, …; help: did you mean `db`?`
pub(super) fn line(problem: &Problem, name: impl Fn(&str) -> String) -> String {
    let place = |label: &Label| {
        let (line, column) = label.span.source.line_column(label.span.start as usize);
        format!("{}:{line}:{column}: ", name(&label.span.source.name))
    };
    let place = problem.labels.first().map(place).unwrap_or_default();
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    };
    let label = match problem.labels.first().map(|label| label.text.as_str()) {
        None | Some("") => String::new(),
        Some(text) => format!(": {text}"),
    };
    let help = problem.help.as_ref().map(|help| format!("; help: {help}")).unwrap_or_default();
    let text = format!("{place}{severity}[{}]: {}{label}{help}", problem.id, problem.message);
    text.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use source::{Source, Span};

    use super::*;

    #[test]
    fn a_problem_is_one_line() {
        let source = Source::new("regatta.yaml", "releases:\n  api: { needs: [bd] }\n");
        let problem = Problem::error("unknown-need", "release `api` needs `bd`")
            .at(Some(&Span::new(&source, 27..29)), "no such release")
            .help("did you mean `db`?");
        assert_eq!(
            line(&problem, str::to_owned),
            "regatta.yaml:2:18: error[unknown-need]: release `api` needs `bd`: no such release; help: did you mean `db`?"
        );
    }
}
