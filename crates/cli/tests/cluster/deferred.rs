//! Releases that look up what the same run brings or changes: rendered again at their wave, with what is there by then.

use std::sync::atomic::{AtomicBool, Ordering};

use controlplane::{Fault, Proxy};
use serde_json::{Value, json};

use crate::sandbox::Answer;
use crate::support::{CHART, HEAD, Scene, at, changes, list};

/// `db` has a Secret; `app` looks it up and needs it.
const RELEASES: &str = "  db: { chart: ./db, values: [db.yaml] }
  app: { chart: ./app, needs: [db] }
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: { name: db, labels: { part: db } }
stringData: { password: {{ .Values.password | quote }} }
";

/// Says the password, and has a second config map as long as the password is not `closed-…`.
const APP: &str = "\
{{- $secret := lookup \"v1\" \"Secret\" .Release.Namespace \"db\" }}
{{- $password := dig \"data\" \"password\" \"\" $secret }}
apiVersion: v1
kind: ConfigMap
metadata: { name: app }
data: { password: {{ $password | quote }} }
{{- if not (hasPrefix \"closed\" ($password | b64dec)) }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: app-open }
data: { open: 'yes' }
{{- end }}
";

const FIRST: &str = "first-correct-horse";
const SECOND: &str = "second-battery-staple";
/// No label may be so.
const REFUSED: &str = "refused!-by-every-server";
const CLOSED: &str = "closed-forever-and-ever";

fn scene() -> Scene {
    let scene = Scene::releases(
        "deferred",
        RELEASES,
        &[
            ("db/Chart.yaml", CHART),
            ("db/templates/secret.yaml", SECRET),
            ("app/Chart.yaml", CHART),
            ("app/templates/config.yaml", APP),
            (
                "app/templates/NOTES.txt",
                "It is {{ (lookup \"v1\" \"Secret\" .Release.Namespace \"db\").kind }}.",
            ),
        ],
    );
    set(&scene, FIRST);
    scene
}

fn set(scene: &Scene, password: &str) {
    scene.write("db.yaml", &format!("password: {password}\n"));
}

/// No password is shown, neither as it is nor as a Secret holds it.
#[track_caller]
fn quiet(answer: Answer) -> Answer {
    let text = answer.to_string();
    for password in [FIRST, SECOND, REFUSED, CLOSED] {
        for secret in [password.to_owned(), source::base64::encode(password.as_bytes())] {
            assert!(!text.contains(&secret), "a password is shown:\n{text}");
        }
    }
    answer
}

fn run(scene: &Scene, arguments: &str) -> Answer {
    quiet(scene.run(arguments))
}

#[track_caller]
fn says(scene: &Scene, password: &str) {
    let app = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/app");
    assert_eq!(at(&app, "/data/password"), source::base64::encode(password.as_bytes()));
}

/// The release `app` of a report's only plan.
fn app(report: &Value) -> &Value {
    let waves = list(&report["stacks"][0]["plan"]["waves"]).iter();
    let mut releases = waves.flat_map(|wave| list(&wave["releases"]));
    releases.find(|release| release["id"] == "app").unwrap()
}

#[test]
fn the_first_apply_sees_what_it_brings() {
    let scene = scene();
    let report = run(&scene, "diff -e dev -o json").succeeds().json();
    let id = json!({"kind": "Secret", "name": "db", "namespace": scene.namespace});
    let template = "chart/templates/config.yaml";
    let deferred = json!([{"line": 1, "object": id, "release": "db", "template": template}]);
    assert_eq!(app(&report)["deferred"], deferred);
    assert_eq!(app(&report)["lookups"][0]["name"], "db");
    let text = run(&scene, "diff -e dev").succeeds().stdout;
    assert!(text.contains("looks up Secret/db, which `db` changes first"), "{text}");

    let answer = run(&scene, "apply -e dev --yes").succeeds();
    assert!(answer.to_string().contains("app: rendered again, 2 objects to change"), "{answer}");
    says(&scene, FIRST);
    // Records are those of the second render.
    assert_eq!(scene.statuses("app"), ["deployed"]);
    let name = scene.here("-n NAMESPACE app");
    let manifest = scene.helm4(&format!("get manifest {name}"));
    assert!(manifest.contains(&source::base64::encode(FIRST.as_bytes())), "{manifest}");
    assert!(scene.helm4(&format!("get notes {name}")).contains("It is Secret."));

    let mark = scene.plane.mark();
    let report = run(&scene, "apply -e dev --yes -o json").succeeds().json();
    assert_eq!(report["reason"], "no-changes");
    assert_eq!(app(&report)["deferred"], Value::Null);
    let writes = scene.writes_since(mark);
    assert!(writes.is_empty(), "{writes:#?}");
    run(&scene, "destroy -e dev --yes").succeeds();
    assert_eq!(scene.everything(), [""; 0]);
}

#[test]
fn what_changes_before_changes_what_looks_it_up() {
    for schedule in ["waves", "eager"] {
        let scene = scene();
        let apply = format!("apply -e dev --yes --schedule {schedule}");
        run(&scene, &apply).succeeds();
        set(&scene, SECOND);
        let report = run(&scene, "diff -e dev -o json").succeeds().json();
        assert_eq!(changes(&report), ["db update Secret/db"]);
        assert_eq!(app(&report)["action"], "unchanged");
        let text = run(&scene, "diff -e dev").succeeds().stdout;
        assert!(text.contains("as rendered now nothing changes"), "{text}");

        run(&scene, &apply).succeeds();
        says(&scene, SECOND);
        assert_eq!(scene.statuses("app"), ["superseded", "deployed"]);
        let report = run(&scene, &format!("{apply} -o json")).succeeds().json();
        assert_eq!(report["reason"], "no-changes");

        // What changes without a say in the lookup leaves the release as it is.
        scene.sandbox.edit("db/templates/secret.yaml", "part: db", "part: data");
        let answer = run(&scene, &apply).succeeds();
        assert!(answer.to_string().contains("app: rendered again, nothing to do"), "{answer}");
        assert_eq!(scene.statuses("app"), ["superseded", "deployed"]);
        run(&scene, "diff -e dev --detailed-exitcode").succeeds();
        // And a run is taken back as a whole.
        run(&scene, "rollback --run -e dev --yes").succeeds();
        says(&scene, SECOND);
    }
}

#[test]
fn a_list_is_looked_up_again() {
    let scene = scene();
    let count = "\
{{- $secrets := lookup \"v1\" \"Secret\" .Release.Namespace \"\" }}
apiVersion: v1
kind: ConfigMap
metadata: { name: count }
data:
  {{- range $secrets.items }}
  {{- if hasKey (.metadata.labels | default dict) \"part\" }}
  {{ .metadata.name }}: {{ .data.password | quote }}
  {{- end }}
  {{- end }}
";
    scene.write("count/Chart.yaml", CHART);
    scene.write("count/templates/config.yaml", count);
    scene.manifest(&format!("{RELEASES}  count: {{ chart: ./count, needs: [db] }}\n"));
    let expect = |password: &str| {
        let count = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/count");
        let encoded = source::base64::encode(password.as_bytes());
        assert_eq!(count["data"], json!({ "db": encoded }));
    };
    run(&scene, "apply -e dev --yes").succeeds();
    expect(FIRST);
    set(&scene, SECOND);
    run(&scene, "apply -e dev --yes").succeeds();
    expect(SECOND);
    run(&scene, "diff -e dev --detailed-exitcode").succeeds();
}

#[test]
fn a_deletion_that_was_not_shown_is_refused() {
    let scene = scene();
    run(&scene, "apply -e dev --yes").succeeds();
    set(&scene, CLOSED);
    let answer = run(&scene, "apply -e dev --yes").exits(4);
    let why = "release `app` would delete `ConfigMap/app-open`, which its plan did not show";
    assert!(answer.to_string().contains(why), "{answer}");
    // Nothing was begun.
    says(&scene, FIRST);
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/app-open");
    assert_eq!(scene.statuses("app"), ["deployed"]);
    // Now it is shown; the former password is masked too, which no Secret holds any more.
    let report = run(&scene, "diff -e dev -o json").succeeds().json();
    let expect = ["app update ConfigMap/app", "app delete ConfigMap/app-open"];
    assert_eq!(changes(&report), expect);
    assert_eq!(app(&report)["causes"], json!(["lookup"]));
    run(&scene, "apply -e dev --yes").succeeds();
    says(&scene, CLOSED);
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/app-open");
}

#[test]
fn a_custom_resource_whose_kind_comes_too() {
    let definition = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.NAMESPACE.example.com }
spec:
  group: NAMESPACE.example.com
  scope: Namespaced
  names: { kind: Thing, listKind: ThingList, plural: things, singular: thing }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
";
    let thing = "{ apiVersion: NAMESPACE.example.com/v1, kind: Thing, metadata: { name: one }, spec: { says: hello } }";
    let app = "\
{{- if .Capabilities.APIVersions.Has \"NAMESPACE.example.com/v1/Thing\" }}
{{- $thing := lookup \"NAMESPACE.example.com/v1\" \"Thing\" .Release.Namespace \"one\" }}
apiVersion: v1
kind: ConfigMap
metadata: { name: app }
data: { says: {{ dig \"spec\" \"says\" \"nothing\" $thing | quote }} }
---
apiVersion: NAMESPACE.example.com/v1
kind: Thing
metadata: { name: two }
spec: { says: {{ dig \"spec\" \"says\" \"nothing\" $thing | quote }} }
{{- end }}
";
    let scene = Scene::releases(
        "deferred-kind",
        "  kinds: { chart: ./kinds }
  thing: { chart: ./thing, needs: [kinds] }
  app: { chart: ./app, needs: [thing] }
",
        &[
            ("kinds/Chart.yaml", CHART),
            ("kinds/templates/definition.yaml", definition),
            ("thing/Chart.yaml", CHART),
            ("thing/templates/thing.yaml", thing),
            ("app/Chart.yaml", CHART),
            ("app/templates/config.yaml", app),
        ],
    );
    scene.apply();
    let app = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/app");
    assert_eq!(at(&app, "/data/says"), "hello");
    let things = "/apis/NAMESPACE.example.com/v1/namespaces/NAMESPACE/things";
    assert_eq!(at(&scene.get(&format!("{things}/two")), "/spec/says"), "hello");
    scene.run("diff -e dev --detailed-exitcode").succeeds();
    scene.run("destroy -e dev --yes").succeeds();
}

#[test]
fn what_needs_a_refused_release_is_skipped() {
    let scene = scene();
    let last = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: last }, data: { a: {{ .Values.a }} } }";
    scene.write("last/Chart.yaml", CHART);
    scene.write("last/templates/config.yaml", last);
    let releases = |a: &str| {
        let last = "{ chart: ./last, needs: [app], values: [{ a: VALUE }] }".replace("VALUE", a);
        scene.manifest(&format!("{RELEASES}  last: {last}\n"));
    };
    releases("one");
    // No server takes what it renders then.
    scene.sandbox.edit(
        "app/templates/config.yaml",
        "app-open",
        "app-open, labels: { is: {{ $password | b64dec | quote }} }",
    );
    run(&scene, "apply -e dev --yes").succeeds();
    set(&scene, REFUSED);
    releases("two");
    let answer = run(&scene, "apply -e dev --yes --on-failure continue -o json").exits(4);
    let report: Value = serde_json::from_str(answer.stdout.lines().last().unwrap()).unwrap();
    let results = list(&report["stacks"][0]["result"]["releases"]);
    let told: Vec<_> =
        results.iter().map(|one| (&one["id"], &one["outcome"], &one["because"])).collect();
    let (done, failed, skipped) = (json!("done"), json!("failed"), json!("skipped"));
    let (db, app, last) = (json!("db"), json!("app"), json!("last"));
    let expect =
        [(&db, &done, &Value::Null), (&app, &failed, &Value::Null), (&last, &skipped, &app)];
    assert_eq!(told, expect);
    let error = at(&results[1], "/error");
    assert!(
        error.starts_with("rendered again, it cannot be applied: release `app`: the server"),
        "{error}"
    );
    says(&scene, FIRST);
    // The branch goes on when the cause is gone.
    set(&scene, SECOND);
    run(&scene, "apply -e dev --yes").succeeds();
    says(&scene, SECOND);
    run(&scene, "diff -e dev --detailed-exitcode").succeeds();
}

#[test]
fn what_changes_after_the_plan_makes_it_stale() {
    let scene = scene();
    run(&scene, "apply -e dev --yes").succeeds();
    scene.sandbox.edit("app/templates/config.yaml", "open: 'yes'", "open: 'no'");
    // Somebody is faster than the run's first question about its rights.
    let proxy = Proxy::start(scene.plane);
    let (plane, secret) = (scene.plane, scene.here("/api/v1/namespaces/NAMESPACE/secrets/db"));
    let is_done = AtomicBool::new(false);
    proxy.on_request(move |seen| {
        if seen.path.contains("selfsubjectaccessreviews") && !is_done.swap(true, Ordering::Relaxed)
        {
            let password = source::base64::encode(SECOND.as_bytes());
            plane.patch(&secret, &json!({"data": {"password": password}}));
        }
        Fault::None
    });
    let kubeconfig = proxy.kubeconfig(scene.plane);
    let apply = format!("apply -e dev --yes --kubeconfig {}", kubeconfig.display());
    let answer = run(&scene, &apply).succeeds();
    let why = scene.here("`app` looks up `Secret/db` in `NAMESPACE`, which changed since");
    assert!(answer.stderr.contains(&why), "{answer}");
    assert!(answer.stderr.contains("planning again"), "{answer}");
    assert_eq!(scene.statuses("app"), ["superseded", "deployed"]);
}

#[test]
fn what_could_not_be_rendered_again_was_never_there() {
    let scene = scene();
    scene.sandbox.edit(
        "app/templates/config.yaml",
        "app-open",
        "app-open, labels: { is: {{ $password | b64dec | quote }} }",
    );
    set(&scene, REFUSED);
    run(&scene, "apply -e dev --yes").exits(4);
    let status = run(&scene, "status -e dev -o json").succeeds().json();
    let known: Vec<_> =
        list(&status[0]["releases"]).iter().map(|one| at(one, "/release")).collect();
    assert_eq!(known, ["db"], "{status:#}");
}

#[test]
fn an_ephemeral_stack_prunes_beside_and_leaves_nothing() {
    let scene = scene();
    let manifest = |releases: &str| {
        let head = HEAD
            .replace("namespace: NAMESPACE }", "namespace: NAMESPACE, ephemeral: { ttl: 1h } }");
        scene.write("regatta.yaml", &format!("{head}releases:\n{releases}"));
    };
    manifest(&format!(
        "{RELEASES}  old: {{ chart: ./db, values: [{{ password: unimportant }}] }}\n"
    ));
    scene.sandbox.edit("db/templates/secret.yaml", "name: db", "name: {{ .Release.Name }}");
    run(&scene, "apply -e dev --yes").succeeds();
    says(&scene, FIRST);
    manifest(RELEASES);
    set(&scene, SECOND);
    run(&scene, "apply -e dev --yes --prune").succeeds();
    says(&scene, SECOND);
    scene.is_absent("/api/v1/namespaces/NAMESPACE/secrets/old");
    run(&scene, "destroy -e dev --yes").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE");
}

#[test]
fn whoever_looks_something_up_waits_for_it_without_needing_it() {
    let job = "\
apiVersion: batch/v1
kind: Job
metadata: { name: db-first, annotations: { helm.sh/hook: pre-install } }
spec:
  template: { spec: { restartPolicy: Never, containers: [{ name: main, image: 'app:1' }] } }
";
    let scene = scene();
    scene.write("db/templates/hook.yaml", job);
    scene.write("quick/Chart.yaml", CHART);
    scene.manifest(&format!(
        "  quick: {{ chart: ./quick }}\n{}",
        RELEASES.replace("[db] }", "[quick] }")
    ));
    run(&scene, "apply -e dev --yes --schedule eager").succeeds();
    says(&scene, FIRST);
}
