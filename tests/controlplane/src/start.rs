//! Starts the five programs, each as soon as what it needs answers.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::certificates::{Authority, account_key};
use crate::directory::{Turn, free_ports};
use crate::http::Tls;
use crate::identities::{Identity, PROGRAMS, token_file};
use crate::kubeconfig::{self, Context, Trust, User};
use crate::supervised::Supervised;
use crate::{ControlPlane, logs, programs, stages};

/// How long a program may take until it answers; a start takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

const NODES: [&str; 2] = ["node-1", "node-2"];

impl ControlPlane {
    /// Starts a control plane of its own. Tests use [`ControlPlane::shared`].
    ///
    /// # Panics
    /// Where a program can be neither found nor built, or does not come up: the end of its log is in the message.
    pub fn start() -> Self {
        // Built before the others have to wait for our turn.
        for part in programs::PARTS {
            programs::part(part);
        }
        let turn = Turn::wait();
        let claimed = turn.claim();
        let directory = claimed.path.clone();
        let [etcd_port, peer_port, port, node_port] = free_ports();
        let authority = Authority::new();
        write_files(&directory, port, &authority);

        let run = |name: &'static str, flags: &str| {
            let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
            Supervised::start(name, &programs::part(name), &flags, &claimed.path)
                .unwrap_or_else(|error| panic!("cannot start `{name}`: {error}"))
        };
        let mut processes = vec![
            run("etcd", &etcd_flags(etcd_port, peer_port)),
            run("kube-apiserver", &apiserver_flags(port, etcd_port)),
        ];
        let tls = Tls::new(port, &authority.certificate);
        let mut plane =
            Self { directory, port, authority, tls, processes: Vec::new(), claimed: None };
        plane.wait_for(&mut processes, "/readyz", |_| true);
        drop(turn);

        processes.push(run("kube-controller-manager", MANAGER_FLAGS));
        processes.push(run("kube-scheduler", SCHEDULER_FLAGS));
        processes.push(run("kwok", &kwok_flags(node_port)));
        for node in NODES {
            let labels = json!({"kubernetes.io/hostname": node, "kubernetes.io/os": "linux"});
            plane.create("/api/v1/nodes", &json!({"metadata": {"name": node, "labels": labels}}));
        }
        plane.create(
            "/apis/storage.k8s.io/v1/storageclasses",
            &json!({
                "metadata": {
                    "name": stages::STORAGE_CLASS,
                    "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
                },
                "provisioner": "kwok.x-k8s.io/volume",
            }),
        );
        let is_ready = |node: &Value| {
            let conditions = node["status"]["conditions"].as_array();
            let ready = |one: &Value| one["type"] == "Ready" && one["status"] == "True";
            conditions.is_some_and(|all| all.iter().any(ready)) && node["spec"]["taints"].is_null()
        };
        for node in NODES {
            plane.wait_for(&mut processes, &format!("/api/v1/nodes/{node}"), is_ready);
        }
        plane.processes = processes;
        plane.claimed = Some(claimed);
        plane
    }

    fn wait_for(&self, processes: &mut [Supervised], path: &str, wanted: impl Fn(&Value) -> bool) {
        let start = Instant::now();
        let answers = || match self.try_request("GET", path, "", "") {
            Ok((200, value)) => wanted(&value),
            _ => false,
        };
        while !answers() {
            for process in &mut *processes {
                assert!(
                    !process.has_ended(),
                    "`{}` ended while the control plane started. The end of its log:\n{}",
                    process.name,
                    process.tail()
                );
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the control plane is not ready: `{path}` does not answer as wanted. Ends of the logs:\n{}",
                processes
                    .iter()
                    .map(|process| format!("== {}\n{}\n", process.name, process.tail()))
                    .collect::<String>()
            );
            thread::sleep(Duration::from_millis(30));
        }
    }
}

fn write_files(directory: &Path, port: u16, authority: &Authority) {
    let write = |name: &str, text: &str| {
        fs::write(directory.join(name), text)
            .expect("the control plane's directory can be written");
    };
    write("authority.crt", &authority.certificate);
    for name in ["apiserver", "kubelet"] {
        let pair = authority.server(name);
        write(&format!("{name}.crt"), &pair.certificate);
        write(&format!("{name}.key"), &pair.key);
    }
    let (private, public) = account_key();
    write("accounts.key", &private);
    write("accounts.pub", &public);
    write("tokens.csv", &token_file());
    write("audit.json", &audit_policy().to_string());
    let mut fakes = stages::all();
    fakes.push(logs::configure(directory));
    let fakes: Vec<String> = fakes.iter().map(Value::to_string).collect();
    write("kwok.yaml", &fakes.join("\n---\n"));

    let context = |name: &str, user: User| Context {
        name: name.to_owned(),
        server: format!("https://127.0.0.1:{port}"),
        trust: Trust::Right,
        user,
        namespace: None,
    };
    write("kubeconfig", &kubeconfig::text(&[context("test", User::Administrator)], authority));
    for Identity { token, .. } in PROGRAMS {
        let user = User::Token(token.to_owned());
        write(
            &format!("{token}.kubeconfig"),
            &kubeconfig::text(&[context(token, user)], authority),
        );
    }
}

/// Every request of others than the control plane itself, once when it arrives and once when it is answered.
fn audit_policy() -> Value {
    let programs: Vec<&str> = PROGRAMS.iter().map(|one| one.user).collect();
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "rules": [
            {"level": "None", "users": programs},
            {"level": "None", "users": ["system:apiserver"]},
            {"level": "None", "nonResourceURLs": ["/readyz*"]},
            {"level": "Metadata"},
        ],
    })
}

fn etcd_flags(port: u16, peer_port: u16) -> String {
    format!(
        "--data-dir etcd --unsafe-no-fsync --log-level warn
        --listen-client-urls http://127.0.0.1:{port} --advertise-client-urls http://127.0.0.1:{port}
        --listen-peer-urls http://127.0.0.1:{peer_port}
        --initial-advertise-peer-urls http://127.0.0.1:{peer_port}
        --initial-cluster default=http://127.0.0.1:{peer_port}"
    )
}

/// The fakes of kubelets are local, so the API server reaches them at the address that their nodes tell.
fn apiserver_flags(port: u16, etcd_port: u16) -> String {
    format!(
        "--etcd-servers http://127.0.0.1:{etcd_port}
        --bind-address 127.0.0.1 --advertise-address 127.0.0.1 --secure-port {port}
        --tls-cert-file apiserver.crt --tls-private-key-file apiserver.key --cert-dir certificates
        --client-ca-file authority.crt --token-auth-file tokens.csv --authorization-mode RBAC
        --service-cluster-ip-range 10.0.0.0/16 --endpoint-reconciler-type none --allow-privileged
        --service-account-issuer https://kubernetes.default.svc
        --service-account-key-file accounts.pub --service-account-signing-key-file accounts.key
        --kubelet-certificate-authority authority.crt --kubelet-client-certificate kubelet.crt
        --kubelet-client-key kubelet.key --kubelet-preferred-address-types InternalIP
        --audit-policy-file audit.json --audit-log-path audit.log --audit-log-mode blocking
        --audit-log-maxsize 100000"
    )
}

const MANAGER_FLAGS: &str = "--kubeconfig kube-controller-manager.kubeconfig --leader-elect=false
    --service-account-private-key-file accounts.key --root-ca-file authority.crt --secure-port 0
    --kube-api-qps 500 --kube-api-burst 1000 --concurrent-namespace-syncs 20";

const SCHEDULER_FLAGS: &str = "--kubeconfig kube-scheduler.kubeconfig --leader-elect=false
    --secure-port 0 --kube-api-qps 500 --kube-api-burst 1000";

fn kwok_flags(port: u16) -> String {
    format!(
        "--kubeconfig kwok.kubeconfig --manage-all-nodes --config kwok.yaml --cidr 10.1.0.0/16
        --node-ip 127.0.0.1 --node-port {port} --server-address 127.0.0.1:{port}
        --tls-cert-file kubelet.crt --tls-private-key-file kubelet.key
        --node-lease-duration-seconds 40"
    )
}
