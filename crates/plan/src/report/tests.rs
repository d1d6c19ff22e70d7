//! What we print as JSON fits the published schema, and the schema lists every reason.

use serde_json::Value;

use super::*;
use crate::decide::tests::{eventful_plans, refused_plan};
use crate::{Deferral, Lookup, ReleasePlan};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../schemas/plan.json")).unwrap()
}

fn check(report: &Report) -> Value {
    let value = serde_json::to_value(report).unwrap();
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0], "{value:#}");
    value
}

fn report(plan: Plan, result: Option<RunResult>) -> Report {
    Report {
        version: 1,
        command: "apply".to_owned(),
        exit_code: 0,
        reason: Reason::Done,
        stacks: vec![StackReport { plan, result }],
    }
}

#[test]
fn plans_and_results_fit_the_schema() {
    for mut plan in eventful_plans() {
        for release in plan.waves.iter_mut().flat_map(|wave| &mut wave.releases) {
            ask(release);
        }
        let releases = plan
            .releases()
            .map(|release| ReleaseResult {
                written: release.objects.iter().map(|object| object.key.id.clone()).collect(),
                notes: release.objects.iter().map(|object| noted(&object.key.id)).collect(),
                error: Some("disk full".to_owned()),
                ..ReleaseResult::new(release.id.clone(), release.action, Outcome::Failed)
            })
            .collect();
        let message = Some("release `api`: disk full".to_owned());
        let result = RunResult { reason: Reason::FailedPartly, message, releases };
        check(&report(plan, Some(result)));
    }
}

fn noted(object: &ObjectId) -> ObjectNote {
    ObjectNote { object: object.clone(), note: "paused".to_owned() }
}

/// As if its templates had looked up its own first object, and that were another release's.
fn ask(release: &mut ReleasePlan) {
    let Some(object) = release.objects.first().map(|object| object.key.id.clone()) else { return };
    let (template, line) = ("api/templates/all.yaml".to_owned(), 3);
    let lookup = |name: Option<&String>| Lookup {
        api_version: "v1".to_owned(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: name.cloned(),
        template: template.clone(),
        line,
        digest: crate::digest(b"{}"),
    };
    release.lookups = vec![lookup(Some(&object.name)), lookup(None)];
    let release_id = "db".parse().unwrap();
    release.deferred = vec![Deferral { template, line, object, release: release_id }];
}

#[test]
fn a_report_reads_like_this() {
    let value = check(&report(refused_plan(), None));
    let plan = &value["stacks"][0]["plan"];
    insta::assert_snapshot!(serde_json::to_string_pretty(plan).unwrap(), @r#"
    {
      "left": [],
      "operation": "apply",
      "refusals": [
        {
          "object": {
            "kind": "Secret",
            "name": "api",
            "namespace": "shop"
          },
          "place": "api/Secret/api",
          "reason": "changed-object",
          "release": "api"
        }
      ],
      "stack": "shop/dev",
      "summary": {
        "drifted": 1,
        "notDeterministic": 0,
        "objects": {
          "update": 1
        },
        "releases": {
          "upgrade": 1
        }
      },
      "unfinished": false,
      "waves": [
        {
          "number": 1,
          "purpose": "apply",
          "releases": [
            {
              "action": "upgrade",
              "causes": [
                "drift"
              ],
              "id": "api",
              "key": {
                "name": "api",
                "namespace": "shop"
              },
              "objects": [
                {
                  "action": "update",
                  "causes": [
                    "drift"
                  ],
                  "drift": [
                    {
                      "change": "set",
                      "from": "(secret, 1 bytes)",
                      "path": "data.a",
                      "to": "(secret, 1 bytes)"
                    }
                  ],
                  "edits": [
                    {
                      "change": "set",
                      "from": "(secret, 1 bytes)",
                      "path": "data.a",
                      "to": "(secret, 1 bytes)"
                    }
                  ],
                  "id": {
                    "kind": "Secret",
                    "name": "api",
                    "namespace": "shop"
                  },
                  "place": "api/Secret/api",
                  "section": "manifest",
                  "template": "api/templates/all.yaml"
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn the_schema_lists_every_reason_with_its_exit_code() {
    let schema = schema();
    let listed: Vec<(String, String)> = schema["$defs"]["reason"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = one["description"].as_str().unwrap();
            let code = text.strip_prefix("Exit code ").and_then(|rest| rest.split_once('.'));
            (one["const"].as_str().unwrap().to_owned(), code.unwrap().0.to_owned())
        })
        .collect();
    let known: Vec<(String, String)> = Reason::ALL
        .iter()
        .map(|reason| {
            let word = serde_json::to_value(reason).unwrap().as_str().unwrap().to_owned();
            (word, reason.exit_code().to_string())
        })
        .collect();
    assert_eq!(listed, known);
}
