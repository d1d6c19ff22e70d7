//! Stacks in a few words, and looking at what a run left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plan::{
    Declared, Desired, DesiredRelease, Document, Inputs, Options, Plan, Reason, RecordedChart,
    ReleaseKey, RunResult, Section, read, settle,
};
use stack::{Need, Prune, Selection, StackId, Until};

use crate::{execute, lock, observe};

pub(super) const OPTIONS: Options = Options {
    prune: Prune::Auto,
    allow_protected: false,
    force_conflicts: false,
    take_release: false,
};

pub(super) fn stack(environment: &str) -> StackId {
    StackId {
        workspace: "shop".parse().unwrap(),
        environment: environment.parse().unwrap(),
        instance: None,
    }
}

/// Releases in a chain of needs, each a config map, a Secret and a hook that say `data`.
pub(super) fn desired(releases: &[(&str, &str)]) -> Desired {
    let mut desired = Desired {
        stack: stack("dev"),
        selection: Selection::default(),
        declared: Vec::new(),
        releases: Vec::new(),
    };
    let mut last: Option<&str> = None;
    for (wave, (id, data)) in releases.iter().enumerate() {
        let key = ReleaseKey {
            cluster: None,
            namespace: "shop".parse().unwrap(),
            name: id.parse().unwrap(),
        };
        let object = |kind: &str, name: &str| {
            format!(
                "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\nstringData:\n  a: {data}\n"
            )
        };
        let texts = [
            (Section::Hook, object("Pod", id)),
            (Section::Manifest, object("ConfigMap", id)),
            (Section::Manifest, object("Secret", id)),
            // Its name depends on the data, so it comes and goes.
            (Section::Manifest, object("Service", &format!("{id}-{data}"))),
        ];
        let documents: Vec<Document<'_>> = texts
            .iter()
            .map(|(section, text)| Document { section: *section, text, template: "x", hook: None })
            .collect();
        let (objects, problems) = read(&documents, &key);
        assert_eq!(problems, []);
        desired.declared.push(Declared {
            id: id.parse().unwrap(),
            key: key.clone(),
            selected: true,
            installed: true,
        });
        desired.releases.push(DesiredRelease {
            id: id.parse().unwrap(),
            key,
            wave,
            needs: last
                .map(|need| Need {
                    release: need.parse().unwrap(),
                    until: Until::Ready,
                    optional: false,
                })
                .into_iter()
                .collect(),
            labels: BTreeMap::from([("tier".to_owned(), "back: end".to_owned())]),
            protect: false,
            chart: RecordedChart {
                name: (*id).to_owned(),
                version: "1.10".to_owned(),
                app_version: "true".to_owned(),
            },
            inputs: Inputs { values: (*data).to_owned(), ..Inputs::default() },
            objects,
            impure: Vec::new(),
            lookups: Vec::new(),
            settings: stack::Settings::default(),
            content: None,
        });
        last = Some(id);
    }
    assert_eq!(settle(&mut desired), []);
    desired
}

pub(super) fn plan_of(root: &Path, desired: &Desired) -> Plan {
    plan::plan(desired, &observe(root, Some(&desired.stack), Some(desired)).unwrap(), &OPTIONS)
}

pub(super) fn destruction_of(root: &Path) -> Plan {
    let observed = observe(root, Some(&stack("dev")), None).unwrap();
    plan::destroy(&stack("dev"), &observed, &Selection::default(), &OPTIONS)
}

pub(super) fn carry_out(root: &Path, plan: &Plan) -> RunResult {
    let lock = lock(root, &plan.stack).unwrap();
    execute(root, plan, &lock, &|| false, &mut |_| {})
}

pub(super) fn apply(root: &Path, desired: &Desired) {
    let result = carry_out(root, &plan_of(root, desired));
    assert_eq!((result.reason, result.message), (Reason::Done, None));
}

/// Every file below a directory with its content, by its path.
pub(super) fn files(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(root, root, &mut files);
    files
}

#[expect(clippy::disallowed_methods, reason = "tests look at the real files")]
fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let before = files.len();
            collect(root, &path, files);
            if files.len() == before {
                files.insert(
                    path.strip_prefix(root).unwrap().display().to_string(),
                    EMPTY.to_owned(),
                );
            }
        } else {
            let place = path.strip_prefix(root).unwrap().display().to_string();
            files.insert(place, fs::read_to_string(&path).unwrap());
        }
    }
}

/// What stands for a directory without anything in it.
const EMPTY: &str = "an empty directory";

/// The objects among them.
pub(super) fn objects(root: &Path) -> BTreeMap<String, String> {
    let mut files = files(root);
    files.retain(|place, text| !place.contains("regatta") && text != EMPTY);
    files
}

#[expect(clippy::disallowed_methods, reason = "tests start from a copy of what a run left")]
pub(super) fn copy(from: &Path, to: &Path) {
    for (place, text) in files(from) {
        let path = to.join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
