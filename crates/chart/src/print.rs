//! A render as `helm template` prints it (pkg/cmd/template.go).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use source::{Problem, Problems};

use crate::rendered::{Hook, HookEvent};
use crate::{PrintOptions, Rendered, pattern, split};

/// The text, byte for byte. A glob of `show_only` that fits no template is a problem.
pub fn print_template(rendered: &Rendered, options: &PrintOptions) -> Result<String, Problems> {
    let documents = rendered.manifests.iter().map(|document| document.text.len());
    let mut text = String::with_capacity(documents.map(|length| length + 100).sum());
    if options.include_crds {
        for crd in &rendered.crds {
            entry(&mut text, &crd.source, crd.file.text());
        }
    }
    for document in &rendered.manifests {
        entry(&mut text, &document.source, &document.text);
    }
    // As Helm trims the whole, and without a copy of it.
    text.truncate(text.trim_end().len());
    text.push('\n');
    for hook in hooks(rendered, options) {
        entry(&mut text, &hook.document.source, &hook.document.text);
    }
    if options.show_only.is_empty() { Ok(text) } else { only(&text, options) }
}

/// The same by source, as `--output-dir` writes files: each document ends as its template does.
pub fn print_files(
    rendered: &Rendered,
    options: &PrintOptions,
) -> Result<BTreeMap<String, String>, Problems> {
    let crds = rendered.crds.iter().filter(|_| options.include_crds);
    let crds = crds.map(|crd| (&*crd.source, &**crd.file.text()));
    let hooks = hooks(rendered, options).map(|hook| &hook.document);
    let documents = rendered.manifests.iter().chain(hooks);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (source, text) in crds.chain(documents.map(|one| (&*one.source, &*one.text))) {
        entry(files.entry(source.to_owned()).or_default(), source, text);
    }
    if options.show_only.is_empty() {
        return Ok(files);
    }
    let fits = |glob: &String, source: &str| {
        let path = source.split_once('/').map_or(source, |(_, path)| path);
        pattern::matches(&glob.replace('\\', "/"), path) == Ok(true)
    };
    let absent = |glob: &&String| !files.keys().any(|source| fits(glob, source));
    let problems: Problems = options.show_only.iter().filter(absent).map(no_such).collect();
    files.retain(|source, _| options.show_only.iter().any(|glob| fits(glob, source)));
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn hooks<'a>(rendered: &'a Rendered, options: &PrintOptions) -> impl Iterator<Item = &'a Hook> {
    let PrintOptions { no_hooks, skip_tests, .. } = *options;
    let is_left_out =
        move |hook: &Hook| no_hooks || (skip_tests && hook.events.contains(&HookEvent::Test));
    rendered.hooks.iter().filter(move |hook| !is_left_out(hook))
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
            problems.push(no_such(&glob));
        }
    }
    if problems.is_empty() { Ok(shown) } else { Err(problems) }
}

fn no_such(glob: &String) -> Problem {
    let message = format!("no template of the chart renders to `{glob}`");
    Problem::error("no-such-template", message)
        .help("paths begin below the chart: `templates/service.yaml`")
}

/// `templates/x.yaml` of the first `# Source: chart/templates/x.yaml` line.
fn path_in_chart(document: &str) -> Option<&str> {
    document.lines().find_map(|line| {
        let (_, source) = line.split_once("# Source: ")?;
        let (chart, path) = source.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
