//! A folder of plain manifests as a chart without templates: what it holds is taken literally, braces included.

use source::{Problem, Problems};

use crate::{Chart, File, load};

/// Makes a chart of a folder that has no Chart.yaml: its manifests become templates that say nothing but their own text, so
/// that whoever reads the chart later, Helm too, sees the same documents. Other files are left out, and so is what lies
/// hidden behind a `.`; the caller left out what `Ignore` says.
pub fn plain(origin: &str, name: &str, files: Vec<File>) -> Result<Chart, Problems> {
    refuse_broken_chart(origin, &files)?;
    let manifests: Vec<File> = files.into_iter().filter(is_manifest).collect();
    let count = manifests.len();
    if count == 0 {
        let message = format!("`{origin}` has neither a Chart.yaml nor manifests");
        return Err(vec![Problem::error("no-manifests", message).help(
            "a chart is a folder with a Chart.yaml, or one of `.yaml`, `.yml` and `.json` files",
        )]);
    }
    let mut problems = Problems::new();
    let mut all = vec![File::new("Chart.yaml", chart_file(name))];
    for file in manifests {
        match literal(origin, &file) {
            Ok(template) => all.push(template),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut chart = load(origin, all)?;
    chart.warnings.push(Problem::warning("plain-manifests", said(origin, count)));
    Ok(chart)
}

fn said(origin: &str, count: usize) -> String {
    let taken =
        if count == 1 { "manifest is taken as it is" } else { "manifests are taken as they are" };
    format!("`{origin}` has no Chart.yaml: its {count} {taken}")
}

/// A chart that lost its Chart.yaml is not what anybody meant by plain manifests.
fn refuse_broken_chart(origin: &str, files: &[File]) -> Result<(), Problems> {
    let of_chart = |file: &&File| file.path.starts_with("templates/") || file.path == "values.yaml";
    let Some(file) = files.iter().find(of_chart) else { return Ok(()) };
    let message = format!("`{origin}` is no chart: it has no Chart.yaml");
    let help =
        format!("because of `{}` it is not taken for a folder of plain manifests", file.path);
    Err(vec![Problem::error("no-chart-file", message).help(help)])
}

fn is_manifest(file: &File) -> bool {
    let hidden = file.path.split('/').any(|part| part.starts_with('.'));
    let extension = file.name().rsplit_once('.').map(|(_, extension)| extension);
    let fits = extension.is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    fits && !hidden
}

fn chart_file(name: &str) -> String {
    // JSON's quotes are YAML's: a folder may have any name.
    let name = serde_json::Value::from(name);
    format!("apiVersion: v2\nname: {name}\nversion: 0.0.0\ndescription: Plain manifests\n")
}

fn literal(origin: &str, file: &File) -> Result<File, Problem> {
    let refuse = |why: &str, help: &str| {
        let message = format!("cannot take `{origin}/{}` as it is: {why}", file.path);
        Err(Problem::error("bad-manifest-file", message).help(help))
    };
    if file.name().starts_with('_') {
        return refuse(
            "files whose names begin with `_` are never installed",
            "give it another name, or name it in .helmignore",
        );
    }
    if file.name().to_lowercase().starts_with("kustomization.y") {
        return refuse(
            "it is for kustomize",
            "write the result of `kustomize build` into a folder of its own",
        );
    }
    match std::str::from_utf8(file.bytes()) {
        Ok(text) => Ok(File::new(format!("templates/{}", file.path), escaped(text))),
        Err(_) => refuse("it is not UTF-8", "manifests are UTF-8 text"),
    }
}

/// A template that prints a text.
fn escaped(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("{{", r#"{{"{{"}}"#)
}
