//! The roles that `rbac` prints are enough for their task, and for nothing else.

use controlplane::User;
use serde_json::{Value, json};

use crate::sandbox::Answer;
use crate::support::{CHART, Scene, at, list};

const RELEASES: &str = "
  base: { chart: ./base }
  web: { chart: ./web, namespace: NAMESPACE-web, needs: [base] }
";

const BASE: &str = r#"
apiVersion: v1
kind: Secret
metadata: { name: key }
stringData: { key: "{{ .Values.key }}" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [endpoints], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: default }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: NAMESPACE }
rules: [{ apiGroups: [""], resources: [nodes], verbs: [get] }]
"#;

const WEB: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: prepare, annotations: { helm.sh/hook: "pre-install,pre-upgrade" } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: "web:1" }] } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: farewell, annotations: { helm.sh/hook: pre-delete } }
"#;

/// A workspace in two namespaces that an administrator has made.
fn scene() -> Scene {
    let scene = Scene::releases(
        "rbac",
        RELEASES,
        &[
            ("base/Chart.yaml", CHART),
            ("base/values.yaml", "key: first"),
            ("base/templates/base.yaml", BASE),
            ("web/Chart.yaml", CHART),
            ("web/templates/web.yaml", WEB),
        ],
    );
    scene.manifest(&scene.here(RELEASES));
    scene.create_namespace();
    let web = json!({"metadata": {"name": scene.here("NAMESPACE-web")}});
    scene.plane.create("/api/v1/namespaces", &web);
    scene
}

/// Somebody who may do what the printed roles allow.
struct Somebody<'a> {
    scene: &'a Scene,
    name: String,
    kubeconfig: String,
}

impl<'a> Somebody<'a> {
    fn who_may(scene: &'a Scene, task: &str) -> Self {
        Self::bound_to(scene, task, printed(scene, task))
    }

    fn bound_to(scene: &'a Scene, name: &str, roles: Vec<Value>) -> Self {
        let name = scene.here(&format!("NAMESPACE-{name}"));
        for role in &roles {
            grant(scene, role, &name);
        }
        let kubeconfig = kubeconfig(scene, &name);
        Self { scene, name, kubeconfig }
    }

    fn run(&self, arguments: &str) -> Answer {
        self.scene.run(&format!("{arguments} --kubeconfig {}", self.kubeconfig))
    }

    /// Does it without being refused anything, be it by the way.
    #[track_caller]
    fn succeeds(&self, arguments: &str) {
        let requests = self.requests(arguments).into_iter();
        let refused = requests.filter(|one| one.status == Some(403));
        let refused: Vec<String> = refused.map(|one| format!("{} {}", one.verb, one.uri)).collect();
        assert_eq!(refused, [""; 0], "{arguments}");
    }

    /// What is asked of the server while it is done.
    #[track_caller]
    fn requests(&self, arguments: &str) -> Vec<controlplane::Request> {
        let mark = self.scene.plane.mark();
        self.run(arguments).succeeds();
        let requests = self.scene.plane.requests_since(mark).into_iter();
        requests.filter(|one| one.user == self.name).collect()
    }

    /// How often accounts are listed, with or without an answer, and asked for one by one.
    #[track_caller]
    fn reads_of_accounts(&self, arguments: &str) -> [usize; 3] {
        let requests = self.requests(arguments).into_iter();
        let mut reads = [0; 3];
        for one in requests.filter(|one| one.uri.contains("/serviceaccounts")) {
            match (one.verb.as_str(), one.status) {
                ("list", Some(200)) => reads[0] += 1,
                ("list", _) => reads[1] += 1,
                ("get", _) => reads[2] += 1,
                _ => {}
            }
        }
        reads
    }
}

fn printed(scene: &Scene, task: &str) -> Vec<Value> {
    let printed = scene.run(&format!("rbac -e dev --for {task}")).succeeds().stdout;
    printed.split("---\n").map(parsed).collect()
}

fn parsed(role: &str) -> Value {
    let tree = source::yaml::read_bare(role).unwrap();
    let (html, layout) = (source::json::Html::Plain, source::json::Layout::Compact);
    serde_json::from_str(&source::json::write(&tree, html, layout).unwrap()).unwrap()
}

/// The way to the cluster as somebody.
pub(crate) fn kubeconfig(scene: &Scene, user: &str) -> String {
    let group = "people".to_owned();
    let user = User::Certificate { user: user.to_owned(), group, expired: false };
    let context = controlplane::Context { user, ..scene.plane.context("test") };
    scene.plane.write_kubeconfig(&[context]).to_str().unwrap().to_owned()
}

/// Creates a role and binds somebody to it.
pub(crate) fn grant(scene: &Scene, role: &Value, user: &str) {
    let (kind, name) = (role["kind"].as_str().unwrap(), role["metadata"]["name"].as_str().unwrap());
    let group = "/apis/rbac.authorization.k8s.io/v1";
    let place = match role["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{group}/namespaces/{namespace}/roles"),
        None => format!("{group}/clusterroles"),
    };
    scene.plane.create(&place, role);
    let binding = json!({
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user }],
    });
    scene.plane.create(&place.replace("roles", "rolebindings"), &binding);
}

#[test]
fn the_printed_roles_are_enough_and_no_more() {
    let scene = scene();
    let planner = Somebody::who_may(&scene, "plan");
    planner.succeeds("diff -e dev");
    let refused = planner.run("apply -e dev --yes").exits(1);
    assert!(refused.stderr.contains("leases"), "{refused}");
    assert_eq!(scene.everything(), [""; 0]);

    let applier = Somebody::who_may(&scene, "apply");
    applier.succeeds("apply -e dev --yes");
    applier.succeeds("diff -e dev");
    scene.write("base/values.yaml", "key: second");
    applier.succeeds("apply -e dev --yes");
    applier.succeeds("history -e dev");
    applier.succeeds("rollback -e dev base --yes");
    assert_eq!(scene.statuses("base"), ["superseded", "superseded", "deployed"]);

    let destroyer = Somebody::who_may(&scene, "destroy");
    destroyer.run("apply -e dev --yes").exits(1);
    scene.write("regatta.yaml", &scene.sandbox.read("regatta.yaml").replace("-web,", "-other,"));
    applier.run("diff -e dev").exits(1);
    destroyer.succeeds("destroy -e dev --yes");
    assert_eq!(scene.everything(), [""; 0]);
    scene.is_absent("/apis/apps/v1/namespaces/NAMESPACE-web/deployments/web");
    scene.is_absent("/apis/rbac.authorization.k8s.io/v1/clusterroles/NAMESPACE");
}

/// Who may do all that the dry runs ask for, and not write what goes beside the objects, hears of it before the first write.
#[test]
fn a_missing_rule_is_named_before_anything_is_written() {
    let scene = scene();
    let applier = Somebody::who_may(&scene, "apply");
    let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE-web/roles";
    let role = list(&scene.get(roles)["items"])[0].clone();
    let mut rules = role["rules"].as_array().unwrap().clone();
    for rule in rules.iter_mut().filter(|rule| rule["resources"] == json!(["secrets"])) {
        rule["verbs"] = json!(["get", "list", "update", "delete"]);
    }
    let path = format!("{}/{}", scene.here(roles), at(&role, "/metadata/name"));
    scene.plane.patch(&path, &json!({ "rules": rules }));
    let mark = scene.plane.mark();
    let refused = applier.run("apply -e dev --yes").exits(1);
    let missing = scene.here("`create` on `secrets` in the namespace `NAMESPACE-web`");
    assert!(refused.stderr.contains(&missing), "{refused}");
    assert!(refused.stderr.contains("nothing was written"), "{refused}");
    let requests = scene.plane.requests_since(mark).into_iter();
    let writes = requests.filter(|one| one.user == applier.name && one.is_write());
    assert_eq!(writes.count(), 0);
    assert_eq!(scene.everything(), [""; 0]);
}

const MANY: &str = r#"
{{- $known := lookup "v1" "Endpoints" "NAMESPACE" "web" }}
{{- $limits := lookup "v1" "LimitRange" "NAMESPACE" "" }}
{{- range until 5 }}
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: many-{{ . }} }
{{- end }}
"#;

#[test]
fn many_of_a_kind_and_lookups() {
    let scene = Scene::releases(
        "rbac-many",
        "\n  many: { chart: ./many }\n",
        &[("many/Chart.yaml", CHART), ("many/templates/accounts.yaml", MANY)],
    );
    scene.create_namespace();
    let applier = Somebody::who_may(&scene, "apply");
    applier.succeeds("apply -e dev --yes");
    applier.succeeds("diff -e dev");
    assert_eq!(applier.reads_of_accounts("diff -e dev"), [1, 0, 0]);

    // Who may not list them asks for each.
    let mut tight = printed(&scene, "plan");
    let rules = tight.iter_mut().filter_map(|role| role["rules"].as_array_mut()).flatten();
    for rule in rules.filter(|rule| rule["resources"].to_string().contains("serviceaccounts")) {
        rule["verbs"].as_array_mut().unwrap().retain(|verb| verb != "list");
    }
    let planner = Somebody::bound_to(&scene, "tight", tight);
    assert_eq!(planner.reads_of_accounts("diff -e dev"), [0, 1, 5]);
    let (full, tight) = (applier.run("diff -e dev"), planner.run("diff -e dev"));
    assert_eq!((full.stdout, full.exit), (tight.stdout, tight.exit));

    let destroyer = Somebody::who_may(&scene, "destroy");
    destroyer.succeeds("destroy -e dev --yes");
    assert_eq!(scene.everything(), [""; 0]);
}

const EPHEMERAL: &str = r#"
name: NAMESPACE
clusters: { test: { context: test } }
inputs: { build: { type: string } }
environments:
  dev:
    target: { cluster: test }
    instance: ${{ inputs.build }}
    namespace: NAMESPACE-${{ environment.instance }}
    ephemeral: { ttl: 1h }
releases:
  web: { chart: ./web }
"#;

#[test]
fn an_ephemeral_environment_makes_its_namespaces_by_itself() {
    let scene = Scene::files(
        "rbac-ephemeral",
        &[("regatta.yaml", EPHEMERAL), ("web/Chart.yaml", CHART), ("web/templates/web.yaml", WEB)],
    );
    let scene = Scene { sandbox: scene.sandbox.with("REGATTA_INPUT_BUILD", "one"), ..scene };
    let applier = Somebody::who_may(&scene, "apply");
    applier.succeeds("apply -e dev --yes");
    applier.succeeds("apply -e dev --yes");
    let destroyer = Somebody::who_may(&scene, "destroy");
    destroyer.succeeds("destroy -e dev --yes");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-one");
}
