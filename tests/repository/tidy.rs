//! Every Rust file says in its first line what it is, and holds one idea.

use std::path::{Path, PathBuf};

/// Files that may be longer than 400 lines, each with its reason.
const LONG: &[(&str, &str)] = &[];

#[test]
fn files_open_with_a_sentence_and_stay_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent");
    let mut files = Vec::new();
    for folder in ["crates", "tests", "bench"] {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 50, "found only {} files: the walk is broken", files.len());

    let mut problems = Vec::new();
    for file in &files {
        let text = read(file);
        let shown =
            file.strip_prefix(root).expect("the walk starts at the root").display().to_string();
        if !text.starts_with("//! ") {
            problems.push(format!("{shown}: the first line is no `//!` sentence"));
        }
        let lines = text.lines().count();
        let listed = LONG.iter().any(|(path, _)| *path == shown);
        if lines > 400 && !listed {
            problems.push(format!("{shown}: {lines} lines; split it, or list it with a reason"));
        }
        if lines <= 400 && listed {
            problems.push(format!("{shown}: listed as long, but has {lines} lines"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[expect(clippy::disallowed_methods, reason = "tidiness is a property of the files on disk")]
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("a listed entry can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tidiness is a property of the files on disk")]
fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a listed file can be read")
}
