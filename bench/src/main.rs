//! Measures `regatta` beside `helm` in one run, cold processes in turn, and prints medians and ratios as Markdown.

mod bare;
mod cases;
mod cluster;
mod measure;

use std::path::PathBuf;
use std::process::ExitCode;

/// What to compare, with what, how often.
pub(crate) struct Bench {
    regatta: PathBuf,
    helm: PathBuf,
    runs: usize,
    charts: Vec<PathBuf>,
    /// On a control plane instead of charts alone.
    cluster: bool,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its tables")]
fn main() -> ExitCode {
    match arguments().and_then(measure) {
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
    if bench.cluster { cluster::all(&bench) } else { cases::all(&bench) }
}

fn arguments() -> Result<Bench, String> {
    let mut bench = Bench {
        regatta: PathBuf::new(),
        helm: PathBuf::new(),
        runs: 11,
        charts: Vec::new(),
        cluster: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--regatta" => bench.regatta = absolute(&value()?)?,
            "--helm" => bench.helm = absolute(&value()?)?,
            "--runs" => {
                bench.runs = value()?.parse().map_err(|error| format!("--runs: {error}"))?;
            }
            "--cluster" => bench.cluster = true,
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
