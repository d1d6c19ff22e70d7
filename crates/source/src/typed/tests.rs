//! Typed reading and writing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::*;
use crate::problem::tests::render;
use crate::yaml::{self, Options};
use crate::{Source, arrange};

#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Release {
    chart: String,
    #[serde(default)]
    replicas: Option<u32>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    wait: Wait,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Wait {
    #[default]
    Jobs,
    Never,
    For(u64),
}

type Releases = BTreeMap<String, Release>;

fn tree(text: &str) -> Tree {
    yaml::read(&Source::new("regatta.yaml", text), Options::STRICT).unwrap().value
}

#[track_caller]
fn problems(text: &str) -> String {
    let problems = read::<Releases>(&tree(text)).unwrap_err();
    arrange(problems).iter().map(render).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_value_there_and_back() {
    let text = "api:\n  chart: ./api\n  replicas: 2\n  needs:\n  - db\n  wait:\n    for: 5\n  labels:\n    z: \"1\"\n    a: x\n";
    let releases: Releases = read(&tree(text)).unwrap();
    assert_eq!(releases["api"].wait, Wait::For(5));
    let written = to_yaml(&releases).unwrap();
    assert_eq!(written, text.replace("    z: \"1\"\n    a: x\n", "    a: x\n    z: \"1\"\n"));
    assert_eq!(to_tree(&tree(text)).unwrap(), tree(text));
}

#[test]
fn all_mistakes_at_once() {
    let text = "\
api:
  chart: 1.10
  replica: 3
  needs: [db, 5, web, true]
db:
  replicas: prod
  wait: sometimes
web: [chart]
";
    insta::assert_snapshot!(problems(text));
}

#[test]
fn a_wrong_value_is_not_missing_as_well() {
    insta::assert_snapshot!(problems("api:\n  chart: [x]\n"));
}

#[test]
fn a_secret_is_not_shown() {
    let mut tree = tree("api: { chart: x, replicas: hunter2 }\n");
    tree.find_mut(&["api".into(), "replicas".into()]).unwrap().secret = true;
    let problems = read::<Releases>(&tree).unwrap_err();
    assert_eq!(problems[0].labels[0].text, "invalid value (secret), expected u32");
}

#[test]
fn one_mistake_as_text() {
    let error = read_once::<Releases>(&tree("api: {chart: x, needs: [a, {}]}")).unwrap_err();
    assert_eq!(error.to_string(), "api.needs[1]: invalid type: map, expected a string");
    let error = read_once::<u8>(&Tree::from(300)).unwrap_err();
    assert_eq!(error.to_string(), "invalid value: integer `300`, expected u8");
    let error = read_once::<Wait>(&Tree::from("for")).unwrap_err();
    assert_eq!(error.to_string(), "for: `for` needs a value: `for: …`");
}
