//! What `--help` says, command by command, and how mistakes on the command line are answered.

use crate::sandbox::Sandbox;

const COMMANDS: &[&str] = &[
    "init",
    "list",
    "graph",
    "template",
    "lint",
    "validate",
    "values",
    "diff",
    "apply",
    "destroy",
    "status",
    "history",
    "test",
    "rollback",
    "unlock",
    "gc",
    "rbac",
    "chart template",
    "chart lint",
    "chart show",
    "chart pull",
    "chart search",
    "chart package",
    "chart push",
    "chart login",
    "chart logout",
    "cache info",
    "cache clean",
    "schema",
    "completion",
    "version",
];

#[test]
fn the_program() {
    insta::assert_snapshot!(Sandbox::new().run("--help").succeeds());
}

#[test]
fn every_command() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        let answer = sandbox.run(&format!("{command} --help")).succeeds();
        assert!(answer.stdout.contains("Example"), "{command} shows no example");
        insta::assert_snapshot!(command.replace(' ', "_"), answer);
    }
}

#[test]
fn mistakes_on_the_command_line() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.session(&[
        "aply",
        "apply --enviroment dev",
        "apply --dry-run",
        "promote api",
        "diff --against git:main",
        "diff -o markdown",
        "diff",
        "list -f missing/regatta.yaml",
        "chart template missing",
        "pull api",
        "repo add x https://h",
        "chart template",
    ]));
}
