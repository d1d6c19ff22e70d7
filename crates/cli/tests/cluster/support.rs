//! A workspace with a namespace and a user of its own: the program and real Helm run in it, and the API server is asked
//! past both.

use std::process::Command;

use controlplane::{ControlPlane, Mark, Request, User};
use serde_json::Value;

use crate::sandbox::{Answer, Sandbox};

/// A workspace on the shared control plane.
pub(crate) struct Scene {
    pub(crate) plane: &'static ControlPlane,
    pub(crate) sandbox: Sandbox,
    /// Nobody else's. It is not created.
    pub(crate) namespace: String,
}

/// The lines that every manifest of these tests begins with: one environment, `dev`, in the test's own namespace.
pub(crate) const HEAD: &str = "\
name: NAMESPACE
clusters: { test: { context: test } }
environments:
  dev: { target: { cluster: test }, namespace: NAMESPACE }
";

/// What charts bring, records, and what controllers make of both; volumes aside, which outlive their StatefulSets.
const EVERYTHING: [(&str, &[&str]); 6] = [
    ("/api/v1", &["configmaps", "secrets", "services", "pods"]),
    ("/apis/apps/v1", &["deployments", "statefulsets", "replicasets"]),
    ("/apis/batch/v1", &["jobs", "cronjobs"]),
    ("/apis/networking.k8s.io/v1", &["ingresses"]),
    ("/apis/policy/v1", &["poddisruptionbudgets"]),
    ("/apis/coordination.k8s.io/v1", &["leases"]),
];

/// A Chart.yaml.
pub(crate) const CHART: &str = "{ apiVersion: v2, name: chart, version: 1.0.0 }";

impl Scene {
    /// A workspace from files, in which `NAMESPACE` stands for the namespace.
    pub(crate) fn files(prefix: &str, files: &[(&str, &str)]) -> Self {
        let scene = Self::on(prefix, Sandbox::new());
        for (path, text) in files {
            scene.write(path, text);
        }
        scene
    }

    /// A workspace whose manifest is [`HEAD`] and these releases.
    pub(crate) fn releases(prefix: &str, releases: &str, files: &[(&str, &str)]) -> Self {
        let scene = Self::files(prefix, files);
        scene.manifest(releases);
        scene
    }

    /// A copy of one of the repository's examples.
    pub(crate) fn example(prefix: &str, name: &str) -> Self {
        Self::on(prefix, Sandbox::example(name))
    }

    fn on(prefix: &str, sandbox: Sandbox) -> Self {
        let plane = ControlPlane::shared();
        let namespace = plane.namespace(prefix);
        // The audit log tells the tests apart by their users.
        let user = User::Certificate {
            user: user(&namespace),
            group: "system:masters".to_owned(),
            expired: false,
        };
        let kubeconfig =
            plane.write_kubeconfig(&[controlplane::Context { user, ..plane.context("test") }]);
        let sandbox = sandbox.with("KUBECONFIG", kubeconfig.to_str().unwrap());
        Self { plane, sandbox, namespace }
    }

    /// Writes [`HEAD`] and these releases as the manifest.
    pub(crate) fn manifest(&self, releases: &str) {
        self.write("regatta.yaml", &format!("{HEAD}releases:\n{releases}"));
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        self.sandbox.write(path, &self.here(text));
    }

    /// The text with the namespace in place of `NAMESPACE`.
    pub(crate) fn here(&self, text: &str) -> String {
        text.replace("NAMESPACE", &self.namespace)
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &str) -> Answer {
        self.sandbox.run(arguments)
    }

    /// `regatta apply -e dev --yes`, which succeeds.
    #[track_caller]
    pub(crate) fn apply(&self) -> Answer {
        self.run("apply -e dev --yes").succeeds()
    }

    /// What an apply would change, as [`changes`] has it.
    #[track_caller]
    pub(crate) fn diff(&self) -> Vec<String> {
        changes(&self.run("diff -e dev -o json").succeeds().json())
    }

    /// An object or a list; fails where the answer is not 200.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let path = self.here(path);
        let (status, value) = self.plane.get(&path);
        assert_eq!(status, 200, "{path}: {value:#}");
        value
    }

    /// The statuses of a release's records, oldest first.
    pub(crate) fn statuses(&self, release: &str) -> Vec<String> {
        let labels = format!("owner%3Dhelm%2Cname%3D{release}");
        let path = format!("/api/v1/namespaces/NAMESPACE/secrets?labelSelector={labels}");
        let mut records = list(&self.get(&path)["items"]).to_vec();
        let version =
            |record: &Value| at(record, "/metadata/labels/version").parse::<u32>().unwrap();
        records.sort_by_key(version);
        records.iter().map(|record| at(record, "/metadata/labels/status")).collect()
    }

    #[track_caller]
    pub(crate) fn is_absent(&self, path: &str) {
        let path = self.here(path);
        let (status, value) = self.plane.get(&path);
        assert_eq!(status, 404, "{path}: {value:#}");
    }

    /// Every object of the namespace but what each namespace has, as `kind/name`.
    pub(crate) fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (group, resources) in EVERYTHING {
            for resource in resources {
                let path = format!("{group}/namespaces/NAMESPACE/{resource}");
                let objects = self.get(&path);
                let names = list(&objects["items"]).iter().map(|one| at(one, "/metadata/name"));
                let own = names.filter(|name| name != "kube-root-ca.crt");
                all.extend(own.map(|name| format!("{resource}/{name}")));
            }
        }
        all
    }

    /// Creates the namespace, as somebody else would.
    pub(crate) fn create_namespace(&self) {
        let namespace = serde_json::json!({"metadata": {"name": self.namespace}});
        self.plane.create("/api/v1/namespaces", &namespace);
    }

    /// What the program asked the API server to change since then.
    pub(crate) fn writes_since(&self, mark: Mark) -> Vec<Request> {
        let user = user(&self.namespace);
        let requests = self.plane.requests_since(mark).into_iter();
        requests.filter(|one| one.user == user && one.is_write()).collect()
    }

    /// Runs real Helm 4 as the administrator; fails where it does, and gives its stdout.
    #[track_caller]
    pub(crate) fn helm4(&self, arguments: &str) -> String {
        self.helm(Command::new(controlplane::helm4()), arguments)
    }

    /// The same with records in ConfigMaps.
    #[track_caller]
    pub(crate) fn helm4_in_config_maps(&self, arguments: &str) -> String {
        let mut helm = Command::new("env");
        helm.arg("HELM_DRIVER=configmap").arg(controlplane::helm4());
        self.helm(helm, arguments)
    }

    /// Runs real Helm 3 as the administrator; fails where it does, and gives its stdout.
    #[track_caller]
    pub(crate) fn helm3(&self, arguments: &str) -> String {
        self.helm(Command::new(controlplane::helm3()), arguments)
    }

    #[track_caller]
    fn helm(&self, mut helm: Command, arguments: &str) -> String {
        let home = self.sandbox.path(".helm");
        helm.args(self.here(arguments).split_whitespace())
            .current_dir(self.sandbox.path(""))
            .env_clear()
            .env("HOME", home)
            .env("KUBECONFIG", self.plane.kubeconfig());
        let output = helm.output().unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success(), "helm {arguments}\n{stdout}{stderr}");
        stdout
    }
}

/// Whose requests those of a test are.
fn user(namespace: &str) -> String {
    format!("user-of-{namespace}")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The text at a JSON pointer.
#[track_caller]
pub(crate) fn at(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer}: {value:#}")).to_owned()
}

/// What the plans of a report change: `api update Deployment/api`, with `predicted` where the server was not asked.
pub(crate) fn changes(report: &Value) -> Vec<String> {
    let stacks = list(&report["stacks"]).iter();
    let waves = stacks.flat_map(|stack| list(&stack["plan"]["waves"]));
    let releases = waves.flat_map(|wave| list(&wave["releases"]));
    releases.flat_map(changes_of_release).collect()
}

fn changes_of_release(release: &Value) -> impl Iterator<Item = String> {
    let changed = list(&release["objects"]).iter().filter(|object| object["action"] != "none");
    changed.map(|object| {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        format!(
            "{} {} {}/{}{}",
            word(&release["id"]),
            word(&object["action"]),
            word(&object["id"]["kind"]),
            word(&object["id"]["name"]),
            if object["predicted"] == true { " predicted" } else { "" },
        )
    })
}

/// The items of a JSON list; none where it is absent.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
