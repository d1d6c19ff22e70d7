//! A real process that is killed at any moment, again and again; what it leaves is always whole, and can be finished.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use plan::{
    Declared, Desired, DesiredRelease, Document, Inputs, Options, Reason, RecordedChart,
    ReleaseKey, Section, read,
};
use stack::{Prune, Selection, StackId};

/// Tells the same test program to be the process that gets killed.
const ROOT: &str = "REGATTA_TEST_DIRECTORY";

const OBJECTS: usize = 40;

#[test]
fn a_process_killed_at_any_moment_leaves_whole_files() {
    #[expect(clippy::disallowed_methods, reason = "how the child knows that it is the child")]
    if let Ok(root) = std::env::var(ROOT) {
        apply_without_end(Path::new(&root));
    }
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let root = directory.path().join("out");
    let versions: Vec<BTreeMap<String, String>> =
        ["one", "two"].iter().map(|data| texts(data)).collect();
    for round in 0..12_u64 {
        let mut child = start(&root);
        std::thread::sleep(Duration::from_millis(40 + 13 * round));
        child.kill().expect("the child runs until it is killed");
        child.wait().expect("a killed child ends");

        for place in versions[0].keys() {
            #[expect(clippy::disallowed_methods, reason = "a test looks at the real files")]
            let text = std::fs::read(root.join("shop/api").join(place)).ok();
            let whole = text.is_none_or(|text| {
                versions.iter().any(|version| version[place].as_bytes() == text)
            });
            assert!(whole, "{place} is torn after round {round}");
        }
        // The lock of the dead hinders nobody, and nothing that it wrote is foreign to the next run.
        apply(&root, &desired("one"));
        assert!(!plan_of(&root, &desired("one")).has_changes(), "after round {round}");
    }
}

#[expect(clippy::disallowed_methods, reason = "killing a process takes one")]
fn start(root: &Path) -> Child {
    let program = std::env::current_exe().expect("a running test has a program");
    Command::new(program)
        .args(["--exact", "a_process_killed_at_any_moment_leaves_whole_files"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test program can be started again")
}

fn apply_without_end(root: &Path) -> ! {
    loop {
        for data in ["two", "one"] {
            apply(root, &desired(data));
        }
    }
}

fn apply(root: &Path, desired: &Desired) {
    let lock = directory::lock(root, &desired.stack).expect("nobody else holds it");
    let plan = plan_of(root, desired);
    assert_eq!(plan.refusals, []);
    let result = directory::execute(root, &plan, &lock, &|| false, &mut |_| {});
    assert_eq!((result.reason, result.message), (Reason::Done, None));
}

fn plan_of(root: &Path, desired: &Desired) -> plan::Plan {
    let options = Options {
        prune: Prune::Auto,
        allow_protected: false,
        force_conflicts: false,
        take_release: false,
    };
    let observed = directory::observe(root, Some(&desired.stack), Some(desired))
        .expect("what we wrote can be read");
    plan::plan(desired, &observed, &options)
}

/// Each object's text by the name of its file, long enough to be torn.
fn texts(data: &str) -> BTreeMap<String, String> {
    (0..OBJECTS)
        .map(|number| {
            let filler: String = (0..500).map(|line| format!("  line-{line}: {data}\n")).collect();
            let text = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{number}\ndata:\n{filler}"
            );
            (format!("configmap-c{number}.yaml"), text)
        })
        .collect()
}

fn desired(data: &str) -> Desired {
    let name = |text: &str| text.parse().expect("a valid name");
    let key = ReleaseKey {
        cluster: None,
        namespace: "shop".parse().expect("a valid namespace"),
        name: "api".parse().expect("a valid name"),
    };
    let texts = texts(data);
    let documents: Vec<Document<'_>> = texts
        .values()
        .map(|text| Document { section: Section::Manifest, text, template: "x", hook: None })
        .collect();
    let (objects, problems) = read(&documents, &key);
    assert_eq!(problems, []);
    Desired {
        stack: StackId {
            workspace: "shop".parse().expect("a valid name"),
            environment: "dev".parse().expect("a valid name"),
            instance: None,
        },
        selection: Selection::default(),
        declared: vec![Declared {
            id: name("api"),
            key: key.clone(),
            selected: true,
            installed: true,
        }],
        releases: vec![DesiredRelease {
            id: name("api"),
            key,
            wave: 0,
            needs: Vec::new(),
            labels: BTreeMap::new(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: Inputs { values: data.to_owned(), ..Inputs::default() },
            objects,
            impure: Vec::new(),
            lookups: Vec::new(),
            settings: stack::Settings::default(),
            content: None,
        }],
    }
}
