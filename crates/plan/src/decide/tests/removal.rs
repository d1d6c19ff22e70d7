//! Releases that go: pruned, not installed, destroyed; and what stays all the same.

use insta::assert_snapshot;
use stack::select::Selector;
use stack::{Prune, Selection};

use super::world::{Given, OPTIONS, World, desired, given, object, show, stack_id};
use crate::{Options, Section, destroy, plan};

fn stack() -> Vec<Given> {
    let db = given("db", &[&object("Secret", "db", "eA==")]);
    let api = given("api", &[&object("Deployment", "api", "x"), &object("Service", "api", "x")]);
    let web = given("web", &[&object("Deployment", "web", "x")]);
    vec![
        Given { protect: true, ..db },
        Given { needs: &["db"], labels: &[("tier", "back")], ..api },
        Given { needs: &["api"], labels: &[("tier", "front")], ..web },
    ]
}

fn applied() -> World {
    let mut world = World::default();
    world.apply(&desired(Selection::default(), &stack()));
    world
}

fn labelled(selector: &str) -> Selection {
    Selection { selectors: vec![Selector::parse(selector).unwrap()], ..Selection::default() }
}

#[test]
fn what_the_manifest_no_longer_has_goes_last_and_in_reverse() {
    let world = applied();
    let none = desired(Selection::default(), &[given("new", &[&object("Service", "new", "x")])]);
    let pruned = world.plan(&none);
    assert_snapshot!(show(&pruned), @r"
    [wave 1] new: install (new)
      create Service/new (new)
    [wave 2] web: delete (not-in-manifest)
      delete Deployment/web (not-in-manifest)
    [wave 3] api: delete (not-in-manifest)
      delete Service/api (not-in-manifest)
      delete Deployment/api (not-in-manifest)
    left db: protected
    ");
    assert_snapshot!(show(&pruned.without_prune()), @r"
    [wave 1] new: install (new)
      create Service/new (new)
    left db: protected
    left web: prune-never
    left api: prune-never
    ");
}

#[test]
fn who_may_be_pruned() {
    let world = applied();
    let check = |selection: Selection, options: Options, expect: &[&str]| {
        let none = desired(selection, &[]);
        let plan = plan(&none, &world.observe(&none), &options);
        let shown = show(&plan);
        assert_eq!(
            shown.lines().filter(|line| !line.starts_with("  ")).collect::<Vec<_>>(),
            expect
        );
    };
    check(
        labelled("tier=front"),
        OPTIONS,
        &[
            "[wave 1] web: delete (not-in-manifest)",
            "left db: not-selected",
            "left api: not-selected",
        ],
    );
    check(
        Selection { releases: vec!["*".to_owned()], ..Selection::default() },
        OPTIONS,
        &["left db: not-selected", "left api: not-selected", "left web: not-selected"],
    );
    check(
        Selection::default(),
        Options { prune: Prune::Never, ..OPTIONS },
        &["left db: protected", "left api: prune-never", "left web: prune-never"],
    );
    check(
        Selection::default(),
        Options { allow_protected: true, ..OPTIONS },
        &[
            "[wave 1] web: delete (not-in-manifest)",
            "[wave 2] api: delete (not-in-manifest)",
            "[wave 3] db: delete (not-in-manifest)",
        ],
    );
}

#[test]
fn not_installed_is_removed_without_asking() {
    let world = applied();
    let mut releases = stack();
    releases[2].installed = false;
    let plan = world.plan(&desired(Selection::default(), &releases));
    assert_snapshot!(show(&plan.without_prune()), @r"
    [wave 1] db: unchanged
      none Secret/db
    [wave 2] api: unchanged
      none Deployment/api
      none Service/api
    [wave 3] web: delete (not-installed)
      delete Deployment/web (not-installed)
    ");
}

#[test]
fn destroy_reverses_the_waves_and_spares_what_is_protected() {
    let world = applied();
    let observed = world.observe(&desired(Selection::default(), &[]));
    let all = |options: &Options| destroy(&stack_id(), &observed, &Selection::default(), options);
    assert_snapshot!(show(&all(&OPTIONS)), @r"
    [wave 1] web: delete (destroy)
      delete Deployment/web (destroy)
    [wave 2] api: delete (destroy)
      delete Service/api (destroy)
      delete Deployment/api (destroy)
    [wave 3] db: delete (destroy)
      delete Secret/db (destroy)
    refused: release `db` is protected
    ");
    assert_snapshot!(show(&all(&Options { allow_protected: true, ..OPTIONS })), @r"
    [wave 1] web: delete (destroy)
      delete Deployment/web (destroy)
    [wave 2] api: delete (destroy)
      delete Service/api (destroy)
      delete Deployment/api (destroy)
    [wave 3] db: delete (destroy)
      delete Secret/db (destroy)
    ");
    let some = destroy(&stack_id(), &observed, &labelled("tier!=front,release!=db"), &OPTIONS);
    assert_snapshot!(show(&some), @r"
    [wave 1] api: delete (destroy)
      delete Service/api (destroy)
      delete Deployment/api (destroy)
    left db: not-selected
    left web: not-selected
    ");
}

#[test]
fn custom_resources_go_before_what_defines_them() {
    let mut world = World::default();
    let mut release = given(
        "operator",
        &[
            &object("CustomResourceDefinition", "gadgets.example.com", "x"),
            &object("Deployment", "operator", "x"),
            &object("Widget", "one", "x"),
        ],
    );
    let crd = object("CustomResourceDefinition", "widgets.example.com", "x");
    release.documents.insert(0, (Section::Crd, crd));
    let desired = desired(Selection::default(), &[release]);
    assert_snapshot!(world.apply(&desired), @r"
    [wave 1] operator: install (new)
      create CustomResourceDefinition/widgets.example.com (new)
      create CustomResourceDefinition/gadgets.example.com (new)
      create Deployment/operator (new)
      create Widget.example.com/one (new)
    ");
    let observed = world.observe(&desired);
    let plan = destroy(&stack_id(), &observed, &Selection::default(), &OPTIONS);
    assert_snapshot!(show(&plan), @r"
    [wave 1] operator: delete (destroy)
      delete Widget.example.com/one (destroy)
      delete Deployment/operator (destroy)
      delete CustomResourceDefinition/gadgets.example.com (destroy)
      delete CustomResourceDefinition/widgets.example.com (destroy)
    ");
}

#[test]
fn kept_objects_stay_and_are_taken_up_again() {
    let mut world = World::default();
    let keep = object("ConfigMap", "api", "x").replace(
        "  name: api\n",
        "  name: api\n  annotations:\n    helm.sh/resource-policy: ' Keep'\n",
    );
    let both =
        desired(Selection::default(), &[given("api", &[&keep, &object("Service", "api", "x")])]);
    world.apply(&both);
    let observed = world.observe(&both);
    let plan = destroy(&stack_id(), &observed, &Selection::default(), &OPTIONS);
    assert_snapshot!(show(&plan), @r"
    [wave 1] api: delete (destroy, keep-policy)
      delete Service/api (destroy)
      keep ConfigMap/api (keep-policy)
    ");
    world.execute(&plan);
    assert_eq!(world.files.keys().collect::<Vec<_>>(), ["api/ConfigMap/api"]);
    assert_eq!((world.records.len(), world.kept.len()), (0, 1));

    let newer = keep.replace("a: x", "a: w");
    let again = desired(Selection::default(), &[given("api", &[&newer])]);
    assert_snapshot!(world.apply(&again), @r#"
    [wave 1] api: install (new)
      adopt ConfigMap/api (keep-policy)
        ~ data.a "x" → "w"
    "#);
    assert_eq!(world.kept, []);
}
