//! Probes: small templates with what real Helm makes of them, and what our own `chart` makes of them.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use chart::{Capabilities, File, Input, KubeVersion, Limits, NoLookup, ReleaseInfo};
use serde_json::Value;
use source::{Node, Tree};

/// A file of probes with what they share.
pub struct Family {
    pub name: String,
    values: String,
    helpers: String,
    files: Vec<(String, String)>,
    pub probes: Vec<Probe>,
}

pub struct Probe {
    pub template: String,
    /// In place of the family's.
    values: Option<String>,
    pub expected: Outcome,
}

/// What came of a template: its text, or the words of the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Output(String),
    Error(String),
}

/// All families, with the goldens that `tests/probes/regenerate` wrote.
///
/// # Panics
/// Where a fixture cannot be read, or its golden is of another fixture.
pub fn families() -> Vec<Family> {
    let directory = crate::root().join("tests/probes");
    let entries = fs::read_dir(&directory).expect("tests/probes is a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths.iter().map(family).collect()
}

fn family(path: &PathBuf) -> Family {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).expect("a fixture is UTF-8");
    let tree = source::yaml::read_bare(&text)
        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    let mut written = fixtures(&tree);
    let golden = path.with_extension("golden.jsonl");
    let goldens = fs::read_to_string(&golden).unwrap_or_default();
    let goldens: Vec<Value> = goldens
        .lines()
        .map(|line| serde_json::from_str(line).expect("a golden is a line of JSON"))
        .collect();
    let same = goldens.len() == written.len()
        && goldens
            .iter()
            .zip(&written)
            .all(|(golden, (template, _))| golden["template"] == **template);
    assert!(same, "`{}` is not of its fixture: run tests/probes/regenerate", golden.display());
    let probes = written
        .drain(..)
        .zip(&goldens)
        .map(|((template, values), golden)| Probe { template, values, expected: outcome(golden) })
        .collect();
    let files = tree.get("files").and_then(Tree::as_map).into_iter().flatten();
    Family {
        name,
        values: text_of(tree.get("values")),
        helpers: text_of(tree.get("helpers")),
        files: files.map(|(name, text)| (name.to_string(), text_of(Some(text)))).collect(),
        probes,
    }
}

/// The templates of a family with their values: those written out, then every template of a matrix with every input.
fn fixtures(tree: &Tree) -> Vec<(String, Option<String>)> {
    let list = |tree: Option<&Tree>| tree.and_then(Tree::as_list).unwrap_or_default().to_vec();
    let mut written = Vec::new();
    for probe in list(tree.get("probes")) {
        if probe.as_map().is_some() {
            let values = probe.get("values").map(|values| text_of(Some(values)));
            written.push((text_of(probe.get("template")), values));
        } else {
            written.push((text_of(Some(&probe)), None));
        }
    }
    for matrix in list(tree.get("matrix")) {
        for template in list(matrix.get("templates")) {
            for input in list(matrix.get("inputs")) {
                let template = text_of(Some(&template)).replace('@', &text_of(Some(&input)));
                written.push((template, None));
            }
        }
    }
    written
}

fn text_of(tree: Option<&Tree>) -> String {
    match tree.map(|tree| &tree.node) {
        Some(Node::Text(text)) => text.to_string(),
        None => String::new(),
        Some(other) => panic!("a fixture holds {other:?} where a text belongs: quote it"),
    }
}

fn outcome(golden: &Value) -> Outcome {
    match golden["output"].as_str() {
        Some(output) => Outcome::Output(output.to_owned()),
        None => Outcome::Error(golden["error"].as_str().unwrap_or_default().to_owned()),
    }
}

impl Family {
    /// What our own renderer makes of a probe, as the notes of a chart.
    pub fn render(&self, probe: &Probe) -> Outcome {
        let values = probe.values.as_ref().unwrap_or(&self.values);
        let metadata = "apiVersion: v2\nname: probe\nversion: 1.2.3\nappVersion: \"4.5\"\n";
        let mut files = vec![
            file("Chart.yaml", metadata),
            file("values.yaml", values),
            file("templates/NOTES.txt", &probe.template),
        ];
        if !self.helpers.is_empty() {
            files.push(file("templates/_helpers.tpl", &self.helpers));
        }
        files.extend(self.files.iter().map(|(name, text)| file(name, text)));
        let capabilities = Capabilities {
            kube_version: KubeVersion::parse("v1.33.4").expect("a version"),
            ..Capabilities::default()
        };
        let given = Tree::from(source::Map::new());
        let input = Input {
            values: &given,
            release: ReleaseInfo {
                name: "probe-release".to_owned(),
                namespace: "probe-space".to_owned(),
                revision: 1,
                is_upgrade: false,
            },
            capabilities: Arc::new(capabilities),
            lookup: Arc::new(NoLookup),
            seed: [7; 32],
            now: Arc::new(LazyLock::new(|| {
                let now = jiff::Timestamp::new(1_750_000_000, 123_456_789).expect("in range");
                now.to_zoned(jiff::tz::TimeZone::UTC)
            })),
            dialect: chart::Dialect::Helm4,
            skip_schema_validation: false,
            subchart_notes: false,
            limits: Limits::default(),
        };
        let rendered = chart::load("probe", files).and_then(|chart| chart::render(&chart, &input));
        match rendered {
            Ok(rendered) => Outcome::Output(rendered.notes),
            Err(problems) => {
                let words: Vec<&str> =
                    problems.iter().map(|problem| problem.message.as_str()).collect();
                Outcome::Error(words.join("\n"))
            }
        }
    }
}

fn file(path: &str, text: &str) -> File {
    File::new(path, text.as_bytes())
}
