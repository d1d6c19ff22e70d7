//! Custom resources whose definitions come with the same apply.

use std::sync::atomic::{AtomicBool, Ordering};

use controlplane::{Fault, Proxy};

use crate::app;
use crate::support::{CHART, Scene, list};

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.NAMESPACE.example.com }
spec:
  group: NAMESPACE.example.com
  scope: Namespaced
  names: { kind: Boat, plural: boats, singular: boat, listKind: BoatList }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { type: object, properties: { sails: { type: integer } } } }
";

const BOAT: &str = "\
apiVersion: NAMESPACE.example.com/v1
kind: Boat
metadata: { name: optimist }
spec: { sails: 1 }
";

const BOATS: &str = "/apis/NAMESPACE.example.com/v1/namespaces/NAMESPACE/boats";
const PATH: &str =
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.NAMESPACE.example.com";

const RELEASES: &str = "
  operator: { chart: ./operator }
  boats: { chart: ./boats, needs: [operator] }
";

#[test]
fn a_resource_of_a_definition_that_an_earlier_wave_renders_is_predicted_and_applied() {
    let scene = Scene::releases(
        "definition",
        RELEASES,
        &[
            ("operator/Chart.yaml", CHART),
            ("operator/templates/definition.yaml", DEFINITION),
            ("boats/Chart.yaml", CHART),
            ("boats/templates/boat.yaml", BOAT),
        ],
    );
    let expect = [
        "operator create CustomResourceDefinition/boats.NAMESPACE.example.com",
        "boats create Boat/optimist predicted",
    ];
    assert_eq!(scene.diff(), expect.map(|line| scene.here(line)));
    scene.apply();
    let boat = scene.get("/apis/NAMESPACE.example.com/v1/namespaces/NAMESPACE/boats/optimist");
    assert_eq!(boat["spec"]["sails"], 1);
    assert_eq!(scene.diff(), [""; 0]);
    scene.run("destroy -e dev --yes").succeeds();
    scene.is_absent(PATH);
}

#[test]
fn definitions_of_a_charts_own_folder_come_first_and_stay() {
    let scene = Scene::releases(
        "own",
        "  boats: { chart: ./boats }\n",
        &[
            ("boats/Chart.yaml", CHART),
            ("boats/crds/boat.yaml", DEFINITION),
            ("boats/templates/boat.yaml", BOAT),
        ],
    );
    scene.apply();
    scene.get(BOATS);
    assert_eq!(scene.diff(), [""; 0]);
    scene.run("destroy -e dev --yes").succeeds();
    assert_eq!(list(&scene.get(BOATS)["items"]).len(), 0);
    scene.get(PATH);
}

#[test]
fn a_definition_and_its_resource_in_one_chart() {
    let scene = Scene::releases(
        "beside",
        "  boats: { chart: ./boats }\n",
        &[
            ("boats/Chart.yaml", CHART),
            ("boats/templates/definition.yaml", DEFINITION),
            ("boats/templates/boat.yaml", BOAT),
        ],
    );
    scene.apply();
    assert_eq!(scene.diff(), [""; 0]);
    scene.run("destroy -e dev --yes").succeeds();
    scene.is_absent(PATH);
}

const MONITORING: &str = r#"
{{- if .Capabilities.APIVersions.Has "NAMESPACE.example.com/v1/Boat" }}
apiVersion: NAMESPACE.example.com/v1
kind: Boat
metadata: { name: optimist }
spec: { sails: 1 }
{{- end }}
"#;

#[test]
fn a_chart_that_asks_for_an_api_that_its_needs_bring_gets_it_on_the_first_apply() {
    let scene = Scene::releases(
        "brought",
        RELEASES,
        &[
            ("operator/Chart.yaml", CHART),
            ("operator/crds/boat.yaml", DEFINITION),
            ("boats/Chart.yaml", CHART),
            ("boats/templates/boat.yaml", MONITORING),
        ],
    );
    scene.apply();
    let boat = scene.get("/apis/NAMESPACE.example.com/v1/namespaces/NAMESPACE/boats/optimist");
    assert_eq!(boat["spec"]["sails"], 1);
    assert_eq!(scene.diff(), [""; 0]);
}

/// The same definition with a second version and a second field.
fn larger() -> String {
    let second = "    - { name: v1beta1, served: true, storage: false, schema: { openAPIV3Schema: { type: object } } }\n";
    let fields = "{ sails: { type: integer }, crew: { type: integer } }";
    DEFINITION.replace("{ sails: { type: integer } }", fields) + second
}

/// What the plan warns of; nothing is refused.
fn warnings(scene: &Scene) -> Vec<String> {
    let plan = scene.run("diff -e dev -o json").succeeds().json()["stacks"][0]["plan"].clone();
    assert_eq!(list(&plan["refusals"]).len(), 0, "{plan:#}");
    list(&plan["warnings"]).iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_a_smaller_definition_takes_away_is_told_with_the_number_of_objects() {
    let scene = Scene::releases(
        "smaller",
        "
  operator: { chart: ./operator, crds: apply }
  boats: { chart: ./boats, needs: [operator] }
",
        &[
            ("operator/Chart.yaml", CHART),
            ("boats/Chart.yaml", CHART),
            ("boats/templates/boat.yaml", BOAT),
        ],
    );
    scene.write("operator/crds/boat.yaml", &larger());
    scene.apply();
    let boat = "{ apiVersion: NAMESPACE.example.com/v1, kind: Boat, metadata: { name: laser }, spec: { sails: 1 } }";
    scene.write("boats/templates/laser.yaml", boat);
    assert_eq!(warnings(&scene), [""; 0]);
    scene.apply();

    scene.write("operator/crds/boat.yaml", DEFINITION);
    let expect = [
        "`CustomResourceDefinition/boats.NAMESPACE.example.com` drops `spec.crew` in `v1`, which concerns 2 objects",
        "`CustomResourceDefinition/boats.NAMESPACE.example.com` no longer serves `v1beta1`, which concerns 2 objects",
    ];
    assert_eq!(warnings(&scene), expect.map(|line| scene.here(line)));
    let shown = scene.run("diff -e dev").succeeds();
    assert!(shown.stdout.contains("which concerns 2 objects"), "{shown}");
    scene.apply();
    assert_eq!(scene.get(PATH)["spec"]["versions"][0]["name"], "v1");
    assert_eq!(warnings(&scene), [""; 0]);
}

#[test]
fn a_definition_that_only_comes_once_stays_and_lacks_what_a_newer_one_has() {
    let scene = Scene::releases(
        "older",
        "  operator: { chart: ./operator }\n",
        &[("operator/Chart.yaml", CHART), ("operator/crds/boat.yaml", DEFINITION)],
    );
    scene.apply();
    scene.write("operator/crds/boat.yaml", &larger());
    let expect = "`CustomResourceDefinition/boats.NAMESPACE.example.com` is there without the version `v1beta1` that the chart brings; `crds: apply` updates it";
    assert_eq!(warnings(&scene), [scene.here(expect)]);
    assert_eq!(scene.diff(), [""; 0]);
}

/// Another program writes the next revision while this run sends what is in `crds/`.
#[track_caller]
fn overtaken(prefix: &str, installed: bool, expect: &[&str]) {
    let settings = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings } }";
    let files = [("boats/Chart.yaml", CHART), ("boats/templates/settings.yaml", settings)];
    let scene = Scene::releases(prefix, "  boats: { chart: ./boats }\n", &files);
    if installed {
        scene.apply();
    }
    scene.write("boats/crds/boat.yaml", DEFINITION);
    scene.write("boats/templates/boat.yaml", BOAT);
    let proxy = Proxy::start(scene.plane);
    let (is_defined, is_overtaken) = (AtomicBool::new(false), AtomicBool::new(false));
    proxy.on_request(move |seen| {
        let writes = |what: &str| {
            let is_write = seen.method != "GET" && !seen.path.contains("dryRun=All");
            is_write && seen.path.contains(what)
        };
        is_defined.fetch_or(writes("/customresourcedefinitions"), Ordering::Relaxed);
        let is_record = is_defined.load(Ordering::Relaxed) && writes("/secrets");
        match is_record && !is_overtaken.swap(true, Ordering::Relaxed) {
            true => Fault::error(409, "AlreadyExists", "somebody was faster"),
            false => Fault::None,
        }
    });
    let answer = app::run_through(&scene, &proxy, "apply -e dev --yes -o json").exits(4);
    assert!(answer.stderr.contains("was written by somebody else meanwhile"), "{answer}");
    let result = &answer.json()["stacks"][0]["result"]["releases"][0];
    assert_eq!(result.get("rolledBack"), None, "{answer}");
    assert_eq!(scene.statuses("boats"), expect);
}

#[test]
fn a_release_that_was_overtaken_after_its_definitions_is_not_taken_back() {
    overtaken("overtaken-first", false, &[]);
    overtaken("overtaken", true, &["deployed"]);
}
