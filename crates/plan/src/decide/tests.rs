//! Plans of small stacks, told as text.

mod conflicts;
mod noise;
mod removal;
mod world;

use insta::assert_snapshot;
use stack::Selection;

use self::world::{World, desired, given, object, show};

#[test]
fn a_stack_is_installed_upgraded_and_at_rest() {
    let mut world = World::default();
    let db = given("db", &[&object("Secret", "db", "eA=="), &object("Service", "db", "x")]);
    let api = given("api", &[&object("Deployment", "api", "x")]);
    let mut api = world::Given { needs: &["db"], ..api };
    let first = desired(Selection::default(), &[db.clone(), api.clone()]);
    assert_snapshot!(world.apply(&first), @r"
    [wave 1] db: install (new)
      create Secret/db (new)
      create Service/db (new)
    [wave 2] api: install (new)
      create Deployment/api (new)
    ");
    assert_snapshot!(world.apply(&first), @r"
    [wave 1] db: unchanged
      none Secret/db
      none Service/db
    [wave 2] api: unchanged
      none Deployment/api
    ");
    assert!(!world.plan(&first).has_changes());

    api.values = "2";
    api.documents =
        given("api", &[&object("Deployment", "api", "w"), &object("ConfigMap", "api", "z")])
            .documents;
    let second = desired(Selection::default(), &[db.clone(), api.clone()]);
    assert_snapshot!(world.apply(&second), @r#"
    [wave 1] db: unchanged
      none Secret/db
      none Service/db
    [wave 2] api: upgrade (values)
      update Deployment/api (values)
        ~ data.a "x" → "w"
      create ConfigMap/api (values)
    "#);

    // New values without new objects are worth a record, and so is a new need.
    api.values = "3";
    let third = desired(Selection::default(), &[db.clone(), api.clone()]);
    assert_snapshot!(world.apply(&third), @r"
    [wave 1] db: unchanged
      none Secret/db
      none Service/db
    [wave 2] api: record (values)
      none Deployment/api
      none ConfigMap/api
    ");
    api.needs = &[];
    let fourth = desired(Selection::default(), &[db, api]);
    assert_snapshot!(world.apply(&fourth), @r"
    [wave 1] db: unchanged
      none Secret/db
      none Service/db
    [wave 1] api: record (settings)
      none Deployment/api
      none ConfigMap/api
    ");
    assert!(!world.plan(&fourth).has_changes());
}

#[test]
fn comments_alone_are_an_update_without_edits() {
    let mut world = World::default();
    let text = object("ConfigMap", "api", "x");
    world.apply(&desired(Selection::default(), &[given("api", &[&text])]));
    let commented = world::Given { values: "2", ..given("api", &[&format!("# new\n{text}")]) };
    assert_snapshot!(world.apply(&desired(Selection::default(), &[commented])), @r"
    [wave 1] api: upgrade (values)
      update ConfigMap/api (values)
    ");
}

#[test]
fn another_regatta_may_render_the_same_inputs_differently() {
    let mut world = World::default();
    world.apply(&desired(
        Selection::default(),
        &[given("api", &[&object("ConfigMap", "api", "x")])],
    ));
    let again = desired(Selection::default(), &[given("api", &[&object("ConfigMap", "api", "w")])]);
    assert_snapshot!(show(&world.plan(&again)), @r#"
    [wave 1] api: upgrade (renderer)
      update ConfigMap/api (renderer)
        ~ data.a "x" → "w"
    "#);
}

#[test]
fn a_need_outside_the_selection_must_be_there() {
    let mut world = World::default();
    let db = given("db", &[&object("Service", "db", "x")]);
    let api = world::Given { needs: &["db"], ..given("api", &[&object("Deployment", "api", "x")]) };
    let outside = world::Given { selected: false, ..db.clone() };
    let some = Selection { releases: vec!["api".to_owned()], ..Selection::default() };
    let only_api = desired(some.clone(), &[outside.clone(), api.clone()]);
    assert_snapshot!(show(&world.plan(&only_api)), @r"
    [wave 1] api: install (new)
      create Deployment/api (new)
    refused: release `api` needs `db`, which is neither selected nor applied to its end
    ");

    let careless = Selection { skip_needs: true, ..some };
    let skipped = world.plan(&desired(careless, &[outside.clone(), api.clone()]));
    assert_eq!(skipped.refusals, []);

    world.apply(&desired(Selection::default(), &[db]));
    assert_snapshot!(world.apply(&only_api), @r"
    [wave 1] api: install (new)
      create Deployment/api (new)
    ");
    let ids: Vec<String> = world.records.iter().map(|record| record.id.to_string()).collect();
    assert_eq!(ids, ["db", "api"], "what was not selected stays recorded");
}

#[test]
fn renamed_config_maps_are_paired() {
    let mut world = World::default();
    let before = given(
        "api",
        &[
            &object("ConfigMap", "config-7d4f8b9c", "x"),
            &object("ConfigMap", "other-1a2b3c4d", "x"),
            &object("ServiceAccount", "api-12345", "x"),
        ],
    );
    world.apply(&desired(Selection::default(), &[before]));
    let after = given(
        "api",
        &[
            &object("ConfigMap", "config-99e1f0aa", "w"),
            &object("ConfigMap", "other-1a2b3c4d", "x"),
            &object("ServiceAccount", "api-67890", "x"),
        ],
    );
    let after = world::Given { values: "2", ..after };
    assert_snapshot!(world.apply(&desired(Selection::default(), std::slice::from_ref(&after))), @r#"
    [wave 1] api: upgrade (values)
      replace ConfigMap/config-99e1f0aa for ConfigMap/config-7d4f8b9c (values)
        ~ data.a "x" → "w"
      none ConfigMap/other-1a2b3c4d
      create ServiceAccount/api-67890 (values)
      delete ServiceAccount/api-12345 (not-in-release)
    "#);
    let files: Vec<&str> = world.files.keys().map(String::as_str).collect();
    assert_eq!(
        files,
        [
            "api/ConfigMap/config-99e1f0aa",
            "api/ConfigMap/other-1a2b3c4d",
            "api/ServiceAccount/api-67890"
        ]
    );
    assert!(!world.plan(&desired(Selection::default(), &[after])).has_changes());
}

/// Plans in which everything happens, for whoever must be able to show them.
pub(crate) fn eventful_plans() -> Vec<crate::Plan> {
    let mut world = World::default();
    let drawn = |secret: &str| world::Given {
        impure: true,
        ..given("drawn", &[&object("Secret", "drawn", secret)])
    };
    let config = |name: &str| object("ConfigMap", name, "x");
    let first = [
        given("db", &[&object("Secret", "db", "eA=="), &object("Service", "db", "x")]),
        given("api", &[&config("api-7d4f8b9c"), &object("Deployment", "api", "x")]),
        world::Given { protect: true, ..given("old", &[&object("Widget", "old", "x")]) },
        given("older", &[&object("Namespace", "older", "x")]),
        drawn("eA=="),
    ];
    let mut plans = vec![world.plan(&desired(Selection::default(), &first))];
    world.execute(&plans[0]);
    world.files.insert("db/Service/db".to_owned(), object("Service", "db", "mine"));
    world.files.insert("new/Service/new".to_owned(), object("Service", "new", "mine"));
    let second = [
        world::Given { values: "2", ..given("db", &[&object("Service", "db", "w")]) },
        world::Given {
            needs: &["db"],
            ..given("api", &[&config("api-99e1f0aa"), &object("Deployment", "api", "w")])
        },
        given("new", &[&object("Service", "new", "x")]),
        drawn("eg=="),
    ];
    plans.push(world.plan(&desired(Selection::default(), &second)));
    plans
}

/// A small one that says no.
pub(crate) fn refused_plan() -> crate::Plan {
    let mut world = World::default();
    world.apply(&desired(
        Selection::default(),
        &[given("api", &[&object("Secret", "api", "eA==")])],
    ));
    world.files.insert("api/Secret/api".to_owned(), object("Secret", "api", "eg=="));
    world.plan(&desired(Selection::default(), &[given("api", &[&object("Secret", "api", "eA==")])]))
}
