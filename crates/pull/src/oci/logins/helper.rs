//! Docker's credential helpers: programs `docker-credential-NAME` that are asked over stdin
//! (<https://github.com/docker/docker-credential-helpers>).

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::Error;
use crate::{Login, Secret, program, shown};

/// Time to unlock a key ring, for who sits before it.
const PATIENCE: Duration = Duration::from_secs(120);
const LARGEST: usize = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    #[serde(rename = "ServerURL")]
    server: &'a str,
    username: &'a str,
    secret: &'a str,
}

/// The login that a helper has for a server. An identity token comes with the user name `<token>`.
pub(super) fn get(name: &str, server: &str, path: &OsStr) -> Result<Option<Login>, Error> {
    let output = match run(name, "get", server.as_bytes(), path) {
        Ok(output) => output,
        Err(Failed { words, .. }) if words.contains("credentials not found") => return Ok(None),
        Err(failed) => return Err(failed.error()),
    };
    let answer: Answer = serde_json::from_slice(&output).map_err(|_| Error::Helper {
        program: called(name),
        reason: "its answer is no login".to_owned(),
    })?;
    let password = Secret::new(answer.secret);
    Ok(Some(Login::Basic { username: answer.username, password }))
}

pub(super) fn store(
    name: &str,
    server: &str,
    username: &str,
    password: &Secret,
    path: &OsStr,
) -> Result<(), Error> {
    let entry = Entry { server, username, secret: password.reveal() };
    let input = serde_json::to_vec(&entry).expect("texts are JSON");
    run(name, "store", &input, path).map(drop).map_err(Failed::error)
}

pub(super) fn erase(name: &str, server: &str, path: &OsStr) -> Result<(), Error> {
    run(name, "erase", server.as_bytes(), path).map(drop).map_err(Failed::error)
}

pub(super) fn is_there(name: &str, path: &OsStr) -> bool {
    find(&called(name), path).is_some()
}

struct Failed {
    program: String,
    /// What the program said, or why it did not run.
    words: String,
}

impl Failed {
    fn error(self) -> Error {
        Error::Helper { program: self.program, reason: self.words }
    }
}

fn called(name: &str) -> String {
    format!("docker-credential-{name}")
}

fn run(name: &str, verb: &str, input: &[u8], path: &OsStr) -> Result<Vec<u8>, Failed> {
    let called = called(name);
    let failed = |words: String| Failed { program: called.clone(), words };
    let found = find(&called, path).ok_or_else(|| failed("it is not in `PATH`".to_owned()))?;
    #[expect(clippy::disallowed_methods, reason = "the user's configuration names a helper")]
    let mut command = Command::new(found);
    let ended = program::run(command.arg(verb), input.to_vec(), LARGEST, PATIENCE);
    let ended = ended.map_err(|why| {
        failed(match why {
            program::Failed::NotStarted(error) => error.to_string(),
            program::Failed::TooSlow => format!("it did not end within {}s", PATIENCE.as_secs()),
            program::Failed::TooMuch => "it says more than any login".to_owned(),
        })
    })?;
    if ended.status.success() {
        return Ok(ended.stdout);
    }
    let said = if ended.stdout.is_empty() { ended.stderr } else { ended.stdout };
    Err(failed(shown::plain(&String::from_utf8_lossy(&said))))
}

/// A program's path. A name with a separator could be any file, so it is found nowhere.
fn find(program: &str, path: &OsStr) -> Option<PathBuf> {
    if program.contains(['/', '\\']) {
        return None;
    }
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(path).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What a helper with this body gives for `r`.
    #[track_caller]
    fn check(body: &str, expect: Result<Option<&str>, &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-test");
        let mut file = fs::File::create(&path).unwrap();
        write!(file, "#!/bin/sh\n{body}\n").unwrap();
        drop(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let found = get("test", "r", folder.path().as_os_str()).map_err(|error| error.to_string());
        let found = found.map(|login| {
            login.map(|login| match login {
                Login::Basic { username, password } => format!("{username} {}", password.reveal()),
                Login::Bearer { .. } => "bearer".to_owned(),
            })
        });
        let expect = expect.map(|login| login.map(str::to_owned)).map_err(str::to_owned);
        assert_eq!(found, expect, "{body}");
    }

    #[test]
    fn helpers_are_asked_as_docker_asks_them() {
        check(
            r#"read -r server; echo "{\"ServerURL\":\"$server\",\"Username\":\"$1-$server\",\"Secret\":\"s\"}""#,
            Ok(Some("get-r s")),
        );
        // An agent that a helper starts may hold on to what it was given.
        check(r#"sleep 60 & echo '{"Username":"u","Secret":"s"}'"#, Ok(Some("u s")));
        check("echo credentials not found in native keychain; exit 1", Ok(None));
        check(
            "echo locked >&2; exit 1",
            Err("the credential helper `docker-credential-test` failed: locked"),
        );
        check(
            "echo no",
            Err("the credential helper `docker-credential-test` failed: its answer is no login"),
        );
    }

    #[test]
    fn only_programs_of_the_path_are_run() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["absent", "../evil", "a/b"] {
            let error = get(name, "r", folder.path().as_os_str()).unwrap_err();
            assert!(error.to_string().ends_with("it is not in `PATH`"), "{error}");
        }
    }
}
