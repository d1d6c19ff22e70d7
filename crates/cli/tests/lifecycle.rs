//! A workspace's life: apply, change, diff, apply, remove, prune, destroy.

use crate::sandbox::Sandbox;

#[test]
fn quickstart_from_first_apply_to_destroy() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!("apply", sandbox.run("apply -e dev --yes").succeeds());
    insta::assert_snapshot!("files", sandbox.tree("out").join("\n"));
    insta::assert_snapshot!(
        "apply_again",
        sandbox.session(&["apply -e dev", "status -e dev", "diff -e dev --detailed-exitcode"])
    );

    sandbox.edit("values/api.yaml", "logLevel: info", "logLevel: debug");
    insta::assert_snapshot!(
        "edit_a_value",
        sandbox.session(&["diff -e dev --detailed-exitcode", "apply -e dev --yes"])
    );
    assert!(sandbox.read("out/dev/quickstart-dev/api/configmap-api.yaml").contains("debug"));

    let manifest = sandbox.read("regatta.yaml");
    let web = manifest.find("\n  web:\n").unwrap();
    sandbox.write("regatta.yaml", &manifest[..web]);
    insta::assert_snapshot!(
        "remove_a_release",
        sandbox.session(&["diff -e dev", "apply -e dev --yes", "apply -e dev --yes --prune"])
    );
    insta::assert_snapshot!("destroy", sandbox.session(&["destroy -e dev --yes", "status -e dev"]));
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
}

#[test]
fn what_init_writes_works_at_once() {
    let sandbox = Sandbox::new();
    sandbox.run("init --name starter").succeeds();
    insta::assert_snapshot!(sandbox.session(&["validate", "lint -e '*'", "apply -e dev --yes"]));
}

#[test]
fn selections() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!(sandbox.session(&[
        "apply -e dev --yes --release web",
        "apply -e dev --yes -l tier=frontend --skip-needs",
        "apply -e dev --yes -l tier=backend --with-needs",
        "diff -e dev --release wbe",
        "diff -e dev -l tier",
    ]));
}

#[test]
fn several_environments() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!(sandbox.session(&[
        "apply -e 'd*' --yes",
        "apply -e dev -e prod --yes",
        "apply -e prod --yes=prod -q",
        "diff -e '*'",
        "diff",
        "diff -e prd",
    ]));
}
