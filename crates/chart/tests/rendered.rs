//! Every chart of `fixtures/charts` renders to its snapshot, which was compared with Helm's own output.

use std::fmt::Write as _;

use chart::PrintOptions;

use crate::disk;

#[test]
fn charts() {
    let folder = disk::fixtures("charts");
    let options = PrintOptions { include_crds: true, ..PrintOptions::default() };
    for name in disk::names(&folder) {
        let values = disk::given(&folder, &name);
        let chart = disk::load(&folder, &name).expect("it loads");
        let rendered = chart::render(&chart, &disk::input(&values)).expect("it renders");
        let mut shown = chart::print_template(&rendered, &options).expect("nothing is selected");
        writeln!(shown, "=== notes\n{}", rendered.notes).expect("a string takes any text");
        let report = &rendered.report;
        writeln!(shown, "=== report").expect("a string takes any text");
        for call in &report.impure {
            writeln!(shown, "impure: {} at {}:{}", call.function, call.template, call.line)
                .expect("a string takes any text");
        }
        for question in &report.capability_questions {
            writeln!(shown, "asked: {} ({})", question.api, question.answer)
                .expect("a string takes any text");
        }
        for lookup in &report.lookups {
            writeln!(shown, "looked up: {lookup:?}").expect("a string takes any text");
        }
        for path in &report.values_unread {
            writeln!(shown, "unread: {path}").expect("a string takes any text");
        }
        for warning in &rendered.warnings {
            writeln!(shown, "warning: {}", warning.message).expect("a string takes any text");
        }
        insta::with_settings!({ omit_expression => true, description => name.clone() }, {
            insta::assert_snapshot!(name, shown);
        });
    }
}
