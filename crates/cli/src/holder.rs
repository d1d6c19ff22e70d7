//! Who this process is to others that want a stack's lock, and which holders are known to be dead.

use std::path::Path;

use cluster::lease::Holder;

use crate::disk;
use crate::shell::Shell;

pub fn holder(shell: &Shell) -> Holder {
    let process = std::process::id();
    Holder { host: host(), process, started: started(process).unwrap_or_default(), run: job(shell) }
}

/// True for a process of this computer that has ended, also where its number has been given to another one since.
pub fn is_dead(holder: &Holder) -> bool {
    let knows = started(std::process::id()).is_some();
    knows && holder.host == host() && started(holder.process).as_ref() != Some(&holder.started)
}

/// Containers share a kernel and may share a name; the number space of their processes tells them apart.
fn host() -> String {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    let space = std::fs::read_link("/proc/self/ns/pid").ok();
    let space = space.map(|space| {
        space.to_string_lossy().chars().filter(char::is_ascii_digit).collect::<String>()
    });
    match space {
        Some(space) => format!("{name}+{space}"),
        None => name,
    }
}

/// When a process started, in the kernel's ticks; none where it is gone or where the system does not tell.
fn started(process: u32) -> Option<String> {
    let text =
        String::from_utf8(disk::read(Path::new(&format!("/proc/{process}/stat"))).ok()?).ok()?;
    // The name, which may hold anything, ends with the last parenthesis; the time is the 22nd field of all.
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

/// The page of the CI job, as the common servers tell it.
fn job(shell: &Shell) -> Option<String> {
    let variable = |name: &str| shell.environment.get(name).filter(|value| !value.is_empty());
    if let Some(page) = variable("CI_JOB_URL").or_else(|| variable("BUILD_URL")) {
        return Some(page.clone());
    }
    let (server, repository, run) = (
        variable("GITHUB_SERVER_URL")?,
        variable("GITHUB_REPOSITORY")?,
        variable("GITHUB_RUN_ID")?,
    );
    Some(format!("{server}/{repository}/actions/runs/{run}"))
}
