//! Real Helm 4 with a home of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) struct Helm {
    home: tempfile::TempDir,
}

impl Helm {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// Where its logins are.
    pub(crate) fn logins(&self) -> PathBuf {
        self.path().join("registry/config.json")
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        Command::new(registry::helm4())
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("HELM_REGISTRY_CONFIG", self.logins())
            .env("DOCKER_CONFIG", self.path().join("docker"))
            .env("TZ", "UTC")
            .output()
            .unwrap()
    }

    /// What it printed.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "helm {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout) + &text(&output.stderr)
    }

    /// The archive of a chart with more lines in its Chart.yaml.
    pub(crate) fn package(&self, name: &str, version: &str, more: &str) -> PathBuf {
        let folder = self.path().join("sources").join(name);
        std::fs::create_dir_all(folder.join("templates")).unwrap();
        let chart = format!("apiVersion: v2\nname: {name}\nversion: {version}\n{more}");
        std::fs::write(folder.join("Chart.yaml"), chart).unwrap();
        std::fs::write(folder.join("templates/a.yaml"), "kind: ConfigMap\n").unwrap();
        self.run(&["package", folder.to_str().unwrap()]);
        self.path().join(format!("{name}-{version}.tgz"))
    }
}
