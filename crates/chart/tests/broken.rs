//! Every chart of `fixtures/broken-charts` is refused, and the snapshot shows what its author reads.

use miette::{GraphicalReportHandler, GraphicalTheme};
use source::Problem;

use crate::disk;

#[test]
fn broken_charts() {
    let folder = disk::fixtures("broken-charts");
    for name in disk::names(&folder) {
        let values = disk::given(&folder, &name);
        let problems = disk::load(&folder, &name)
            .and_then(|chart| chart::render(&chart, &disk::input(&values)))
            .expect_err(&format!("`{name}` must be refused"));
        let shown: Vec<String> = problems.iter().map(shown).collect();
        insta::with_settings!({ omit_expression => true, description => name.clone() }, {
            insta::assert_snapshot!(name, shown.join("\n"));
        });
    }
}

/// As a terminal without colour shows it, 80 columns wide.
pub(crate) fn shown(problem: &Problem) -> String {
    let mut out = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(80)
        .with_links(false)
        .render_report(&mut out, &problem.report())
        .expect("a string takes any text");
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}
