//! One process from outside: wall time and peak memory as the kernel accounts them.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// What all processors together worked.
    pub(crate) work: Duration,
    /// Peak resident memory in bytes.
    pub(crate) peak: u64,
}

/// A command that is run again and again.
pub(crate) struct Program<'a> {
    pub(crate) file: &'a Path,
    pub(crate) arguments: Vec<&'a OsStr>,
    pub(crate) directory: &'a Path,
    /// Runs of the process that make one sample (their times add up): a hundred `helm template`s stand against one of ours.
    pub(crate) repeat: usize,
}

/// Runs the commands in turn, one round to warm up and `runs` that count; gives the medians of each.
pub(crate) fn in_turn(programs: &[Program<'_>], runs: usize) -> Result<Vec<Sample>, String> {
    let mut samples = vec![Vec::new(); programs.len()];
    for round in 0..=runs {
        for (program, samples) in programs.iter().zip(&mut samples) {
            let sample = sample(program)?;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

pub(crate) fn sample(program: &Program<'_>) -> Result<Sample, String> {
    let mut total = Sample::default();
    for _ in 0..program.repeat {
        let once = run(program)?;
        total.wall += once.wall;
        total.work += once.work;
        total.peak = total.peak.max(once.peak);
    }
    Ok(total)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark of processes starts processes")]
fn run(program: &Program<'_>) -> Result<Sample, String> {
    let shown = || format!("{} {:?}", program.file.display(), program.arguments);
    let start = Instant::now();
    let child = Command::new(program.file)
        .args(&program.arguments)
        .current_dir(program.directory)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("start {}: {error}", shown()))?;
    let used = child.wait4().map_err(|error| format!("wait for {}: {error}", shown()))?;
    let wall = start.elapsed();
    if !used.status.success() {
        return Err(format!("{} failed: {}", shown(), used.status));
    }
    let work = used.rusage.utime + used.rusage.stime;
    Ok(Sample { wall, work, peak: used.rusage.maxrss })
}

pub(crate) fn median(mut samples: Vec<Sample>) -> Sample {
    let middle = samples.len() / 2;
    samples.sort_by_key(|sample| sample.peak);
    let peak = samples[middle].peak;
    samples.sort_by_key(|sample| sample.wall);
    Sample { peak, ..samples[middle] }
}
