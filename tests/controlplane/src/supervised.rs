//! Starts a program that cannot outlive this process, however this process ends.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Runs the program, and kills itself and it when stdin closes: the system closes it even after `kill -9`.
const SUPERVISOR: &str = r#"
log=$1
shift
{
    "$@" </dev/null >"$log" 2>&1
    echo "ended with code $?" >>"$log"
    kill -KILL 0
} &
read -r _
kill -KILL 0
"#;

/// A running program. Dropping it ends the program.
pub struct Supervised {
    pub name: &'static str,
    pub log: PathBuf,
    supervisor: Child,
    /// Open as long as the program shall run.
    lifeline: Option<ChildStdin>,
}

impl Supervised {
    /// Starts a program whose output goes to `DIRECTORY/NAME.log`.
    pub fn start(
        name: &'static str,
        program: &Path,
        arguments: &[String],
        directory: &Path,
    ) -> io::Result<Self> {
        let log = directory.join(format!("{name}.log"));
        let mut supervisor = Command::new("/bin/sh")
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(&log)
            .arg(program)
            .args(arguments)
            .current_dir(directory)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let lifeline = supervisor.stdin.take();
        Ok(Self { name, log, supervisor, lifeline })
    }

    pub fn has_ended(&mut self) -> bool {
        !matches!(self.supervisor.try_wait(), Ok(None))
    }

    /// The last lines of the log.
    pub fn tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // Its code says nothing.
        drop(self.supervisor.wait());
    }
}
