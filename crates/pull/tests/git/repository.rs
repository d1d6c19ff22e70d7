//! A repository to fetch from: a working copy, and the bare one that is served.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    pub(super) fn new() -> Self {
        Self::counting_by("sha1")
    }

    /// With objects named by a hash: `sha1` or `sha256`.
    pub(super) fn counting_by(hash: &str) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(repository.work()).unwrap();
        let format = format!("--object-format={hash}");
        repository.git(&["init", "--quiet", "--initial-branch=main", &format]);
        repository
    }

    pub(super) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    pub(super) fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.work().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    pub(super) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes the bare repository and says where it is.
    pub(super) fn publish(&self) -> String {
        let bare = self.bare();
        let bare = bare.to_str().unwrap();
        self.git(&["clone", "--quiet", "--mirror", ".", bare]);
        format!("file://{bare}")
    }

    fn bare(&self) -> PathBuf {
        self.folder.path().join("origin.git")
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(&self.work(), arguments, b"")
    }

    pub(super) fn git_published(&self, arguments: &[&str]) -> String {
        self.git_with(&self.bare(), arguments, b"")
    }

    /// Runs git with something to read.
    pub(super) fn git_with(&self, folder: &Path, arguments: &[&str], input: &[u8]) -> String {
        let given = self.folder.path().join("input");
        fs::write(&given, input).unwrap();
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(fs::File::open(&given).unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// All files below a folder with this extension.
pub(super) fn find(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|path| path.extension().is_some_and(|it| it == extension));
    found
}

/// All files below a folder with this name.
pub(super) fn find_named(folder: &Path, name: &str) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|path| path.file_name().is_some_and(|it| it == name));
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[cfg(unix)]
pub(super) fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
