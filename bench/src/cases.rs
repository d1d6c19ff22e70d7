//! What is measured: one chart against `helm template`, one chart as 100 releases against 100 runs of it, 1,000 against 100.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::Bench;
use crate::measure::{Program, Sample, in_turn};

pub(crate) fn all(bench: &Bench) -> Result<String, String> {
    let room = tempfile::tempdir().map_err(|error| format!("make a directory: {error}"))?;
    let mut charts = vec![create_chart(bench, room.path())?];
    charts.extend(bench.charts.iter().cloned());

    let mut report = String::from(
        "| work | regatta | helm | faster | regatta peak | helm peak | memory |\n|---|---|---|---|---|---|---|\n",
    );
    for chart in &charts {
        report.push_str(&one_chart(bench, chart)?);
    }
    for (position, chart) in charts.iter().enumerate() {
        report.push_str(&many_releases(bench, chart, &room.path().join(format!("w{position}")))?);
    }
    Ok(report)
}

fn one_chart(bench: &Bench, chart: &Path) -> Result<String, String> {
    let ours = Program {
        file: &bench.regatta,
        arguments: words(&["chart", "template", "demo"], chart),
        directory: chart,
        repeat: 1,
    };
    let theirs = Program {
        file: &bench.helm,
        arguments: words(&["template", "demo"], chart),
        directory: chart,
        repeat: 1,
    };
    let medians = in_turn(&[ours, theirs], bench.runs)?;
    Ok(row(&format!("`template` of {}", name(chart)), medians[0], medians[1]))
}

/// `template` of 100 releases against 100 runs of Helm, then 1,000 releases against 100 of our own.
fn many_releases(bench: &Bench, chart: &Path, room: &Path) -> Result<String, String> {
    let hundred = workspace(chart, &room.join("100"), 100)?;
    let thousand = workspace(chart, &room.join("1000"), 1000)?;
    let ours = |directory| Program {
        file: &bench.regatta,
        arguments: vec![OsStr::new("template")],
        directory,
        repeat: 1,
    };
    let helm = Program {
        file: &bench.helm,
        arguments: words(&["template", "demo"], chart),
        directory: chart,
        repeat: 100,
    };

    let against_helm = in_turn(&[ours(&hundred), helm], bench.runs.min(3))?;
    let growth = in_turn(&[ours(&thousand), ours(&hundred)], bench.runs.min(5))?;
    let mut rows = row(
        &format!("100 releases of {} against 100 runs", name(chart)),
        against_helm[0],
        against_helm[1],
    );
    let _ = writeln!(
        rows,
        "| 1,000 releases of {} | {} | 100 releases: {} | {:.1}× the time | {} | {} | {:.1}× |",
        name(chart),
        milliseconds(growth[0]),
        milliseconds(growth[1]),
        ratio(growth[0], growth[1]),
        mebibytes(growth[0]),
        mebibytes(growth[1]),
        growth[0].peak as f64 / growth[1].peak as f64,
    );
    Ok(rows)
}

/// A workspace whose releases all use a copy of one chart, each with a value of its own.
fn workspace(chart: &Path, room: &Path, releases: usize) -> Result<PathBuf, String> {
    copy(chart, &room.join("chart"))?;
    let mut manifest =
        String::from("name: bench\ntarget: { directory: out }\nnamespace: bench\nreleases:\n");
    for number in 0..releases {
        let _ = writeln!(
            manifest,
            "  r{number}: {{ chart: ./chart, values: [{{ benchRelease: {number} }}] }}"
        );
    }
    write(&room.join("regatta.yaml"), &manifest)?;
    Ok(room.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "the benchmark lets real Helm write a chart")]
fn create_chart(bench: &Bench, room: &Path) -> Result<PathBuf, String> {
    let status = std::process::Command::new(&bench.helm)
        .args(["create", "created"])
        .current_dir(room)
        .stdout(std::process::Stdio::null())
        .status()
        .map_err(|error| format!("start helm: {error}"))?;
    if status.success() { Ok(room.join("created")) } else { Err(format!("helm create: {status}")) }
}

#[expect(clippy::disallowed_methods, reason = "the benchmark lays out its own workspace")]
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("copy {}: {error}", from.display());
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the benchmark lays out its own workspace")]
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("make {}: {error}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|error| format!("write {}: {error}", path.display()))
}

fn words<'a>(fixed: &'a [&'a str], chart: &'a Path) -> Vec<&'a OsStr> {
    fixed.iter().map(OsStr::new).chain([chart.as_os_str()]).collect()
}

fn row(work: &str, ours: Sample, theirs: Sample) -> String {
    format!(
        "| {work} | {} | {} | {:.1}× | {} | {} | {:.2} |\n",
        milliseconds(ours),
        milliseconds(theirs),
        ratio(theirs, ours),
        mebibytes(ours),
        mebibytes(theirs),
        ours.peak as f64 / theirs.peak as f64,
    )
}

pub(crate) fn ratio(slow: Sample, fast: Sample) -> f64 {
    slow.wall.as_secs_f64() / fast.wall.as_secs_f64()
}

pub(crate) fn milliseconds(sample: Sample) -> String {
    format!("{:.1} ms", sample.wall.as_secs_f64() * 1000.0)
}

pub(crate) fn mebibytes(sample: Sample) -> String {
    format!("{:.1} MiB", sample.peak as f64 / (1024.0 * 1024.0))
}

fn name(chart: &Path) -> String {
    chart.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
