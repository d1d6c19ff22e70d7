//! Runs that come to their end, or refuse to begin.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use plan::{Event, Options, Outcome, Plan, Reason};

use super::support::{
    OPTIONS, apply, carry_out, desired, destruction_of, files, objects, plan_of, stack,
};
use crate::{Error, execute, lock, observe};

fn told(root: &Path, plan: &Plan) -> String {
    let lock = lock(root, &plan.stack).unwrap();
    let mut lines = Vec::new();
    let result = execute(root, plan, &lock, &|| false, &mut |event| {
        lines.push(match event {
            Event::Waiting { .. }
            | Event::RenderedAgain { .. }
            | Event::HookStarted { .. }
            | Event::HookOutput { .. }
            | Event::Stopping
            | Event::PhaseStarted { .. } => {
                unreachable!("files are ready")
            }
            Event::WaveStarted { number, of, releases, .. } => {
                format!("wave {number}/{of}: {releases}")
            }
            Event::ReleaseStarted { id, action, objects } => {
                format!("  {id}: {action:?} {objects}")
            }
            Event::ObjectDone { object, action, .. } => format!("    {action:?} {object}"),
            Event::ReleaseDone { id, result } => format!(
                "  {id}: {:?} {} {}",
                result.outcome,
                result.written.len(),
                result.deleted.len()
            ),
        });
    });
    assert_eq!(result.reason, Reason::Done);
    lines.join("\n")
}

#[test]
fn a_stack_lives_and_leaves_nothing() {
    let outer = tempfile::tempdir().unwrap();
    let root = &outer.path().join("out/dev");
    let first = desired(&[("db", "one"), ("api", "one")]);
    assert_snapshot!(told(root, &plan_of(root, &first)), @r"
    wave 1/2: 1
      db: Install 4
        Create Pod/db
        Create ConfigMap/db
        Create Secret/db
        Create Service/db-one
      db: Done 4 0
    wave 2/2: 1
      api: Install 4
        Create Pod/api
        Create ConfigMap/api
        Create Secret/api
        Create Service/api-one
      api: Done 4 0
    ");
    assert_snapshot!("index", files(root)["regatta-index.yaml"]);
    assert_snapshot!(files(root).into_keys().collect::<Vec<_>>().join("\n"), @r"
    regatta-index.yaml
    shop/api/configmap-api.yaml
    shop/api/hooks/pod-api.yaml
    shop/api/secret-api.yaml
    shop/api/service-api-one.yaml
    shop/db/configmap-db.yaml
    shop/db/hooks/pod-db.yaml
    shop/db/secret-db.yaml
    shop/db/service-db-one.yaml
    ");
    assert!(!plan_of(root, &first).has_changes());

    let second = desired(&[("db", "one"), ("api", "two")]);
    assert_snapshot!(told(root, &plan_of(root, &second)), @r"
    wave 2/2: 1
      api: Upgrade 5
        Update Pod/api
        Update ConfigMap/api
        Update Secret/api
        Create Service/api-two
        Delete Service/api-one
      api: Done 4 1
    ");
    assert!(!plan_of(root, &second).has_changes());

    let without = desired(&[("db", "one")]);
    apply(root, &without);
    assert!(!root.join("shop/api").exists());

    assert_snapshot!(told(root, &destruction_of(root)), @r"
    wave 1/1: 1
      db: Delete 4
        Delete Service/db-one
        Delete Pod/db
        Delete ConfigMap/db
        Delete Secret/db
      db: Done 0 4
    ");
    assert!(!root.exists());
    assert!(!destruction_of(root).has_changes());
}

#[test]
fn applying_twice_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    for data in ["one", "two", "one"] {
        let desired = desired(&[("db", data), ("api", "x"), ("web", data)]);
        apply(root.path(), &desired);
        let before = files(root.path());
        let again = plan_of(root.path(), &desired);
        assert!(!again.has_changes());
        let result = carry_out(root.path(), &again);
        assert!(result.releases.iter().all(|release| release.outcome == Outcome::Unchanged));
        assert_eq!(files(root.path()), before);
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_secrets() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = tempfile::tempdir().unwrap();
    apply(root.path(), &desired(&[("db", "one")]));
    let mode =
        |place: &str| fs::metadata(root.path().join(place)).unwrap().permissions().mode() & 0o077;
    assert_eq!(mode("shop/db/secret-db.yaml"), 0);
    assert_ne!(mode("shop/db/configmap-db.yaml"), 0);
}

#[test]
fn another_stack_is_refused() {
    let root = tempfile::tempdir().unwrap();
    apply(root.path(), &desired(&[("db", "one")]));
    let error = observe(root.path(), Some(&stack("prod")), None).unwrap_err();
    assert_eq!(error.reason(), Reason::OtherStack);
    assert!(error.to_string().contains("belongs to the stack `shop/dev`"), "{error}");
    assert!(matches!(lock(root.path(), &stack("prod")), Err(Error::OtherStack { .. })));
    assert_eq!(observe(root.path(), None, None).unwrap().stack, Some(stack("dev")));
}

#[test]
fn one_run_at_a_time() {
    let root = tempfile::tempdir().unwrap();
    let held = lock(root.path(), &stack("dev")).unwrap();
    let error = lock(root.path(), &stack("dev")).unwrap_err();
    assert_eq!(error.reason(), Reason::Locked);
    let holder = format!("process {}", std::process::id());
    assert!(error.to_string().contains(&holder), "{error}");
    drop(held);
    drop(lock(root.path(), &stack("dev")).unwrap());
    assert!(!root.path().exists(), "nothing was written, so nothing stays");
}

/// What a killed process leaves is a file that nobody holds.
#[test]
fn a_lock_of_the_dead_is_taken() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), ".regatta-lock", "process 1 on elsewhere\n");
    assert!(lock(root.path(), &stack("dev")).is_ok());
}

#[test]
fn a_directory_that_changed_after_the_plan_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let first = desired(&[("db", "one")]);
    let early = plan_of(root.path(), &first);
    apply(root.path(), &first);
    let before = files(root.path());
    assert_eq!(carry_out(root.path(), &early).reason, Reason::Stale);

    let plan = plan_of(root.path(), &desired(&[("db", "two")]));
    put(root.path(), "shop/db/configmap-db.yaml", "mine\n");
    let result = carry_out(root.path(), &plan);
    assert_eq!(result.reason, Reason::Stale);
    assert!(result.message.unwrap().contains("shop/db/configmap-db.yaml` changed after the plan"));
    put(root.path(), "shop/db/configmap-db.yaml", &before["shop/db/configmap-db.yaml"]);
    assert_eq!(files(root.path()), before);
}

#[test]
fn taken_files_are_kept_aside() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "shop/db/configmap-db.yaml", "mine\n");
    let first = desired(&[("db", "one")]);
    let refused = carry_out(root.path(), &plan_of(root.path(), &first));
    assert_eq!((refused.reason, refused.reason.exit_code()), (Reason::ForeignObject, 3));

    let observed = observe(root.path(), Some(&first.stack), Some(&first)).unwrap();
    let forced = plan::plan(&first, &observed, &Options { force_conflicts: true, ..OPTIONS });
    assert_eq!(carry_out(root.path(), &forced).reason, Reason::Done);
    let aside: Vec<(String, String)> =
        files(root.path()).into_iter().filter(|(place, _)| place.ends_with(".orig")).collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].1, "mine\n");
    assert!(aside[0].0.starts_with("shop/db/configmap-db.yaml."));

    assert_eq!(carry_out(root.path(), &destruction_of(root.path())).reason, Reason::Done);
    assert_eq!(files(root.path()).into_values().collect::<Vec<_>>(), ["mine\n"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let (root, elsewhere) = (outer.path().join("out"), outer.path().join("elsewhere"));
    fs::create_dir_all(&root).unwrap();
    fs::create_dir_all(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, root.join("shop")).unwrap();
    let desired = desired(&[("db", "one")]);
    let error = observe(&root, Some(&desired.stack), Some(&desired)).unwrap_err();
    assert!(matches!(error, Error::Link { .. }), "{error}");
}

#[test]
fn an_index_cannot_lead_outside() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("out");
    apply(&root, &desired(&[("db", "one")]));
    let index = files(&root)["regatta-index.yaml"].clone();
    for evil in ["../../etc/passwd", "/etc/passwd", "shop/./x", "shop//x", ""] {
        put(&root, "regatta-index.yaml", &index.replace("shop/db/configmap-db.yaml", evil));
        let result = observe(&root, None, None);
        assert!(matches!(result, Err(Error::Outside { .. } | Error::Index { .. })), "{evil}");
    }
}

#[test]
fn a_broken_index_says_so() {
    let root = tempfile::tempdir().unwrap();
    let check = |text: &str, expect: &str| {
        put(root.path(), "regatta-index.yaml", text);
        let error = observe(root.path(), None, None).unwrap_err().to_string();
        let said = error.split("writes there: ").nth(1).unwrap_or(&error);
        assert_eq!(said, expect);
    };
    check("version: 2\n", "it has version 2, and this Regatta knows 1; use a newer one");
    check("version: [\n", "invalid YAML: did not find expected node content");
    check("version: 1\n", "the document lacks the key `stack`");
}

#[test]
fn a_failure_ends_its_wave_and_skips_the_rest() {
    let root = tempfile::tempdir().unwrap();
    let all = desired(&[("db", "one"), ("api", "one"), ("web", "one")]);
    let plan = plan_of(root.path(), &all);
    // A file where the directory of `api` should be.
    put(root.path(), "shop/api", "");
    let lock = lock(root.path(), &plan.stack).unwrap();
    let result = execute(root.path(), &plan, &lock, &|| false, &mut |_| {});
    drop(lock);
    assert_eq!((result.reason, result.reason.exit_code()), (Reason::FailedPartly, 4));
    let outcomes: Vec<Outcome> = result.releases.iter().map(|release| release.outcome).collect();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Failed, Outcome::Skipped]);
    assert_eq!(result.releases[0].written.len(), 4);

    fs::remove_file(root.path().join("shop/api")).unwrap();
    let rest = plan_of(root.path(), &all);
    let actions: Vec<String> =
        rest.releases().map(|release| format!("{}: {:?}", release.id, release.action)).collect();
    assert_eq!(actions, ["db: Unchanged", "api: Install", "web: Install"]);
    apply(root.path(), &all);
    assert_eq!(objects(root.path()).len(), 12);
}

#[test]
fn an_interruption_stops_after_the_object_in_hand() {
    let root = tempfile::tempdir().unwrap();
    let all = desired(&[("db", "one"), ("api", "one")]);
    let plan = plan_of(root.path(), &all);
    let asked = std::cell::Cell::new(0);
    let interrupted = || {
        asked.set(asked.get() + 1);
        asked.get() > 3
    };
    let held = lock(root.path(), &plan.stack).unwrap();
    let result = execute(root.path(), &plan, &held, &interrupted, &mut |_| {});
    drop(held);
    assert_eq!((result.reason, result.reason.exit_code()), (Reason::Interrupted, 130));
    assert_eq!(objects(root.path()).len(), 2);
    apply(root.path(), &all);
    assert_eq!(objects(root.path()).len(), 8);
}

#[expect(clippy::disallowed_methods, reason = "tests write what others would")]
fn put(root: &Path, place: &str, text: &str) {
    let path = root.join(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
