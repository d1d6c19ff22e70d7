//! Runs a program to its end: bounded in time and in what it says, and not held up by others that it leaves behind.

use std::io::{self, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a program said until it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    /// Its beginning.
    pub(crate) stderr: Vec<u8>,
}

#[derive(Debug)]
pub(crate) enum Failed {
    NotStarted(io::Error),
    TooSlow,
    /// It said more than it may.
    TooMuch,
}

/// How often we look whether a program has ended that keeps its stdout open.
const LOOK: Duration = Duration::from_millis(10);
/// For what a program that has ended left in its pipes. Who stays behind may hold them open for ever.
const REST: Duration = Duration::from_secs(2);
/// Complaints are looked at by people.
const COMPLAINTS: usize = 64 << 10;

/// Runs a program on this input. It may say `most` bytes, and take so long.
pub(crate) fn run(
    command: &mut Command,
    input: Vec<u8>,
    most: usize,
    within: Duration,
) -> Result<Ended, Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failed::NotStarted)?;
    let until = Instant::now() + within;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that needs no more closes its end: its exit status says what that means.
        thread::spawn(move || drop(stdin.write_all(&input)));
    }
    let stdout = Heard::of(child.stdout.take(), most.saturating_add(1));
    let stderr = Heard::of(child.stderr.take(), COMPLAINTS);
    let status = wait(&mut child, &stdout, until);
    if status.is_err() {
        // What it started ends with its pipes; and it may have ended by itself at last.
        drop(child.kill());
        drop(child.wait());
    }
    let (status, stdout) = (status?, stdout.take());
    if stdout.len() > most {
        return Err(Failed::TooMuch);
    }
    if !status.success() {
        // What matters of it comes before the end.
        let _ = stderr.ended.recv_timeout(REST);
    }
    Ok(Ended { status, stdout, stderr: stderr.take() })
}

/// The exit status, once stdout has ended or nothing more is to be expected of it.
fn wait(child: &mut Child, stdout: &Heard, until: Instant) -> Result<ExitStatus, Failed> {
    let mut is_open = true;
    let mut give_up = None;
    loop {
        let status = child.try_wait().map_err(Failed::NotStarted)?;
        let now = Instant::now();
        match status {
            Some(status) if !is_open || now >= *give_up.get_or_insert(now + REST) => {
                return Ok(status);
            }
            None if stdout.is_full() => return Err(Failed::TooMuch),
            None if now >= until => return Err(Failed::TooSlow),
            _ => {}
        }
        if is_open {
            let heard = stdout.ended.recv_timeout(LOOK);
            is_open = matches!(heard, Err(RecvTimeoutError::Timeout));
        } else {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What comes out of a pipe, read on a thread of its own, so that a program never waits for us to read.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    most: usize,
    ended: Receiver<()>,
}

impl Heard {
    /// Keeps so many bytes; the program may go on until somebody ends it.
    fn of(pipe: Option<impl Read + Send + 'static>, most: usize) -> Self {
        let bytes = Arc::<Mutex<Vec<u8>>>::default();
        let kept = Arc::clone(&bytes);
        let (send, ended) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            let mut pipe = pipe;
            while let Some(pipe) = &mut pipe {
                let count = match pipe.read(&mut buffer) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    // What came before it broke off is all that there is.
                    Ok(0) | Err(_) => break,
                    Ok(count) => count,
                };
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = (most - kept.len()).min(count);
                kept.extend_from_slice(&buffer[..room]);
            }
            // Nobody listens any more where the program took too long.
            let _ = send.send(());
        });
        Self { bytes, most, ended }
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_full(&self) -> bool {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).len() == self.most
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    /// What a shell says that is given this, and how long that takes.
    fn shell(script: &str, input: &[u8], most: usize, within: Duration) -> (String, Duration) {
        #[expect(clippy::disallowed_methods, reason = "the test is about running programs")]
        let mut command = Command::new("sh");
        let start = Instant::now();
        let ended = run(command.args(["-c", script]), input.to_vec(), most, within);
        let said = match ended {
            Ok(Ended { status, stdout, stderr }) => {
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
                let code = status.code().unwrap();
                format!("{code} {}{}", text(stdout), text(stderr))
            }
            Err(failed) => format!("{failed:?}"),
        };
        (said, start.elapsed())
    }

    #[track_caller]
    fn check(script: &str, input: &[u8], expect: &str) {
        let (said, took) = shell(script, input, 100_000, SOON);
        assert_eq!(said.trim_end(), expect, "{script}");
        assert!(took < SOON, "{script}: {took:?}");
    }

    #[test]
    fn programs_that_end() {
        check("cat", b"in", "0 in");
        check("echo no >&2; exit 3", b"", "3 no");
        // Input that nobody reads, and a helper that stays behind with all pipes open.
        check("echo out", &vec![0; 1 << 20], "0 out");
        check("sleep 60 & echo out", b"", "0 out");
        check("sleep 60 & echo no >&2; exit 1", b"", "1 no");
    }

    #[test]
    fn programs_that_do_not() {
        let (said, took) = shell("exec sleep 60", b"", 9, Duration::from_millis(100));
        assert!(said == "TooSlow" && took < SOON, "{said} {took:?}");
        let (said, took) = shell("exec yes", b"", 9, SOON);
        assert!(said == "TooMuch" && took < SOON, "{said} {took:?}");
    }
}
