//! A chart repository on this machine, filled by a test, and a workspace that uses it with a cache of its own.

use std::fs;

use chart::File;
use registry::hand::Request;
use registry::repository::Repository;
use tempfile::TempDir;

use crate::sandbox::Sandbox;

pub(crate) struct Shelf {
    folder: TempDir,
    pub(crate) repository: Repository,
}

impl Shelf {
    /// With these charts, each a name and a version.
    pub(crate) fn with(charts: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Self { repository: Repository::open(folder.path()), folder };
        for (name, version) in charts {
            shelf.put(name, version);
        }
        shelf
    }

    /// Offers a chart that renders one ConfigMap with its version.
    pub(crate) fn put(&self, name: &str, version: &str) {
        self.offer(name, version, &packed(name, version, ""));
    }

    /// Offers an archive, whatever it is, under a name and a version.
    pub(crate) fn offer(&self, name: &str, version: &str, archive: &[u8]) {
        let file = format!("{name}-{version}.tgz");
        fs::write(self.folder.path().join(&file), archive).unwrap();
        let index = self.folder.path().join("index.yaml");
        let mut text = fs::read_to_string(&index).unwrap_or("apiVersion: v1\nentries:\n".into());
        let digest = pull::Digest::of(archive);
        let head = format!("  {name}:\n");
        if !text.contains(&head) {
            text.push_str(&head);
        }
        let entry = format!(
            "{head}  - {{ name: {name}, version: {version}, digest: {digest}, urls: [{file}] }}\n"
        );
        fs::write(index, text.replace(&head, &entry)).unwrap();
    }

    /// Puts a file beside the archives.
    pub(crate) fn beside(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A workspace with these releases, whose repository `shelf` this is.
    pub(crate) fn workspace(&self, releases: &str, files: &[(&str, &str)]) -> Sandbox {
        let sandbox = Sandbox::files(files).with("REGATTA_CACHE", ".cache");
        let url = self.repository.url();
        let head = format!(
            "name: shop\ntarget: {{ directory: out }}\nnamespace: shop\nrepositories: {{ shelf: \"{url}\" }}\n"
        );
        sandbox.write("regatta.yaml", &format!("{head}releases:\n{releases}"));
        sandbox
    }

    /// How often each file was asked for, sorted by path.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests: Vec<Request> = self.repository.requests();
        let mut paths: Vec<String> = requests.iter().map(|one| one.path().to_owned()).collect();
        paths.sort();
        paths
    }
}

/// The archive of a chart that renders one ConfigMap, with more lines in its Chart.yaml.
pub(crate) fn packed(name: &str, version: &str, more: &str) -> Vec<u8> {
    let metadata = format!("apiVersion: v2\nname: {name}\nversion: {version}\n{more}");
    let files = vec![File::new("Chart.yaml", metadata), File::new("templates/map.yaml", MAP)];
    chart::package(&chart::load(name, files).unwrap()).unwrap()
}

/// Tells which version of which chart was rendered.
pub(crate) const MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-{{ .Chart.Name }} }
data: { version: {{ .Chart.Version | quote }} }
";
