//! Fuzzes what reads the texts of others: `tests/fuzz/run [SECONDS] [TARGET]`.
//!
//! Each target runs in a process of its own, so that one that ends its stack, its memory or never is found as well. The
//! process tells which input it is at; when it dies, the input is made again and kept.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that starts itself again, writes what it found, and reports"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tests::fuzz::{Corpus, Target, input};

const USAGE: &str = "usage: fuzz SECONDS [TARGET] | fuzz replay TARGET FILE";
/// No input may take longer, without optimization: of the processor's time, where the system tells it, and in all.
const SLOWEST: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(300)];
/// How often a process tells where it is.
const STRIDE: u64 = 64;
/// As much as a thread has that renders.
const STACK: usize = 2 << 20;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let found = match given.as_slice() {
        ["replay", target, file] => match (Target::parse(target), std::fs::read(file)) {
            (Some(target), Ok(bytes)) => {
                on_small_stack(move || target.run(&bytes));
                return ExitCode::SUCCESS;
            }
            _ => None,
        },
        ["worker", target, seconds, seed, from, stride] => {
            work(target, seconds, seed, from, stride)
        }
        [seconds] => seconds.parse().ok().map(|seconds| fuzz(seconds, &Target::ALL)),
        [seconds, target] => {
            seconds.parse().ok().and_then(|seconds| Some(fuzz(seconds, &[Target::parse(target)?])))
        }
        _ => None,
    };
    match found {
        Some(true) => ExitCode::FAILURE,
        Some(false) => ExitCode::SUCCESS,
        None => {
            println!("{USAGE}");
            ExitCode::from(64)
        }
    }
}

/// Every target for its seconds, as many side by side as there are processors. True where something failed.
fn fuzz(seconds: u64, targets: &[Target]) -> bool {
    let queue = Mutex::new(targets.iter());
    let failed = AtomicBool::new(false);
    let next = || queue.lock().expect("no holder panics").next().copied();
    let processors = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while let Some(target) = next() {
                    failed.fetch_or(watch(target, seconds), Ordering::Relaxed);
                }
            });
        }
    });
    failed.into_inner()
}

/// One target in its process. True where it failed: then the input lies in `target/fuzz`.
fn watch(target: Target, seconds: u64) -> bool {
    // Short runs meet the same inputs each time, long ones new ones.
    let seed = if seconds <= 60 { 1 } else { u64::from(std::process::id()) };
    let (reached, died) = worker(target, seconds, seed, 0, STRIDE);
    let Some(why) = died else {
        println!("{}: {reached} inputs in {seconds} s (seed {seed})", target.name());
        return false;
    };
    // Once more from where it was last heard of, now told input by input.
    let (at, again) = worker(target, seconds, seed, reached, 1);
    let Some(why) = again else {
        println!(
            "{}: FAILED after input {reached} of seed {seed}, and not again\n  {why}",
            target.name()
        );
        return true;
    };
    let bytes = input(&Corpus::of(target), seed, at);
    let folder = tests::target().join("fuzz");
    let path = folder.join(format!("{}-{seed}-{at}", target.name()));
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    std::fs::write(&path, bytes).expect("the target folder can be written to");
    println!(
        "{}: FAILED at input {at} of seed {seed}\n  {why}\n  again: tests/fuzz/run replay {} {}\n  mended, it \
         belongs into tests/fuzz/crashes/{}/",
        target.name(),
        target.name(),
        path.display(),
        target.name(),
    );
    true
}

/// How far a process came, and what it died of.
fn worker(
    target: Target,
    seconds: u64,
    seed: u64,
    from: u64,
    stride: u64,
) -> (u64, Option<String>) {
    let program = std::env::current_exe().expect("a running program has a path");
    let numbers = [seconds, seed, from, stride].map(|number| number.to_string());
    let mut child = Command::new(program)
        .args(["worker", target.name()])
        .args(numbers)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a running program can be started again");
    let stderr = child.stderr.take().expect("it is piped");
    let words = thread::spawn(move || {
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        lines.take(12).collect::<Vec<_>>().join("\n  ")
    });
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let reached = stdout.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()).last();
    let status = child.wait().expect("a child can be waited for");
    let words = words.join().expect("reading does not panic");
    let died = (!status.success()).then(|| format!("{status}: {words}"));
    (reached.unwrap_or(from), died)
}

/// Runs inputs one after the other. True where one panicked.
fn work(target: &str, seconds: &str, seed: &str, from: &str, stride: &str) -> Option<bool> {
    let target = Target::parse(target)?;
    let seconds = Duration::from_secs(seconds.parse().ok()?);
    let (seed, from): (u64, u64) = (seed.parse().ok()?, from.parse().ok()?);
    let stride: u64 = stride.parse().ok()?;
    // A panic that someone catches is one as well.
    static PANICKED: AtomicBool = AtomicBool::new(false);
    static AT: AtomicU64 = AtomicU64::new(0);
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICKED.store(true, Ordering::Relaxed);
        usual(info);
    }));
    on_small_stack(move || {
        let corpus = Corpus::of(target);
        thread::spawn(|| guard(&AT));
        let began = Instant::now();
        let mut iteration = from;
        while began.elapsed() < seconds {
            if iteration.is_multiple_of(stride) {
                println!("{iteration}");
                std::io::stdout().flush().expect("somebody reads it");
            }
            let bytes = input(&corpus, seed, iteration);
            let ran = catch_unwind(AssertUnwindSafe(|| target.run(&bytes)));
            if ran.is_err() || PANICKED.load(Ordering::Relaxed) {
                println!("{iteration}");
                return Some(true);
            }
            iteration += 1;
            AT.store(iteration, Ordering::Relaxed);
        }
        println!("{iteration}");
        Some(false)
    })
}

/// Ends the process when one input takes too long.
fn guard(at: &AtomicU64) {
    let [of_processor, in_all] = SLOWEST;
    let mut seen = at.load(Ordering::Relaxed);
    let mut since = (used(), Instant::now());
    loop {
        thread::sleep(Duration::from_millis(200));
        let now = at.load(Ordering::Relaxed);
        if now != seen {
            seen = now;
            since = (used(), Instant::now());
        } else if used().saturating_sub(since.0) > of_processor || since.1.elapsed() > in_all {
            std::io::stderr().write_all(b"it takes too long\n").expect("somebody reads it");
            std::process::abort();
        }
    }
}

/// What this process has used of the processor, in Linux's hundredths of a second; elsewhere nothing.
fn used() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks =
        behind_name.split(' ').skip(12).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn on_small_stack<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    let thread = thread::Builder::new().stack_size(STACK).spawn(run).expect("a thread starts");
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
