//! Fuzzing without a compiler's help: inputs of our own fixtures, changed at random but the same on every machine, into
//! whatever reads what others wrote. Nothing may panic, end the stack, or run without end.

mod corpus;
mod mutate;
mod random;
mod targets;

pub use corpus::Corpus;
pub use targets::Target;

use std::path::{Path, PathBuf};

use random::Random;

/// The input of an iteration: the same for the same seed, whatever ran before.
pub fn input(corpus: &Corpus, seed: u64, iteration: u64) -> Vec<u8> {
    let mut random = Random::new(seed, iteration);
    mutate::mutated(corpus, &mut random)
}

/// Inputs that failed once, each below the folder of its target: `tests/fuzz/crashes/yaml/deep-flow.txt`.
///
/// # Panics
/// Where a folder is no target's.
pub fn crashes() -> Vec<(Target, PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for folder in listed(&crate::root().join("tests/fuzz/crashes")) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let target = Target::parse(&name);
        let target = target.unwrap_or_else(|| panic!("`{}` is no target's", folder.display()));
        for path in listed(&folder) {
            let bytes = std::fs::read(&path).expect("a fixture can be read");
            found.push((target, path, bytes));
        }
    }
    found
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of fixtures can be listed");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.sort();
    paths
}
