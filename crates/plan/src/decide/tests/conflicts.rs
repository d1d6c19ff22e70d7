//! What others did: drift, foreign objects, and taking them by force.

use insta::assert_snapshot;
use stack::Selection;

use super::world::{Given, OPTIONS, World, desired, given, object, show};
use crate::{Desired, Options, plan};

fn api(data: &str) -> Desired {
    let documents = [object("ConfigMap", "api", data), object("Service", "api", "x")];
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    let values = if data == "x" { "1" } else { "2" };
    desired(Selection::default(), &[Given { values, ..given("api", &documents) }])
}

fn forced(world: &mut World, desired: &Desired) -> String {
    let plan =
        plan(desired, &world.observe(desired), &Options { force_conflicts: true, ..OPTIONS });
    world.execute(&plan);
    show(&plan)
}

#[test]
fn a_changed_object_is_drift_and_a_conflict() {
    let mut world = World::default();
    world.apply(&api("x"));
    let changed = object("ConfigMap", "api", "mine");
    world.files.insert("api/ConfigMap/api".to_owned(), changed.clone());
    assert_snapshot!(show(&world.plan(&api("x"))), @r#"
    [wave 1] api: upgrade (drift)
      update ConfigMap/api (drift)
        ~ data.a "mine" → "x"
        drift ~ data.a "x" → "mine"
      none Service/api
    refused: release `api`: `ConfigMap/api` in `api/ConfigMap/api` was changed by somebody else since our last apply
    "#);
    assert_snapshot!(show(&world.plan(&api("w"))), @r#"
    [wave 1] api: upgrade (values, drift)
      update ConfigMap/api (values, drift)
        ~ data.a "mine" → "w"
      none Service/api
    refused: release `api`: `ConfigMap/api` in `api/ConfigMap/api` was changed by somebody else since our last apply
    "#);
    assert_snapshot!(forced(&mut world, &api("w")), @r#"
    [wave 1] api: upgrade (values, drift)
      update ConfigMap/api (values, drift)
        ~ data.a "mine" → "w"
      none Service/api
    "#);
    assert_eq!(world.files["api/ConfigMap/api.orig"], changed);
    assert!(!world.plan(&api("w")).has_changes());
}

#[test]
fn a_change_that_is_what_we_want_is_none() {
    let mut world = World::default();
    world.apply(&api("x"));
    world.files.insert("api/ConfigMap/api".to_owned(), object("ConfigMap", "api", "w"));
    assert_snapshot!(world.apply(&api("w")), @r"
    [wave 1] api: record (values)
      none ConfigMap/api
      none Service/api
    ");
    assert!(!world.plan(&api("w")).has_changes());
}

#[test]
fn a_removed_object_comes_back() {
    let mut world = World::default();
    world.apply(&api("x"));
    world.files.remove("api/ConfigMap/api");
    assert_snapshot!(world.apply(&api("x")), @r"
    [wave 1] api: upgrade (drift)
      create ConfigMap/api (drift)
      none Service/api
    ");
}

#[test]
fn foreign_objects_are_conflicts_unless_they_are_equal() {
    let mut world = World::default();
    world.files.insert("api/Service/api".to_owned(), object("Service", "api", "x"));
    world.files.insert("api/ConfigMap/api".to_owned(), object("ConfigMap", "api", "mine"));
    assert_snapshot!(show(&world.plan(&api("x"))), @r#"
    [wave 1] api: install (new)
      adopt ConfigMap/api (foreign)
        ~ data.a "mine" → "x"
      adopt Service/api (foreign)
    refused: release `api`: `api/ConfigMap/api` is not ours and stands where `ConfigMap/api` belongs
    "#);
    assert_snapshot!(forced(&mut world, &api("x")), @r#"
    [wave 1] api: install (new)
      adopt ConfigMap/api (foreign)
        ~ data.a "mine" → "x"
      adopt Service/api (foreign)
    "#);
}

#[test]
fn all_there_and_equal_is_adopted() {
    let mut world = World::default();
    world.files.insert("api/Service/api".to_owned(), object("Service", "api", "x"));
    world.files.insert("api/ConfigMap/api".to_owned(), object("ConfigMap", "api", "x"));
    assert_snapshot!(world.apply(&api("x")), @r"
    [wave 1] api: adopt (foreign)
      adopt ConfigMap/api (foreign)
      adopt Service/api (foreign)
    ");
    assert!(!world.plan(&api("x")).has_changes());
}

#[test]
fn a_changed_object_is_not_deleted_either() {
    let mut world = World::default();
    world.apply(&api("x"));
    world.files.insert("api/ConfigMap/api".to_owned(), "no: yaml: at all".to_owned());
    let without = desired(
        Selection::default(),
        &[Given { values: "2", ..given("api", &[&object("Service", "api", "x")]) }],
    );
    assert_snapshot!(show(&world.plan(&without)), @r"
    [wave 1] api: upgrade (values, drift)
      none Service/api
      delete ConfigMap/api (not-in-release, drift)
    refused: release `api`: `ConfigMap/api` in `api/ConfigMap/api` was changed by somebody else since our last apply
    ");
    assert_snapshot!(forced(&mut world, &without), @r"
    [wave 1] api: upgrade (values, drift)
      none Service/api
      delete ConfigMap/api (not-in-release, drift)
    ");
}

#[test]
fn what_is_no_yaml_is_replaced_as_a_whole_and_masked() {
    let mut world = World::default();
    let secret = |values: &'static str, data: &str| {
        let documents = given("api", &[&object("Secret", "api", data)]);
        desired(Selection::default(), &[Given { values, ..documents }])
    };
    world.apply(&secret("1", "eA=="));
    world.files.insert("api/Secret/api".to_owned(), "{".to_owned());
    assert_snapshot!(show(&world.plan(&secret("2", "aHVudGVyMg=="))), @r#"
    [wave 1] api: upgrade (values, drift)
      update Secret/api (values, drift)
        + . {"apiVersion":"v1","data":{"a":"(secret, 7 bytes)","b":"(secret, 3 bytes)","c":"(secret, 3 bytes)"},"kind":"Secret","metadata":{"name":"api"}}
    refused: release `api`: `Secret/api` in `api/Secret/api` was changed by somebody else since our last apply
    "#);
}
