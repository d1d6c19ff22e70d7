//! Fuzzing without a compiler's help: inputs of our own fixtures, changed at random but the same on every machine, into
//! whatever reads what others wrote. Nothing may panic, end the stack, or run without end.

mod corpus;
mod mutate;
mod random;
mod targets;

pub use corpus::Corpus;
pub use targets::Target;

use std::path::PathBuf;

use random::Random;

/// The input of an iteration: the same for the same seed, whatever ran before.
pub fn input(corpus: &Corpus, seed: u64, iteration: u64) -> Vec<u8> {
    let mut random = Random::new(seed, iteration);
    mutate::mutated(corpus, &mut random)
}

/// Inputs that failed once, by target: `tests/fuzz/crashes/yaml/deep-flow.txt`.
pub fn crashes(target: Target) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = crate::root().join("tests/fuzz/crashes").join(target.name());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a fixture can be read");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}
