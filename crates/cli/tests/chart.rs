//! `chart`: one chart from and to repositories, registries and git that run here, judged by real Helm.

mod drop_in;
mod pull;
mod push;
mod registry_login;
mod search;
mod show;
mod signed;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;

/// A folder with a cache and a file of logins of its own.
fn sandbox() -> Sandbox {
    Sandbox::new().with("REGATTA_CACHE", "cache").with("HELM_REGISTRY_CONFIG", "logins.json")
}

/// A small chart under `charts/api`, and what it brings in its own `charts/`.
fn sandbox_with_chart() -> Sandbox {
    let sandbox = sandbox();
    for (path, text) in [
        (
            "Chart.yaml",
            "apiVersion: v2\nname: api\nversion: 1.2.3 # ours\nappVersion: '9'\ndescription: Answers\n\
             dependencies: [{name: sub, version: 0.1.0, repository: ''}]\n",
        ),
        ("values.yaml", "replicas: 1 # one\n"),
        ("README.md", "# Api\n"),
        ("crds/a.yaml", "---\nkind: CustomResourceDefinition\n"),
        ("crds/b.yaml", "kind: CustomResourceDefinition"),
        ("templates/a.yaml", "kind: ConfigMap\nreplicas: {{ .Values.replicas }}\n"),
        ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
        ("charts/sub/crds/c.yaml", "kind: CustomResourceDefinition\n"),
    ] {
        sandbox.write(&format!("charts/api/{path}"), text);
    }
    sandbox
}

/// What Helm prints, with the sandbox for its home.
#[track_caller]
fn helm(sandbox: &Sandbox, arguments: &[&str]) -> String {
    run(Command::new(registry::helm4()), sandbox, arguments)
}

#[track_caller]
fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let identity = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"];
    run(Command::new("git"), sandbox, &[&identity, arguments].concat());
}

#[track_caller]
fn run(mut command: Command, sandbox: &Sandbox, arguments: &[&str]) -> String {
    let home = sandbox.path("");
    let output = command
        .args(arguments)
        .current_dir(&home)
        .env("HOME", &home)
        .env("HELM_REGISTRY_CONFIG", home.join("logins.json"))
        .env("DOCKER_CONFIG", home.join("docker"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs us with a text on stdin: exit code, and all that was said.
fn fed(sandbox: &Sandbox, arguments: &[&str], stdin: &str) -> (Option<i32>, String) {
    let mut child = sandbox.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
