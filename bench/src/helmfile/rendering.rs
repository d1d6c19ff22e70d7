//! `template` of 100 releases of one chart, which has to come to the same number of objects.
//!
//! Helmfile renders the releases of one file one after another and files side by side, so that it is also given two files.

use std::fmt::Write as _;
use std::path::Path;

use super::Scene;
use crate::cases::{create_chart, mebibytes, milliseconds, name, ratio, workspace, write};
use crate::measure::{Program, in_turn, objects};

const RELEASES: usize = 100;
/// Helmfile takes seconds.
const MOST_RUNS: usize = 5;

pub(super) fn table(scene: &Scene<'_>) -> Result<String, String> {
    let mut charts = vec![create_chart(scene.bench, &scene.room, "created")?];
    charts.extend(scene.bench.charts.iter().cloned());
    let mut table = String::from(
        "| `template` of 100 releases of | objects | regatta | `helmfile template` | `--skip-deps` | two files, `--skip-deps` | faster than the quickest | regatta peak | its peak |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (position, chart) in charts.iter().enumerate() {
        let room = scene.room.join(format!("rendering-{position}"));
        table.push_str(&row(scene, chart, &room)?);
    }
    Ok(table)
}

fn row(scene: &Scene<'_>, chart: &Path, room: &Path) -> Result<String, String> {
    let room = workspace(chart, room, RELEASES)?;
    let split = room.join("split");
    write(&room.join("helmfile.yaml"), &helmfile("./chart", 0..RELEASES))?;
    for (file, half) in [0..RELEASES / 2, RELEASES / 2..RELEASES].into_iter().enumerate() {
        let place = split.join(format!("helmfile.d/{file}.yaml"));
        write(&place, &helmfile("../../chart", half))?;
    }
    let environment = scene.environment(&room.join("home"))?;
    let mut programs = vec![
        scene.ours(&["template"], &room, &environment),
        scene.theirs(&["template", "--skip-deps"], &room, &environment),
        scene.theirs(&["template", "--skip-deps"], &split, &environment),
    ];
    if !lists_dependencies(chart)? {
        programs.push(scene.theirs(&["template"], &room, &environment));
    }
    let objects = agreed(&programs, &name(chart))?;
    let medians = in_turn(&programs, scene.bench.runs.min(MOST_RUNS))?;
    let (ours, theirs) = (medians[0], &medians[1..]);
    let quickest = theirs.iter().min_by_key(|sample| sample.wall).copied().unwrap_or_default();
    Ok(format!(
        "| {} | {objects} | {} | {} | {} | {} | {:.1}× | {} | {} |\n",
        name(chart),
        milliseconds(ours),
        theirs.get(2).map_or("–".to_owned(), |sample| milliseconds(*sample)),
        milliseconds(theirs[0]),
        milliseconds(theirs[1]),
        ratio(quickest, ours),
        mebibytes(ours),
        mebibytes(quickest),
    ))
}

/// Whether Helmfile would ask repositories somewhere for what lies in `charts/`, unless it skips that.
#[expect(clippy::disallowed_methods, reason = "the benchmark reads the chart that it was given")]
fn lists_dependencies(chart: &Path) -> Result<bool, String> {
    let file = chart.join("Chart.yaml");
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("read {}: {error}", file.display()))?;
    Ok(text.lines().any(|line| line.starts_with("dependencies:")))
}

/// How many objects all of them print.
pub(super) fn agreed(programs: &[Program<'_>], what: &str) -> Result<usize, String> {
    let counts = programs.iter().map(objects).collect::<Result<Vec<usize>, String>>()?;
    let first = counts[0];
    if first > 0 && counts.iter().all(|count| *count == first) {
        return Ok(first);
    }
    Err(format!(
        "the numbers of objects of `{what}` differ, so that nothing is compared: {counts:?}"
    ))
}

/// The same releases as in the workspace.
fn helmfile(chart: &str, numbers: std::ops::Range<usize>) -> String {
    let mut text = String::from("releases:\n");
    for number in numbers {
        let _ = writeln!(
            text,
            "- {{ name: r{number}, namespace: bench, chart: {chart}, values: [{{ benchRelease: {number} }}] }}"
        );
    }
    text
}
