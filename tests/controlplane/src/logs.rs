//! What containers have said: kwok plays the kubelet's endpoint for logs from files.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::ControlPlane;

/// What every container says, unless it has its name from [`ControlPlane::container_saying`].
pub const DEFAULT_LOG: [&str; 2] = ["starting", "listening on port 8080"];

/// kwok reads its configuration once, so the names are there before they are needed.
const NAMES: usize = 200;

impl ControlPlane {
    /// A name for a container whose log, and the log of its previous run, has these lines.
    ///
    /// # Panics
    /// After 200 names.
    pub fn container_saying(&self, lines: &[&str]) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        assert!(number < NAMES, "the control plane knows {NAMES} containers that say something");
        let name = name(number);
        write(self.directory(), &name, lines);
        name
    }
}

/// Prepares the files, and gives kwok's configuration of them.
pub(crate) fn configure(directory: &Path) -> Value {
    fs::create_dir_all(directory.join("logs")).expect("the directory can be written");
    write(directory, "default", &DEFAULT_LOG);
    let entry = |name: &str| {
        let file = directory.join("logs").join(name);
        json!({"containers": [name], "logsFile": file, "previousLogsFile": file})
    };
    let mut logs: Vec<Value> = (0..NAMES).map(|number| entry(&name(number))).collect();
    let mut default = entry("default");
    default["containers"] = json!([]);
    logs.push(default);
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "logs"},
        "spec": {"logs": logs},
    })
}

fn name(number: usize) -> String {
    format!("saying-{number}")
}

/// In the format that container runtimes write.
fn write(directory: &Path, name: &str, lines: &[&str]) {
    let text: String = lines
        .iter()
        .map(|line| format!("2026-01-01T00:00:00.000000000Z stdout F {line}\n"))
        .collect();
    fs::write(directory.join("logs").join(name), text).expect("the directory can be written");
}
