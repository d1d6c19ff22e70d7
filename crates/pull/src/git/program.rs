//! Runs `git`: with the user's own configuration, helpers and proxies, and without anything that asks, hooks into it, or
//! speaks a protocol that was not asked for.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::Error;
use super::error::said;
use crate::program::{self, Failed};

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
    "GIT_DEFAULT_HASH",
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
    let Task { doing, arguments, input, most, within } = task;
    let mut command = command(environment, url, repository);
    let ended =
        program::run(command.args(arguments), input, most, within).map_err(
            |failed| match failed {
                Failed::NotStarted(error) if error.kind() == io::ErrorKind::NotFound => {
                    Error::NoGit
                }
                Failed::NotStarted(error) => Error::NotStarted(error),
                Failed::TooSlow => Error::TimedOut { doing, within },
                Failed::TooMuch => Error::TooMuch { doing, most },
            },
        )?;
    match ended.status.success() {
        true => Ok(ended.stdout),
        false => Err(Error::Said { doing, message: said(&ended.stderr) }),
    }
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
