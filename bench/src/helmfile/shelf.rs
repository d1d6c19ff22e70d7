//! Twenty charts as `helm create` writes them: as folders, and in a repository that is served here.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use registry::repository::Repository;

use super::Scene;
use crate::cases::{create_chart, write};
use crate::measure::{Program, sample};

pub(super) const CHARTS: usize = 20;

pub(super) struct Shelf {
    pub(super) repository: Repository,
    /// Holds a folder for each chart.
    pub(super) folders: PathBuf,
}

impl Shelf {
    pub(super) fn fill(scene: &Scene<'_>) -> Result<Self, String> {
        let (folders, served) = (scene.room.join("charts"), scene.room.join("served"));
        write(&folders.join(".keep"), "")?;
        for name in names() {
            let chart = create_chart(scene.bench, &folders, &name)?;
            let words = ["package".as_ref(), chart.as_os_str(), "-d".as_ref(), served.as_os_str()];
            helm(scene, &words)?;
        }
        helm(scene, &["repo".as_ref(), "index".as_ref(), served.as_os_str()])?;
        Ok(Self { repository: Repository::open(&served), folders })
    }

    /// A workspace with a release of every chart of the repository.
    pub(super) fn manifest(&self) -> String {
        let repositories = format!("repositories: {{ shelf: '{}' }}\n", self.repository.url());
        manifest(&repositories, "shelf/", ", version: 0.1.0")
    }

    /// The same releases of the folders.
    pub(super) fn manifest_of_folders(&self) -> String {
        manifest("", "./", "")
    }

    pub(super) fn helmfile(&self) -> String {
        let mut text = format!(
            "repositories:\n- {{ name: shelf, url: '{}' }}\nreleases:\n",
            self.repository.url()
        );
        for name in names() {
            let _ = writeln!(
                text,
                "- {{ name: {name}, namespace: bench, chart: shelf/{name}, version: 0.1.0 }}"
            );
        }
        text
    }
}

fn names() -> impl Iterator<Item = String> {
    (1..=CHARTS).map(|number| format!("app{number:02}"))
}

fn manifest(repositories: &str, place: &str, version: &str) -> String {
    let mut text = format!(
        "name: bench\ntarget: {{ directory: out }}\nnamespace: bench\n{repositories}releases:\n"
    );
    for name in names() {
        let _ = writeln!(text, "  {name}: {{ chart: {place}{name}{version} }}");
    }
    text
}

fn helm(scene: &Scene<'_>, words: &[&OsStr]) -> Result<(), String> {
    let (file, directory): (&Path, &Path) = (&scene.bench.helm, &scene.room);
    let arguments = words.to_vec();
    sample(&Program { file, arguments, directory, environment: &[], repeat: 1 }).map(drop)
}
