//! A target in memory, desired stacks in a few words, and plans as lines of text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stack::{Need, Prune, ReleaseId, Selection, StackId, Until};

use crate::{
    Change, Declared, Desired, DesiredRelease, Document, Edit, ImpureCall, Inputs, Kept, Live,
    Observed, ObservedRelease, Options, Plan, RecordedChart, ReleaseKey, ReleaseRecord, Section,
    Step, digest, plan, read, settle,
};

pub(super) const OPTIONS: Options = Options {
    prune: Prune::Auto,
    allow_protected: false,
    force_conflicts: false,
    take_release: false,
};

/// Files by their places, and what is recorded of them.
#[derive(Default)]
pub(super) struct World {
    pub(super) files: BTreeMap<String, String>,
    pub(super) records: Vec<ReleaseRecord>,
    pub(super) kept: Vec<Kept>,
}

impl World {
    pub(super) fn live(&self, place: &str) -> Live {
        self.files.get(place).map_or(Live::Missing, |text| Live::Present {
            digest: digest(text.as_bytes()),
            text: Some(text.clone()),
        })
    }

    pub(super) fn observe(&self, desired: &Desired) -> Observed {
        let mut observed = Observed { stack: Some(stack_id()), ..Observed::default() };
        for record in &self.records {
            let live = record.objects.iter().map(|object| self.live(&object.place)).collect();
            observed.releases.push(ObservedRelease { record: record.clone(), live });
        }
        observed.kept = self.kept.clone();
        for kept in &mut observed.kept {
            kept.live = self.live(&kept.record.place);
        }
        for release in &desired.releases {
            for object in &release.objects {
                let place = format!("{}/{}", release.key.name, object.key.id);
                if let live @ Live::Present { .. } = self.live(&place) {
                    observed.unrecorded.insert(place.clone(), live);
                }
                observed.places.insert((release.key.clone(), object.key.clone()), place);
            }
        }
        observed
    }

    pub(super) fn plan(&self, desired: &Desired) -> Plan {
        plan(desired, &self.observe(desired), &OPTIONS)
    }

    pub(super) fn execute(&mut self, plan: &Plan) {
        assert_eq!(plan.refusals, [], "a refused plan is not executed");
        for step in plan.releases().flat_map(|release| &release.objects).flat_map(|one| &one.steps)
        {
            self.step(step);
        }
        self.records = plan.records();
        self.kept = plan.kept.clone();
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::PutAside { place, .. } => {
                let text = self.files.get(place).cloned().unwrap_or_default();
                self.files.insert(format!("{place}.orig"), text);
            }
            Step::Write { place, text, .. } => {
                self.files.insert(place.clone(), text.to_string());
            }
            Step::Delete { place, .. } => {
                self.files.remove(place);
            }
        }
    }

    /// Plans, shows and executes.
    pub(super) fn apply(&mut self, desired: &Desired) -> String {
        let plan = self.plan(desired);
        self.execute(&plan);
        show(&plan)
    }
}

pub(super) fn stack_id() -> StackId {
    StackId {
        workspace: "shop".parse().unwrap(),
        environment: "dev".parse().unwrap(),
        instance: None,
    }
}

/// A release in a few words.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) id: &'static str,
    pub(super) needs: &'static [&'static str],
    pub(super) labels: &'static [(&'static str, &'static str)],
    pub(super) protect: bool,
    pub(super) installed: bool,
    pub(super) selected: bool,
    /// The digest of its values.
    pub(super) values: &'static str,
    pub(super) impure: bool,
    pub(super) documents: Vec<(Section, String)>,
}

pub(super) fn given(id: &'static str, documents: &[&str]) -> Given {
    Given {
        id,
        needs: &[],
        labels: &[],
        protect: false,
        installed: true,
        selected: true,
        values: "1",
        impure: false,
        documents: documents.iter().map(|text| (Section::Manifest, (*text).to_owned())).collect(),
    }
}

pub(super) fn key(id: &str) -> ReleaseKey {
    ReleaseKey { cluster: None, namespace: "shop".parse().unwrap(), name: id.parse().unwrap() }
}

/// Waves are counted along `needs`, which lead to releases given before.
pub(super) fn desired(selection: Selection, releases: &[Given]) -> Desired {
    let mut waves: BTreeMap<&str, usize> = BTreeMap::new();
    let mut desired =
        Desired { stack: stack_id(), selection, declared: Vec::new(), releases: Vec::new() };
    for given in releases {
        let wave = given.needs.iter().filter_map(|need| waves.get(need)).map(|wave| wave + 1).max();
        waves.insert(given.id, wave.unwrap_or(0));
        let id: ReleaseId = given.id.parse().unwrap();
        desired.declared.push(Declared {
            id: id.clone(),
            key: key(given.id),
            selected: given.selected,
            installed: given.installed,
        });
        if !given.selected || !given.installed {
            continue;
        }
        let template = format!("{id}/templates/all.yaml");
        let documents: Vec<Document<'_>> = given
            .documents
            .iter()
            .map(|(section, text)| Document {
                section: *section,
                text,
                template: &template,
                hook: None,
            })
            .collect();
        let (objects, problems) = read(&documents, &key(given.id));
        assert_eq!(problems, []);
        let call = ImpureCall {
            function: "randAlphaNum".to_owned(),
            template: template.clone(),
            line: 3,
            rendering: template.clone(),
        };
        desired.releases.push(DesiredRelease {
            id,
            key: key(given.id),
            wave: wave.unwrap_or(0),
            needs: given.needs.iter().map(|need| self::need(need)).collect(),
            labels: given
                .labels
                .iter()
                .map(|(label, value)| ((*label).to_owned(), (*value).to_owned()))
                .collect(),
            protect: given.protect,
            chart: RecordedChart { name: given.id.to_owned(), ..RecordedChart::default() },
            inputs: Inputs { values: given.values.to_owned(), ..Inputs::default() },
            objects,
            impure: if given.impure { vec![call] } else { Vec::new() },
            lookups: Vec::new(),
            settings: stack::Settings::default(),
            content: None,
        });
    }
    assert_eq!(settle(&mut desired), []);
    desired
}

fn need(id: &str) -> Need {
    Need { release: id.parse().unwrap(), until: Until::Ready, optional: false }
}

/// Everything that a view shows of a plan.
pub(super) fn show(plan: &Plan) -> String {
    let mut text = String::new();
    for wave in &plan.waves {
        for release in &wave.releases {
            let number = wave.number;
            let (id, action) = (&release.id, word(release.action));
            writeln!(text, "[wave {number}] {id}: {action}{}", causes(&release.causes)).unwrap();
            for object in &release.objects {
                let from =
                    object.replaces.as_ref().map(|old| format!(" for {old}")).unwrap_or_default();
                let id = object.key.id.shown_in("shop");
                let action = word(object.action);
                writeln!(text, "  {action} {id}{from}{}", causes(&object.causes)).unwrap();
                for edit in &object.edits {
                    writeln!(text, "    {}", line(edit)).unwrap();
                }
                for edit in &object.drift {
                    writeln!(text, "    drift {}", line(edit)).unwrap();
                }
            }
        }
    }
    for left in &plan.left {
        writeln!(text, "left {}: {}", left.id, word(left.reason)).unwrap();
    }
    for refusal in &plan.refusals {
        writeln!(text, "refused: {refusal}").unwrap();
    }
    text
}

pub(crate) fn line(edit: &Edit) -> String {
    let path = &edit.path;
    match &edit.change {
        Change::Add { to } => format!("+ {path} {to}"),
        Change::Remove { from } => format!("- {path} {from}"),
        Change::Set { from, to } => format!("~ {path} {from} → {to}"),
        Change::Reorder { from, to } => {
            format!("~ {path} order {} → {}", from.join(" "), to.join(" "))
        }
    }
}

fn causes(causes: &[crate::Cause]) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let words: Vec<String> = causes.iter().map(word).collect();
    format!(" ({})", words.join(", "))
}

/// A variant's word in JSON.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_string(&value).unwrap().trim_matches('"').to_owned()
}

/// An object of a kind with something that can change.
pub(super) fn object(kind: &str, name: &str, data: &str) -> String {
    let api = match kind {
        "Deployment" => "apps/v1",
        "CustomResourceDefinition" => "apiextensions.k8s.io/v1",
        "Widget" => "example.com/v1",
        _ => "v1",
    };
    format!(
        "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\ndata:\n  a: {data}\n  b: same\n  c: same\n"
    )
}
