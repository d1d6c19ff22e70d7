//! Folders of this repository as `Files`, and questions to ask of a manifest in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use manifest::{Ask, GitFact, Purpose};
use source::{Entry, FileError, Files, Tree};
use stack::Selection;

pub(crate) struct Disk(pub(crate) PathBuf);

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[expect(clippy::disallowed_methods, reason = "fixtures lie on the disk")]
impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|_| FileError::Missing)
    }

    fn list(&self, directory: &str) -> Result<Vec<Entry>, FileError> {
        let entries = std::fs::read_dir(self.0.join(directory)).map_err(|_| FileError::Missing)?;
        let mut entries: Vec<Entry> = entries
            .flatten()
            .map(|entry| Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                is_directory: entry.path().is_dir(),
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }
}

/// Files with this ending in a folder, sorted.
#[expect(clippy::disallowed_methods, reason = "fixtures lie on the disk")]
pub(crate) fn list(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "fixtures lie on the disk")]
pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a listed file can be read")
}

/// Comments at the top of a fixture: `# key: value`.
pub(crate) fn directives(text: &str) -> Vec<(String, String)> {
    text.lines()
        .map_while(|line| line.strip_prefix("# "))
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// What the directives of a fixture ask.
pub(crate) struct Question {
    environment: Option<String>,
    instance: Option<String>,
    inputs: Vec<String>,
    vars: Vec<String>,
    env: BTreeMap<String, String>,
    overrides: Vec<manifest::Override>,
    selection: Selection,
    purpose: Purpose,
}

impl Question {
    pub(crate) fn new(directives: &[(String, String)]) -> Self {
        let all = |key: &str| -> Vec<String> {
            let values = directives.iter().filter(|(name, _)| name == key);
            values.map(|(_, value)| value.clone()).collect()
        };
        let one = |key: &str| all(key).pop();
        let flag = |key: &str, flag: manifest::Flag| -> Vec<manifest::Override> {
            all(key).into_iter().map(|text| manifest::Override { flag, text }).collect()
        };
        let selector = |text: &String| stack::select::Selector::parse(text).expect("a selector");
        Self {
            environment: one("environment"),
            instance: one("instance"),
            inputs: all("input"),
            vars: all("var"),
            env: all("env")
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            overrides: [
                flag("values", manifest::Flag::Values),
                flag("set", manifest::Flag::Set(stack::set::Kind::Typed)),
                flag("set-json", manifest::Flag::Set(stack::set::Kind::Json)),
            ]
            .concat(),
            selection: Selection {
                selectors: all("selector").iter().map(selector).collect(),
                releases: all("release"),
                with_needs: one("with-needs").is_some(),
                skip_needs: false,
            },
            purpose: match one("purpose").as_deref() {
                Some("inspect") => Purpose::Inspect,
                _ => Purpose::Render,
            },
        }
    }

    pub(crate) fn ask<T>(&self, file: &str, folder: &Path, work: impl FnOnce(&Ask<'_>) -> T) -> T {
        let git = |fact: GitFact| match fact {
            GitFact::Sha => Ok(Tree::from("4f2a9c1e0b7d5a3c8e6f1a2b3c4d5e6f7a8b9c0d")),
            GitFact::Short => Ok(Tree::from("4f2a9c1")),
            GitFact::Branch => Ok(Tree::from("main")),
            GitFact::Tag => Ok(Tree::default()),
            GitFact::Describe => Err("no tag is known here; run `git fetch --tags`".to_owned()),
            GitFact::Dirty => Ok(Tree::from(false)),
        };
        let disk = Disk(folder.to_owned());
        let flag_file = |path: &str| disk.read(path).map_err(|_| "no such file".to_owned());
        work(&Ask {
            file,
            environment: self.environment.as_deref(),
            instance: self.instance.as_deref(),
            inputs: &self.inputs,
            env: &self.env,
            vars: &self.vars,
            vars_files: &[],
            overrides: &self.overrides,
            selection: self.selection.clone(),
            purpose: self.purpose,
            git: &git,
            flag_file: &flag_file,
        })
    }
}
