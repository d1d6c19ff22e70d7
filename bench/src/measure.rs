//! One process from outside: wall time and peak memory as the kernel accounts them.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
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
    /// Over what the bench itself was given.
    pub(crate) environment: &'a [(&'static str, OsString)],
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

fn run(program: &Program<'_>) -> Result<Sample, String> {
    let start = Instant::now();
    let child = started(program, Stdio::null())?;
    let used = child.wait4().map_err(|error| format!("wait for {}: {error}", shown(program)))?;
    let wall = start.elapsed();
    if !used.status.success() {
        return Err(format!("{} failed: {}", shown(program), used.status));
    }
    let work = used.rusage.utime + used.rusage.stime;
    Ok(Sample { wall, work, peak: used.rusage.maxrss })
}

/// How many objects a program prints. They are counted as they come: what the bench holds itself counts for what it starts.
pub(crate) fn objects(program: &Program<'_>) -> Result<usize, String> {
    let failed = |error: std::io::Error| format!("read what {} prints: {error}", shown(program));
    let mut child = started(program, Stdio::piped())?;
    let mut printed = BufReader::new(child.stdout.take().expect("it was asked for"));
    let (mut count, mut line) = (0, Vec::new());
    while printed.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        count += usize::from(line.starts_with(b"kind:"));
        line.clear();
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(count) } else { Err(format!("{} failed: {status}", shown(program))) }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark of processes starts processes")]
fn started(program: &Program<'_>, printed: Stdio) -> Result<Child, String> {
    Command::new(program.file)
        .args(&program.arguments)
        .current_dir(program.directory)
        .env("NO_COLOR", "1")
        .envs(program.environment.iter().cloned())
        .stdin(Stdio::null())
        .stdout(printed)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("start {}: {error}", shown(program)))
}

fn shown(program: &Program<'_>) -> String {
    format!("{} {:?}", program.file.display(), program.arguments)
}

pub(crate) fn median(mut samples: Vec<Sample>) -> Sample {
    let middle = samples.len() / 2;
    samples.sort_by_key(|sample| sample.peak);
    let peak = samples[middle].peak;
    samples.sort_by_key(|sample| sample.wall);
    Sample { peak, ..samples[middle] }
}
