//! Probes: small templates with what real Helm makes of them, and what our own `chart` makes of them.

mod fixture;
mod render;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chart::Dialect;
use serde_json::Value;

/// A file of probes with what they share.
pub struct Family {
    pub name: String,
    values: String,
    helpers: String,
    files: BTreeMap<String, String>,
    shows: Shows,
    /// Only whether it fails counts.
    pub verdict: bool,
    pub probes: Vec<Probe>,
}

/// What a probe's text is, and what of the render is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    /// Never looked at as YAML.
    Notes,
    /// Manifests, then hooks, in their order.
    Manifests,
}

/// A chart with one template, and what it is given.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    pub template: String,
    /// In place of the family's.
    pub(crate) values: Option<String>,
    /// What the user gives.
    given: Option<String>,
    /// On top of the family's.
    files: BTreeMap<String, String>,
    helm4: Option<Outcome>,
    /// Where Helm 3 makes something else of it.
    helm3: Option<Outcome>,
}

/// What came of a template: its text, or the words of the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Output(String),
    Error(String),
}

impl Probe {
    /// What the dialect's Helm made of it.
    pub fn expected(&self, dialect: Dialect) -> &Outcome {
        let helm3 = self.helm3.as_ref().filter(|_| dialect == Dialect::Helm3);
        helm3.or(self.helm4.as_ref()).expect("every probe has a golden")
    }

    /// As a line of `differences.txt` names it: the template, and what else makes it differ from others.
    pub fn name(&self) -> String {
        let more = [self.values.as_ref(), self.given.as_ref()].into_iter().flatten();
        let texts = std::iter::once(&self.template).chain(more).chain(self.files.values());
        let texts: Vec<String> = texts.map(|text| text.escape_debug().to_string()).collect();
        texts.join(" | ")
    }
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
    paths.iter().map(|path| with_goldens(path, fixture::read(path))).collect()
}

fn with_goldens(path: &Path, mut family: Family) -> Family {
    let golden = path.with_extension("golden.jsonl");
    let other =
        || format!("`{}` is not of its fixture: run tests/probes/regenerate", golden.display());
    let helm4 = goldens(&golden);
    assert!(helm4.len() == family.probes.len(), "{}", other());
    let digests: Vec<String> = family.probes.iter().map(|probe| family.digest(probe)).collect();
    for ((probe, digest), golden) in family.probes.iter_mut().zip(&digests).zip(&helm4) {
        assert!(golden["of"] == **digest, "{}", other());
        probe.helm4 = Some(outcome(golden));
    }
    for golden in goldens(&path.with_extension("helm3.jsonl")) {
        let index = golden["probe"].as_u64().and_then(|index| usize::try_from(index).ok());
        let index =
            index.filter(|index| digests.get(*index).is_some_and(|it| golden["of"] == **it));
        let index = index.unwrap_or_else(|| panic!("{}", other()));
        family.probes[index].helm3 = Some(outcome(&golden));
    }
    family
}

impl Family {
    /// All that a probe is made of, as the writer of the goldens sums it up: FNV-1a of each text and a zero after it.
    fn digest(&self, probe: &Probe) -> String {
        let values = probe.values.as_ref().filter(|values| !values.is_empty());
        let given = probe.given.as_deref().unwrap_or_default();
        let shows = match self.shows {
            Shows::Notes => "",
            Shows::Manifests => "manifests",
        };
        let verdict = self.verdict.to_string();
        let values = values.unwrap_or(&self.values);
        let mut texts = vec![&probe.template, values, given, &self.helpers, shows, &verdict];
        for (name, text) in self.files.iter().chain(&probe.files) {
            texts.extend([name.as_str(), text]);
        }
        let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0]));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// The lines of a golden, none where there is no such file.
fn goldens(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a golden is a line of JSON"))
        .collect()
}

fn outcome(golden: &Value) -> Outcome {
    match golden["output"].as_str() {
        Some(output) => Outcome::Output(output.to_owned()),
        None => Outcome::Error(golden["error"].as_str().unwrap_or_default().to_owned()),
    }
}
