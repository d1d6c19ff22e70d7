//! What is measured of rendering: charts against `helm template`; the created chart and the first that is named as 100
//! releases against 100 runs; how time and memory grow with releases and with subcharts.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::measure::{Program, Sample, in_turn};
use crate::{Bench, subcharts};

pub(crate) fn all(bench: &Bench) -> Result<String, String> {
    let room = tempfile::tempdir().map_err(|error| format!("make a directory: {error}"))?;
    let mut charts = vec![create_chart(bench, room.path(), "created")?];
    charts.extend(bench.charts.iter().cloned());

    let mut report = String::from(
        "| `template` of | regatta | helm | faster | regatta peak | helm peak | memory |\n|---|---|---|---|---|---|---|\n",
    );
    let mut pairs = Vec::new();
    for chart in &charts {
        let (ours, theirs) = one_chart(bench, chart)?;
        report.push_str(&row(&name(chart), ours, theirs));
        pairs.push((ours, theirs));
    }
    report.push_str(&summary(&pairs));
    report.push_str(
        "\n| work | regatta | helm | faster | regatta peak | helm peak | memory |\n|---|---|---|---|---|---|---|\n",
    );
    let mut growth = String::from(
        "\n| growth | less | more | times | less: peak | more: peak | of the processors |\n|---|---|---|---|---|---|---|\n",
    );
    for (position, chart) in charts.iter().take(2).enumerate() {
        let room = room.path().join(format!("w{position}"));
        many_releases(bench, chart, &room, &mut report, &mut growth)?;
    }
    many_subcharts(bench, room.path(), &mut report, &mut growth)?;
    Ok(report + &growth)
}

fn one_chart(bench: &Bench, chart: &Path) -> Result<(Sample, Sample), String> {
    let medians = in_turn(&[ours(bench, chart), theirs(bench, chart, 1)], bench.runs)?;
    Ok((medians[0], medians[1]))
}

fn ours<'a>(bench: &'a Bench, chart: &'a Path) -> Program<'a> {
    Program {
        file: &bench.regatta,
        arguments: words(&["chart", "template", "demo"], chart),
        directory: chart,
        environment: &[],
        repeat: 1,
    }
}

fn theirs<'a>(bench: &'a Bench, chart: &'a Path, repeat: usize) -> Program<'a> {
    let arguments = words(&["template", "demo"], chart);
    Program { file: &bench.helm, arguments, directory: chart, environment: &[], repeat }
}

/// `template` of 100 releases against 100 runs of Helm; 100 releases against 10 of our own, and 1,000 against 100.
fn many_releases(
    bench: &Bench,
    chart: &Path,
    room: &Path,
    report: &mut String,
    growth: &mut String,
) -> Result<(), String> {
    let workspace = |count: usize| workspace(chart, &room.join(count.to_string()), count);
    let (ten, hundred, thousand) = (workspace(10)?, workspace(100)?, workspace(1000)?);
    let ours = |directory| Program {
        file: &bench.regatta,
        arguments: vec![OsStr::new("template")],
        directory,
        environment: &[],
        repeat: 1,
    };
    let helm = theirs(bench, chart, 100);
    let against_helm = in_turn(&[ours(&hundred), helm], bench.runs.min(3))?;
    let work = format!("{} as 100 releases, against 100 runs", name(chart));
    report.push_str(&row(&work, against_helm[0], against_helm[1]));

    let grown = in_turn(&[ours(&ten), ours(&hundred), ours(&thousand)], bench.runs.min(11))?;
    let name = name(chart);
    growth.push_str(&growth_row(&format!("{name}: 10 → 100 releases"), grown[0], grown[1]));
    growth.push_str(&growth_row(&format!("{name}: 100 → 1,000 releases"), grown[1], grown[2]));
    Ok(())
}

/// A chart with 120 subcharts against Helm, and against one with 12.
fn many_subcharts(
    bench: &Bench,
    room: &Path,
    report: &mut String,
    growth: &mut String,
) -> Result<(), String> {
    let (few, many) = (subcharts::lay(room, 12)?, subcharts::lay(room, 120)?);
    let programs = [ours(bench, &many), theirs(bench, &many, 1), ours(bench, &few)];
    let medians = in_turn(&programs, bench.runs)?;
    report.push_str(&row("120 subcharts, recursive `tpl` and `include`", medians[0], medians[1]));
    growth.push_str(&growth_row("12 → 120 subcharts", medians[2], medians[0]));
    Ok(())
}

/// A workspace whose releases all use a copy of one chart, each with a value of its own.
pub(crate) fn workspace(chart: &Path, room: &Path, releases: usize) -> Result<PathBuf, String> {
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
pub(crate) fn create_chart(bench: &Bench, room: &Path, name: &str) -> Result<PathBuf, String> {
    let status = std::process::Command::new(&bench.helm)
        .args(["create", name])
        .current_dir(room)
        .stdout(std::process::Stdio::null())
        .status()
        .map_err(|error| format!("start helm: {error}"))?;
    if status.success() { Ok(room.join(name)) } else { Err(format!("helm create: {status}")) }
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
        memory(ours, theirs),
    )
}

/// What all charts have in common.
fn summary(pairs: &[(Sample, Sample)]) -> String {
    let faster = pairs.iter().map(|(ours, theirs)| ratio(*theirs, *ours));
    let mean = (faster.clone().map(f64::ln).sum::<f64>() / pairs.len() as f64).exp();
    let worst = faster.fold(f64::INFINITY, f64::min);
    let most = pairs.iter().map(|(ours, theirs)| memory(*ours, *theirs)).fold(0.0, f64::max);
    format!(
        "\nGeometric mean: {mean:.1}× faster, at the least {worst:.1}×; at the most {most:.2} of the memory.\n"
    )
}

fn growth_row(what: &str, less: Sample, more: Sample) -> String {
    format!(
        "| {what} | {} | {} | {:.1}× | {} | {} | {:.0} % |\n",
        milliseconds(less),
        milliseconds(more),
        ratio(more, less),
        mebibytes(less),
        mebibytes(more),
        100.0 * used(more),
    )
}

/// How much of the processors' time a process worked.
fn used(sample: Sample) -> f64 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let all: Duration = sample.wall * u32::try_from(processors).unwrap_or(u32::MAX);
    sample.work.as_secs_f64() / all.as_secs_f64()
}

fn memory(ours: Sample, theirs: Sample) -> f64 {
    ours.peak as f64 / theirs.peak as f64
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

pub(crate) fn name(chart: &Path) -> String {
    chart.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
