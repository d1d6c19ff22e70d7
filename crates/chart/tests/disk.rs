//! Reads fixtures as the program reads charts: through the chart's `.helmignore`.
#![expect(clippy::disallowed_methods, reason = "fixtures lie on the disk")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use chart::{Chart, Dialect, File, Ignore, Input, Limits, NoLookup, ReleaseInfo};
use source::{Map, Problems, Source, Tree, yaml};

pub(crate) fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(folder)
}

/// The names of the fixtures in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is part of the repository");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Loads a chart. What a user would pass lies in its `ci/given.yaml`, where `tests/parity` finds it too.
pub(crate) fn load(folder: &Path, name: &str) -> Result<Chart, Problems> {
    let root = folder.join(name);
    let ignore = match std::fs::read_to_string(root.join(".helmignore")) {
        Ok(text) => Ignore::parse(&format!("{name}/.helmignore"), &text)?,
        Err(_) => Ignore::default(),
    };
    let mut files = Vec::new();
    walk(&root, "", &ignore, &mut files);
    chart::load(name, files)
}

fn walk(root: &Path, below: &str, ignore: &Ignore, files: &mut Vec<File>) {
    for name in names(&root.join(below)) {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let is_directory = root.join(&path).is_dir();
        if ignore.matches(&path, is_directory) {
            continue;
        }
        if is_directory {
            walk(root, &path, ignore, files);
        } else {
            files.push(File::new(&*path, std::fs::read(root.join(&path)).expect("it can be read")));
        }
    }
}

pub(crate) fn given(folder: &Path, name: &str) -> Tree {
    let path = folder.join(name).join("ci/given.yaml");
    let Ok(text) = std::fs::read_to_string(path) else { return Tree::from(Map::new()) };
    let source = Source::new("given.yaml", text);
    let mut values = yaml::read(&source, yaml::Options::HELM).expect("given values are YAML").value;
    values.integers_to_floats();
    values
}

pub(crate) fn input(values: &Tree) -> Input<'_> {
    Input {
        values,
        release: ReleaseInfo {
            name: "web".to_owned(),
            namespace: "shop".to_owned(),
            revision: 1,
            is_upgrade: false,
        },
        capabilities: Arc::default(),
        lookup: Arc::new(NoLookup),
        seed: [7; 32],
        now: Arc::new(LazyLock::new(|| "2026-01-02T03:04:05Z[UTC]".parse().expect("a time"))),
        dialect: Dialect::Helm4,
        skip_schema_validation: false,
        subchart_notes: false,
        limits: Limits::default(),
    }
}
