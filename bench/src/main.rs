//! Measures `regatta` beside `helm` in one run, cold processes in turn, and prints medians and ratios as Markdown.

mod bare;
mod cases;
mod cluster;
mod fetch;
mod helmfile;
mod measure;
mod pulling;
mod subcharts;

use std::path::PathBuf;
use std::process::ExitCode;

/// What to compare, with what, how often.
pub(crate) struct Bench {
    regatta: PathBuf,
    helm: PathBuf,
    runs: usize,
    charts: Vec<PathBuf>,
    /// This program, which also is what fetches.
    myself: PathBuf,
    work: Work,
}

enum Work {
    Rendering,
    Cluster,
    Pulling,
    /// Beside this program.
    Helmfile(PathBuf),
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its tables")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match &words[..] {
        [first, rest @ ..] if first == "fetch" => fetch::fetch(rest).map(|()| String::new()),
        _ => arguments(words).and_then(measure),
    };
    match done {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(bench: Bench) -> Result<String, String> {
    match &bench.work {
        Work::Rendering => cases::all(&bench),
        Work::Cluster => cluster::all(&bench),
        Work::Pulling => pulling::all(&bench),
        Work::Helmfile(program) => helmfile::all(&bench, program),
    }
}

fn arguments(words: Vec<String>) -> Result<Bench, String> {
    let mut bench = Bench {
        regatta: PathBuf::new(),
        helm: PathBuf::new(),
        runs: 11,
        charts: Vec::new(),
        myself: std::env::current_exe().map_err(|error| format!("find myself: {error}"))?,
        work: Work::Rendering,
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--regatta" => bench.regatta = absolute(&value()?)?,
            "--helm" => bench.helm = absolute(&value()?)?,
            "--runs" => {
                bench.runs = value()?.parse().map_err(|error| format!("--runs: {error}"))?;
            }
            "--cluster" => bench.work = Work::Cluster,
            "--pull" => bench.work = Work::Pulling,
            "--helmfile" => bench.work = Work::Helmfile(absolute(&value()?)?),
            flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}")),
            chart => bench.charts.push(absolute(chart)?),
        }
    }
    if bench.runs == 0 {
        return Err("--runs must be at least 1".into());
    }
    Ok(bench)
}

fn absolute(path: &str) -> Result<PathBuf, String> {
    std::fs::canonicalize(path).map_err(|error| format!("{path}: {error}"))
}
