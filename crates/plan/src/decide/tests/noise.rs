//! What charts draw anew on each render is no change while nothing else is.

use insta::assert_snapshot;
use stack::Selection;

use super::world::{Given, World, desired, given, object, show};

fn drawn(secret: &str, name: &str) -> Given {
    let documents = [
        object("Secret", "api", secret),
        object("ConfigMap", name, "x"),
        object("Service", "api", "x"),
    ];
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    Given { impure: true, ..given("api", &documents) }
}

#[test]
fn equal_inputs_keep_what_was_drawn() {
    let mut world = World::default();
    world.apply(&desired(Selection::default(), &[drawn("YQ==", "job-aaaaa")]));
    let again = desired(Selection::default(), &[drawn("Yg==", "job-bbbbb")]);
    let plan = world.plan(&again);
    assert!(!plan.has_changes());
    assert_eq!(plan.summary.not_deterministic, 2);
    assert_snapshot!(show(&plan), @r"
    [wave 1] api: unchanged
      keep Secret/api (not-deterministic)
      keep ConfigMap/job-aaaaa (not-deterministic)
      none Service/api
    ");

    let mut changed = drawn("Yw==", "job-ccccc");
    changed.values = "2";
    assert_snapshot!(world.apply(&desired(Selection::default(), &[changed])), @r"
    [wave 1] api: upgrade (values)
      update Secret/api (values)
        ~ data.a (secret, 1 bytes) → (secret, 1 bytes)
      replace ConfigMap/job-ccccc for ConfigMap/job-aaaaa (values)
      none Service/api
    ");
}

#[test]
fn what_is_gone_is_drawn_again() {
    let mut world = World::default();
    world.apply(&desired(Selection::default(), &[drawn("YQ==", "job-aaaaa")]));
    world.files.remove("api/Secret/api");
    assert_snapshot!(world.apply(&desired(Selection::default(), &[drawn("Yg==", "job-bbbbb")])), @r"
    [wave 1] api: upgrade (drift)
      create Secret/api (drift)
      keep ConfigMap/job-aaaaa (not-deterministic)
      none Service/api
    ");
}
