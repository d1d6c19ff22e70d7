//! Plans as a person reads them.

use insta::assert_snapshot;
use plan::live::{Contested, Decision, FieldConflict};
use plan::{
    Cause, Change, Deferral, Edit, EditPath, HookEvent, HookRun, ObjectPlan, ReleaseAction,
    Segment, Shown, Summary,
};
use source::Tree;

use super::*;
use crate::views::testing::{id, object, plan, record, release};

fn show(plan: &Plan) -> String {
    text(plan, "cluster nonprod (context kind)", Paint::default(), 80)
}

fn set(path: &[&str], from: &str, to: &str) -> Edit {
    let path = EditPath(path.iter().map(|key| Segment::Key((*key).to_owned())).collect());
    let shown = |text: &str| Shown::Plain(Tree::from(text));
    Edit { path, change: Change::Set { from: shown(from), to: shown(to) } }
}

fn updated(kind: &str, edits: Vec<Edit>, drift: Vec<Edit>) -> ObjectPlan {
    let causes = vec![Cause::Values];
    ObjectPlan { causes, edits, drift, ..object(Action::Update, kind, "api") }
}

#[test]
fn a_first_install_brings_namespaces_hooks_and_many_objects() {
    let mut objects: Vec<ObjectPlan> =
        ["a", "b", "a-long-name", "another-long-name", "and-one-more"]
            .iter()
            .chain(&["x1", "x2", "x3", "x4", "x5", "x6"])
            .map(|name| object(Action::Create, "ConfigMap", name))
            .collect();
    objects.push(object(Action::Create, "Service", "api"));
    objects.push(object(Action::Create, "Deployment", "api"));
    for object in &mut objects {
        object.predicted = true;
    }
    let mut api = release("api", ReleaseAction::Install, objects);
    api.revision = Some(1);
    let hook = |event, name| HookRun { event, object: id("Job", name) };
    api.hooks =
        vec![hook(HookEvent::PreInstall, "migrate"), hook(HookEvent::PostInstall, "warm-up")];
    let mut plan = plan(vec![api]);
    plan.namespaces = vec![NamespacePlan { name: "shop".to_owned(), action: Action::Create }];
    plan.warnings = vec!["policy/v1beta1 PodSecurityPolicy is deprecated".to_owned()];
    assert_snapshot!(show(&plan), @r"
    shop/dev · cluster nonprod (context kind)

      + Namespace/shop

    wave 1
      + api (shop)  install · revision 1 · predicted
          · Job/migrate  pre-install hook
          + 11 ConfigMaps: a, b, a-long-name, another-long-name, and-one-more, x1,
              x2, x3, x4, x5, x6
          + Service/api
          + Deployment/api
          · Job/warm-up  post-install hook

    warning: the server says: policy/v1beta1 PodSecurityPolicy is deprecated
    predicted: 13 objects could not be tried on the server: namespace or kind come with this plan
    Plan: 13 to create · 1 namespace to create
    ");
}

#[test]
fn what_others_did_stands_apart_and_only_once() {
    let replicas = ["spec", "replicas"];
    let image = set(&["spec", "image"], "api:1", "api:2");
    let back = set(&replicas, "7", "2");
    let drift = set(&replicas, "2", "7");
    let elsewhere = set(&["spec", "paused"], "no", "yes");
    let conflict = |field: &str, manager: &str, decision| Contested {
        conflict: FieldConflict {
            field: field.to_owned(),
            manager: manager.to_owned(),
            operation: "Update".to_owned(),
            subresource: String::new(),
        },
        decision,
    };
    let mut deployment = updated("Deployment", vec![image.clone(), back], vec![drift]);
    deployment.contested = vec![
        conflict(".spec.replicas", "kubectl-edit", Decision::Take),
        conflict(".spec.paused", "flagger", Decision::Leave),
    ];
    let deleted =
        ObjectPlan { causes: vec![Cause::Drift], ..object(Action::Create, "Service", "api") };
    let more = updated("StatefulSet", vec![image], vec![elsewhere]);
    let mut api = release("api", ReleaseAction::Upgrade, vec![deployment, more, deleted]);
    api.causes = vec![Cause::Values, Cause::Drift];
    (api.revision_before, api.revision) = (Some(3), Some(4));
    api.before = Some(record("api", &api.key, "0.9.0"));
    assert_snapshot!(show(&plan(vec![api])), @r#"
    shop/dev · cluster nonprod (context kind)

    wave 1
      ~ api (shop)  upgrade: values changed, changed by others · service 0.9.0 → 1.0.0 · revision 3 → 4
          ~ Deployment/api
              ~ spec.image: "api:1" → "api:2"
              changed by others since the last apply, and taken back:
                ~ spec.replicas: "7" → "2"
              ! spec.replicas is managed by `kubectl-edit`: taken from it
              ! spec.paused is managed by `flagger`: left to it
          ~ StatefulSet/api
              changed by others since the last apply:
                ~ spec.paused: "no" → "yes"
              and an apply would:
                ~ spec.image: "api:1" → "api:2"
          + Service/api  deleted by others

    Plan: 1 to create, 2 to update · 1 changed by others
    "#);
}

#[test]
fn a_revision_without_object_changes_is_a_change() {
    let mut api =
        release("api", ReleaseAction::Upgrade, vec![object(Action::None, "Service", "api")]);
    api.causes = vec![Cause::Values];
    (api.revision_before, api.revision, api.migrated) = (Some(3), Some(4), true);
    let same = ObjectPlan { causes: Vec::new(), ..object(Action::None, "Service", "db") };
    let db = release("db", ReleaseAction::Unchanged, vec![same]);
    assert_snapshot!(show(&plan(vec![api, db.clone()])), @r"
    shop/dev · cluster nonprod (context kind)

    wave 1
      ~ api (shop)  upgrade: values changed · revision 3 → 4 · no object changes
          · its objects move from client-side to server-side apply, which by itself changes none

    Plan: no object changes; 1 new revision · 1 release unchanged
    ");
    assert_snapshot!(show(&plan(vec![db])), @r"
    shop/dev · cluster nonprod (context kind)

    No changes: cluster nonprod (context kind) is as the manifest says
    ");
}

#[test]
fn a_destroy_takes_the_namespace_last() {
    let mut api =
        release("api", ReleaseAction::Delete, vec![object(Action::Delete, "Service", "api")]);
    api.causes = vec![Cause::Destroy];
    api.revision_before = Some(3);
    let mut plan = plan(vec![api]);
    plan.operation = plan::Operation::Destroy;
    plan.waves[0].purpose = Purpose::Destroy;
    plan.namespaces = vec![NamespacePlan { name: "shop".to_owned(), action: Action::Delete }];
    plan.summary = Summary::of(&plan);
    assert_snapshot!(show(&plan), @r"
    shop/dev · cluster nonprod (context kind)

    wave 1: destroy
      - api (shop)  delete · revision 3
          - Service/api

      - Namespace/shop  with all that is in it

    Plan: 1 to delete · 1 namespace to delete
    ");
}

#[test]
fn what_is_rendered_again_says_why() {
    let deferred = |id: &str, action: ReleaseAction, of: Action| ReleasePlan {
        deferred: vec![Deferral {
            template: format!("{id}/templates/config.yaml"),
            line: 3,
            object: self::id("Secret", "db"),
            release: "db".parse().unwrap(),
        }],
        causes: Vec::new(),
        ..release(id, action, vec![object(of, "ConfigMap", id)])
    };
    let api = deferred("api", ReleaseAction::Install, Action::Create);
    let web = deferred("web", ReleaseAction::Unchanged, Action::None);
    assert_snapshot!(show(&plan(vec![api, web])), @r"
    shop/dev · cluster nonprod (context kind)

    wave 1
      + api (shop)  install
          deferred: api/templates/config.yaml:3 looks up Secret/db, which `db` changes first
          rendered again after that; what follows is as rendered now
          + ConfigMap/api
      ~ web (shop)  render again
          deferred: web/templates/config.yaml:3 looks up Secret/db, which `db` changes first
          rendered again after that; as rendered now nothing changes

    Plan: 1 to create · 2 releases to render again
    ");
}

#[test]
fn what_all_objects_draw_is_told_once() {
    let call = |template: &str, rendering: &str| plan::ImpureCall {
        function: "randAlphaNum".to_owned(),
        template: template.to_owned(),
        line: 3,
        rendering: rendering.to_owned(),
    };
    let drawn = |name: &str, own: &[&str]| {
        let rendering = format!("api/templates/{name}.yaml");
        let mut impure = vec![call("api/templates/_helpers.tpl", &rendering)];
        impure.extend(own.iter().map(|template| call(template, &rendering)));
        ObjectPlan { impure, ..object(Action::Create, "Secret", name) }
    };
    let same = object(Action::None, "Service", "api");
    let objects = vec![drawn("first", &[]), drawn("second", &["api/templates/second.yaml"]), same];
    let api = release("api", ReleaseAction::Install, objects);
    let db = release("db", ReleaseAction::Install, vec![drawn("alone", &[])]);
    assert_snapshot!(show(&plan(vec![api, db])), @r"
    shop/dev · cluster nonprod (context kind)

    wave 1
      + api (shop)  install
          · `randAlphaNum` in api/templates/_helpers.tpl:3 gives another result each time
          + Secret/first
          + Secret/second
              `randAlphaNum` in api/templates/second.yaml:3 gives another result each time
      + db (shop)  install
          + Secret/alone
              `randAlphaNum` in api/templates/_helpers.tpl:3 gives another result each time

    Plan: 3 to create
    ");
}
