//! Runs `git`: with the user's own configuration, helpers and proxies, and without anything that asks, hooks into it, or
//! speaks a protocol that was not asked for.

use std::collections::BTreeMap;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::error::said;

/// One run of git.
pub(super) struct Task<'a> {
    /// For messages: `git cannot …`.
    pub(super) doing: &'static str,
    pub(super) arguments: &'a [&'a str],
    pub(super) input: Vec<u8>,
    /// The bytes that it may say at most.
    pub(super) most: usize,
    pub(super) within: Duration,
}

/// What comes over a network may take its time.
pub(super) const FAR: Duration = Duration::from_secs(600);
pub(super) const NEAR: Duration = Duration::from_secs(120);

const CONFIGURATION: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.askPass=",
    "credential.interactive=false",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    // Packs appear whole, loose objects one by one.
    "fetch.unpackLimit=1",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=100",
    "http.lowSpeedTime=60",
];

/// What a hook or shell says of a repository of its own, and what would ask or be shown.
const NOT_OURS: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CURL_VERBOSE",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_TEMPLATE_DIR",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_WORK_TREE",
    "SSH_ASKPASS",
];

/// What a repository's URL may turn into: the user's `url.X.insteadOf` may go from https to ssh and back, never to
/// something that is not encrypted or runs programs.
fn protocols(url: &str) -> &'static str {
    match url.split_once("://") {
        Some(("https" | "ssh", _)) => "https:ssh",
        Some(("http", _)) => "http:https:ssh",
        Some(("file", _)) => "file",
        _ => "none",
    }
}

/// Runs git on a bare repository (one may be about to be made) and returns what it said on stdout.
pub(super) fn run(
    environment: &BTreeMap<String, String>,
    url: &str,
    repository: &Path,
    task: Task<'_>,
) -> Result<Vec<u8>, Error> {
    let mut child = command(environment, url, repository)
        .args(task.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NoGit,
            _ => Error::NotStarted(error),
        })?;
    let Task { doing, input, most, within, .. } = task;
    let until = Instant::now() + within;
    let output = converse(&mut child, input, most);
    let stdout = match output.stdout.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(stdout) => stdout,
        Err(RecvTimeoutError::Timeout) => {
            end(&mut child);
            return Err(Error::TimedOut { doing, within });
        }
        Err(RecvTimeoutError::Disconnected) => Vec::new(),
    };
    if stdout.len() > most {
        end(&mut child);
        return Err(Error::TooMuch { doing, most });
    }
    let Some(status) = wait(&mut child, until)? else {
        end(&mut child);
        return Err(Error::TimedOut { doing, within });
    };
    if status.success() {
        return Ok(stdout);
    }
    // A helper that stays behind may hold stderr open for ever.
    let _ = output.stderr_ended.recv_timeout(Duration::from_millis(500));
    let stderr = output.stderr.lock().unwrap_or_else(PoisonError::into_inner);
    Err(Error::Said { doing, message: said(&stderr) })
}

#[expect(clippy::disallowed_methods, reason = "repositories are fetched by the `git` program")]
fn command(environment: &BTreeMap<String, String>, url: &str, repository: &Path) -> Command {
    let mut command = Command::new("git");
    command.envs(environment);
    for name in NOT_OURS {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ALLOW_PROTOCOL", protocols(url))
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("LC_ALL", "C")
        .arg("--git-dir")
        .arg(repository);
    for setting in CONFIGURATION {
        command.args(["-c", setting]);
    }
    command
}

struct Output {
    stdout: Receiver<Vec<u8>>,
    stderr: Arc<Mutex<Vec<u8>>>,
    stderr_ended: Receiver<()>,
}

/// Writes and reads on threads of their own, so that neither side waits for the other.
fn converse(child: &mut Child, input: Vec<u8>, most: usize) -> Output {
    if let Some(mut stdin) = child.stdin.take() {
        // A program that needs no more closes its end: its exit status says what that means.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    let (send, stdout) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            drop(pipe.take(most as u64 + 1).read_to_end(&mut bytes));
            drop(send.send(bytes));
        });
    }
    let (send, stderr_ended) = mpsc::channel();
    let stderr = Arc::<Mutex<Vec<u8>>>::default();
    if let Some(pipe) = child.stderr.take() {
        let kept = Arc::clone(&stderr);
        thread::spawn(move || {
            keep_first(pipe, &kept);
            let _ = send.send(());
        });
    }
    Output { stdout, stderr, stderr_ended }
}

fn keep_first(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    const MOST: usize = 64 << 10;
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
    }
}

/// The exit status, unless the time runs out first. Whoever closed stdout ends soon.
fn wait(child: &mut Child, until: Instant) -> Result<Option<std::process::ExitStatus>, Error> {
    loop {
        if let Some(status) = child.try_wait().map_err(Error::NotStarted)? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The helpers that git started end with their pipes.
fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}
