//! `-o json`: every result fits `schemas/plan.json`.

use serde_json::Value;

use crate::sandbox::{Answer, Sandbox};

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/plan.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn check(answer: &Answer, exit: i32, reason: &str) {
    let report = answer.json();
    let wrong: Vec<String> = schema()
        .iter_errors(&report)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{answer}");
    assert_eq!(answer.exit, Some(exit), "{answer}");
    assert_eq!(report["exitCode"], exit);
    assert_eq!(report["reason"], reason);
}

#[test]
fn results_fit_the_schema() {
    let sandbox = Sandbox::example("quickstart");
    check(&sandbox.run("diff -e dev -o json"), 0, "done");
    check(&sandbox.run("diff -e dev -o json --detailed-exitcode"), 2, "changes-present");
    check(&sandbox.run("apply -e dev -o json"), 64, "not-confirmed");
    check(&sandbox.run("apply -e prod -o json --yes"), 3, "protected");
    check(&sandbox.run("apply -e dev -o json --yes"), 0, "done");
    check(&sandbox.run("apply -e dev -o json --yes"), 0, "no-changes");
    sandbox.edit("values/api.yaml", "logLevel: info", "logLevel: debug");
    sandbox.edit("out/dev/quickstart-dev/api/configmap-api.yaml", "info", "error");
    check(&sandbox.run("diff -e dev -o json"), 0, "done");
    check(&sandbox.run("apply -e dev -o json --yes"), 3, "changed-object");
    check(&sandbox.run("apply -e dev -o json --yes --force-conflicts"), 0, "done");
    check(&sandbox.run("apply -e nowhere -o json --yes"), 64, "usage");
    sandbox.edit("regatta.yaml", "needs: [redis]", "needs: [rediss]");
    check(&sandbox.run("diff -e dev -o json"), 1, "invalid");
    // What goes is recorded, so a mistake in a release does not stop it.
    check(&sandbox.run("destroy -e dev -o json --yes"), 0, "done");
}

#[test]
fn one_result_in_full() {
    let sandbox = Sandbox::example("quickstart");
    sandbox.run("apply -e dev --yes").succeeds();
    sandbox.edit("values/api.yaml", "logLevel: info", "logLevel: debug");
    insta::assert_snapshot!(sandbox.run("apply -e dev --yes -o json --release api").succeeds());
}
