//! `-o json`: every report fits `schemas/plan.json`, and every line before it `schemas/events.json`.

use serde_json::Value;

use crate::sandbox::{Answer, Sandbox};

fn validator(schema: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

/// The report is what `diff` prints, and the last of the lines of a run.
#[track_caller]
fn check(answer: &Answer, exit: i32, reason: &str) {
    let lines: Vec<&str> = match answer.stdout.starts_with("{\n") {
        true => vec![&answer.stdout],
        false => answer.stdout.lines().collect(),
    };
    let (report, events) = lines.split_last().unwrap_or_else(|| panic!("{answer}"));
    let fits = |schema: &jsonschema::Validator, line: &str| -> Value {
        let value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let errors = schema.iter_errors(&value);
        let wrong: Vec<String> =
            errors.map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:#?}\n{answer}");
        value
    };
    let of_events = validator(include_str!("../../../schemas/events.json"));
    for event in events {
        fits(&of_events, event);
    }
    let report = fits(&validator(include_str!("../../../schemas/plan.json")), report);
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
    let answer = sandbox.run("apply -e dev --yes -o json --release api").succeeds();
    let events = answer.stdout.lines().filter(|line| line.contains("event"));
    let events: Vec<String> = events.map(without_time).collect();
    let report = serde_json::to_string_pretty(&answer.json()).unwrap();
    insta::assert_snapshot!(format!("{}\n{report}", events.join("\n")));
}

/// An event with a time that is always the same.
fn without_time(line: &str) -> String {
    let (before, rest) = line.split_once(r#""at":""#).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!(r#"{before}"at":"TIME"{after}"#)
}
