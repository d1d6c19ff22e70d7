//! The larger example: waves, forEach, stages, a secret that must not be shown.

use crate::sandbox::Sandbox;

const PASSWORD: &str = "correct-horse-battery";

fn workspace() -> Sandbox {
    Sandbox::example("microservices").with("DB_PASSWORD", PASSWORD)
}

#[test]
fn looking_at_it() {
    let sandbox = Sandbox::example("microservices");
    insta::assert_snapshot!("list", sandbox.run("list -e dev").succeeds());
    insta::assert_snapshot!("graph_tree", sandbox.run("graph -e prod").succeeds());
    insta::assert_snapshot!("graph_dot", sandbox.run("graph -e prod -o dot").succeeds());
    insta::assert_snapshot!("graph_mermaid", sandbox.run("graph -e prod -o mermaid").succeeds());
    let applied = "needs: [migrate, { release: redis, until: applied }, broker]";
    sandbox.edit("regatta.yaml", "needs: [migrate, redis, broker]", applied);
    for (format, expect) in [
        ("tree", "─ redis  wave 1, until applied\n"),
        ("dot", "\"redis\" -> \"orders\" [style=dashed]\n"),
        ("mermaid", "r_redis -.-> r_orders\n"),
    ] {
        let graph = sandbox.run(&format!("graph -e prod -o {format}")).succeeds();
        assert!(graph.stdout.contains(expect), "{graph}");
    }
    insta::assert_snapshot!("validate", sandbox.run("validate").succeeds());
    let list = sandbox.run("list -e '*' -o json").succeeds().json();
    assert_eq!(list.as_array().unwrap().len(), 16 + 16 + 16 + 15);
}

#[test]
fn values_and_where_they_come_from() {
    let sandbox = workspace();
    insta::assert_snapshot!(sandbox.session(&[
        "values orders -e prod",
        "values orders -e prod --explain",
        "values postgres -e dev --explain",
        "values nothing -e dev",
    ]));
}

#[test]
fn prod_waves_and_an_edit() {
    let sandbox = workspace();
    insta::assert_snapshot!("apply_prod", sandbox.run("apply -e prod --yes=prod").succeeds());
    sandbox.edit("values/orders.yaml", "\"15\"", "\"30\"");
    insta::assert_snapshot!("edit_orders", sandbox.run("diff -e prod").succeeds());
    sandbox.run("apply -e prod --yes=prod").succeeds();
    insta::assert_snapshot!("no_changes", sandbox.run("diff -e prod").succeeds());
}

/// Every command that shows something, in every format, before and after an apply and a change of the secret.
#[test]
fn the_secret_is_only_in_manifests() {
    let sandbox = workspace();
    let encoded = "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";
    let shows = [
        "list -e dev",
        "list -e dev -o json",
        "graph -e dev",
        "values postgres -e dev",
        "values postgres -e dev --explain --all",
        "values postgres -e dev -o json",
        "values postgres -e dev --explain -o json",
        "lint -e dev -v",
        "validate -v",
        "diff -e dev -v",
        "diff -e dev -o json",
        "apply -e dev --yes -v",
        "diff -e dev -v",
        "apply -e dev -o json",
        "status -e dev",
        "status -e dev -o json",
        "diff -e dev --input dbPassword=another-long-password",
        "diff -e dev --input dbPassword=another-long-password -o json",
        "diff -e dev --set postgres:auth.password.x=1",
        "template -e dev --set postgres:auth.username=1 --set postgres:auth.password=null",
        "destroy -e dev --yes --allow-protected -v",
    ];
    for arguments in shows {
        let answer = sandbox.run(arguments);
        let shown = format!("{}{}", answer.stdout, answer.stderr);
        for secret in [PASSWORD, encoded, "another-long-password"] {
            let told = shown.replace(arguments, "");
            assert!(!told.contains(secret), "`{arguments}` shows {secret}:\n{shown}");
        }
    }
    let rendered = sandbox.run("template -e dev --release postgres").succeeds().stdout;
    assert!(rendered.contains(encoded), "manifests carry it");
}

#[test]
fn without_the_secret_the_place_is_shown() {
    insta::assert_snapshot!(Sandbox::example("microservices").run("diff -e dev"));
}
