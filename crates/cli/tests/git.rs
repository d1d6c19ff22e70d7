//! `git.*`: asked of the git program, and only where an expression reads it.

use std::process::Command;

use crate::sandbox::Sandbox;

fn workspace(expression: &str) -> Sandbox {
    let manifest = format!(
        "name: facts\ntarget: {{ directory: out }}\nnamespace: facts\nreleases:\n  a:\n    chart: ./chart\n    values: [{{ fact: \"{expression}\" }}]\n"
    );
    Sandbox::files(&[
        ("regatta.yaml", manifest.as_str()),
        ("chart/Chart.yaml", "apiVersion: v2\nname: facts\nversion: 1.0.0\n"),
    ])
}

fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(sandbox.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

#[test]
fn a_tag_a_branch_and_a_change() {
    let sandbox =
        workspace("${{ git.tag }} ${{ git.describe }} ${{ git.branch }} ${{ git.dirty }}");
    git(&sandbox, &["init", "-q", "-b", "trunk"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-qm", "one"]);
    git(&sandbox, &["tag", "v1.2"]);
    let fact = || sandbox.run("values a").succeeds().stdout;
    assert_eq!(fact(), "fact: v1.2 v1.2 trunk false\n");
    sandbox.write("new", "");
    assert_eq!(fact(), "fact: v1.2 v1.2 trunk true\n");
    git(&sandbox, &["checkout", "-q", "--detach"]);
    insta::assert_snapshot!("detached", sandbox.run("values a"));
    let sandbox = sandbox.with("CI_COMMIT_REF_NAME", "feature/x");
    assert_eq!(sandbox.run("values a").succeeds().stdout, "fact: v1.2 v1.2 feature/x true\n");
}

#[test]
fn outside_a_repository_the_expression_is_shown() {
    insta::assert_snapshot!(workspace("${{ git.sha }}").run("values a"));
}
