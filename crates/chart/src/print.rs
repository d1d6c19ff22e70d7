//! A render as `helm template` prints it (pkg/cmd/template.go).

use std::fmt::Write as _;

use source::{Problem, Problems};

use crate::rendered::HookEvent;
use crate::{PrintOptions, Rendered, pattern, split};

/// The text, byte for byte. A glob of `show_only` that fits no template is a problem.
pub fn print_template(rendered: &Rendered, options: &PrintOptions) -> Result<String, Problems> {
    let documents = rendered.manifests.iter().map(|document| document.text.len());
    let mut text = String::with_capacity(documents.map(|length| length + 100).sum());
    if options.include_crds {
        for crd in &rendered.crds {
            entry(&mut text, &crd.source, &crd.text);
        }
    }
    for document in &rendered.manifests {
        entry(&mut text, &document.source, &document.text);
    }
    // As Helm trims the whole, and without a copy of it.
    text.truncate(text.trim_end().len());
    text.push('\n');
    if !options.no_hooks {
        for hook in &rendered.hooks {
            if !(options.skip_tests && hook.events.contains(&HookEvent::Test)) {
                entry(&mut text, &hook.document.source, &hook.document.text);
            }
        }
    }
    if options.show_only.is_empty() { Ok(text) } else { only(&text, options) }
}

fn entry(text: &mut String, source: &str, document: &str) {
    writeln!(text, "---\n# Source: {source}\n{document}").expect("writing to a String cannot fail");
}

/// Splits what was printed and keeps what the globs name, in their order, each as often as it fits.
fn only(text: &str, options: &PrintOptions) -> Result<String, Problems> {
    let documents = split::split(text, options.dialect);
    let mut shown = String::new();
    let mut problems = Problems::new();
    for glob in &options.show_only {
        let glob = glob.replace('\\', "/");
        let mut found = false;
        for document in &documents {
            let Some(path) = path_in_chart(document.text) else { continue };
            if pattern::matches(&glob, path) == Ok(true) {
                found = true;
                writeln!(shown, "---\n{}", document.text).expect("writing to a String cannot fail");
            }
        }
        if !found {
            let message = format!("no template of the chart renders to `{glob}`");
            problems.push(
                Problem::error("no-such-template", message)
                    .help("paths begin below the chart: `templates/service.yaml`"),
            );
        }
    }
    if problems.is_empty() { Ok(shown) } else { Err(problems) }
}

/// `templates/x.yaml` of the first `# Source: chart/templates/x.yaml` line.
fn path_in_chart(document: &str) -> Option<&str> {
    document.lines().find_map(|line| {
        let (_, source) = line.split_once("# Source: ")?;
        let (chart, path) = source.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
