//! A folder of its own for each test, and the program run in it without anything of the machine: no HOME, no variables.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Sandbox {
    root: TempDir,
    /// Variables that every run gets.
    environment: Vec<(String, String)>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// A copy of one of the repository's examples.
    pub(crate) fn example(name: &str) -> Self {
        let sandbox = Self::new();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        copy(&repository.join("examples").join(name), sandbox.root.path());
        sandbox
    }

    /// A workspace from files, each a path and a text.
    pub(crate) fn files(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces a text that must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// Every file below a folder, sorted.
    pub(crate) fn tree(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        walk(&self.path(folder), &mut files);
        let root = self.root.path();
        let mut files: Vec<String> = files
            .iter()
            .map(|file| file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"))
            .collect();
        files.sort();
        files
    }

    pub(crate) fn run(&self, arguments: &str) -> Answer {
        self.run_words(&words(arguments))
    }

    /// The program in this folder, with nothing of the machine but PATH, which finds git.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regatta"));
        command
            .args(arguments)
            .current_dir(self.root.path())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run_words(&self, arguments: &[String]) -> Answer {
        let output = self.command(arguments).output().unwrap();
        let root = self.root.path().canonicalize().unwrap();
        let clean = |bytes: Vec<u8>| {
            String::from_utf8(bytes).unwrap().replace(root.to_str().unwrap(), "SANDBOX")
        };
        Answer {
            arguments: arguments.join(" "),
            stdout: clean(output.stdout),
            stderr: clean(output.stderr),
            exit: output.status.code(),
        }
    }

    /// Runs command lines one after the other and shows them as a terminal would have.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        lines.iter().map(|line| self.run(line).to_string()).collect::<Vec<_>>().join("\n")
    }
}

pub(crate) struct Answer {
    arguments: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: Option<i32>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.exit, Some(0), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.exit, Some(code), "{self}");
        self
    }

    /// The document on stdout; of a run, whose events come before it, the report in the last line.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        let report = match self.stdout.starts_with("{\"") {
            true => self.stdout.lines().last().unwrap_or_default(),
            false => &self.stdout,
        };
        serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "$ regatta {}", self.arguments)?;
        formatter.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            writeln!(formatter, "--- stderr")?;
            formatter.write_str(&self.stderr)?;
        }
        writeln!(formatter, "--- exit {}", self.exit.unwrap_or(-1))
    }
}

/// Splits at spaces; `'…'` keeps them.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (position, part) in line.split('\'').enumerate() {
        if position % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == "out" {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}
