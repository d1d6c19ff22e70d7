//! How problems look, and their order.

use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;
use crate::Source;

/// As a terminal without colour shows it, 80 columns wide.
pub(crate) fn render(problem: &Problem) -> String {
    let mut out = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(80)
        .with_links(false)
        .render_report(&mut out, &problem.report())
        .unwrap();
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn span(source: &Arc<Source>, text: &str) -> Span {
    let start = source.text.find(text).unwrap();
    Span::new(source, start..start + text.len())
}

#[test]
fn a_problem_with_everything() {
    let manifest =
        Source::new("regatta.yaml", "releases:\n  api:\n    needs: [bd] # typo\n  db: {}\n");
    let template = Source::new("shared/base.yaml", "service:\n  needs: [é]\n");
    let problem =
        Problem::error("unknown-need", "release `api` needs `bd`, which no release is called")
            .at(Some(&span(&manifest, "bd")), "no such release")
            .at(Some(&span(&manifest, "api")), "needed by this one")
            .at(Some(&span(&template, "é")), "extended from here")
            .at(None, "nowhere")
            .through("in template `service`, included from regatta.yaml:3:5")
            .help("did you mean `db`?");
    insta::assert_snapshot!(render(&problem));
}

#[test]
fn a_warning_without_a_place() {
    let problem = Problem::warning("unused", "nothing uses the input `build`");
    insta::assert_snapshot!(render(&problem), @"⚠ nothing uses the input `build`");
}

#[test]
fn problems_are_arranged() {
    let (b, a) = (Source::new("b", "one two"), Source::new("a", "three"));
    let at = |source, text: &str| Problem::error("x", text).at(Some(&span(source, text)), "");
    let problems = vec![
        at(&b, "two"),
        Problem::error("x", "nowhere"),
        at(&a, "three"),
        at(&b, "one"),
        at(&b, "two"),
        Problem::warning("y", "two").at(Some(&span(&b, "two")), ""),
    ];
    let shown: Vec<_> =
        arrange(problems).iter().map(|it| format!("{} {}", it.id, it.message)).collect();
    assert_eq!(shown, ["x one", "x two", "y two", "x three", "x nowhere"]);
}
