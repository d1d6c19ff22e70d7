//! What expressions may read, and what became known while one was evaluated.
//!
//! The template engine asks for `vars.x` in the middle of an evaluation, where nothing can be evaluated and no file be read.
//! So what is not known yet is written down as wanted and the evaluation given up; the evaluator finds it out and evaluates
//! again. An evaluation is pure, so this changes nothing but the time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use source::Tree;

use crate::GitFact;

/// Something that is found out once and only when it is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    Var(Arc<str>),
    Input(Arc<str>),
    /// A field of `environment`.
    Environment(&'static str),
    Git(GitFact),
    /// A path from the repository's root.
    File(String),
    Secrets,
}

#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) tree: Arc<Tree>,
    /// It depends on inputs, the process's environment or git.
    pub(crate) from_outside: bool,
}

/// A name that nothing has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Miss {
    /// `vars.doman`
    pub(crate) path: String,
    /// What could have been meant, as full paths.
    pub(crate) candidates: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// None: it cannot be known, and why is already a problem.
    pub(crate) known: BTreeMap<Want, Option<Known>>,
    pub(crate) vars: Vec<Arc<str>>,
    pub(crate) inputs: Vec<Arc<str>>,
    pub(crate) env: BTreeMap<String, String>,
    /// Whether the environment has an instance.
    pub(crate) has_instance: bool,
    /// The folder that `file` starts from: that of the file in which the expression stands.
    pub(crate) directory: String,
    pub(crate) reads: Reads,
    /// Secret environment variables that were read.
    pub(crate) secrets: Vec<String>,
}

/// What one evaluation met.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(crate) wanted: Option<Want>,
    /// Something was read that cannot be known.
    pub(crate) blocked: bool,
    /// The last name that was not found.
    pub(crate) missed: Option<Miss>,
    pub(crate) secret: bool,
    pub(crate) from_outside: bool,
    /// What `required` said.
    pub(crate) required: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<State>>);

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// Nothing that holds the lock can panic, and if it did, the state would still be whole.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The environment variables whose values are secret: those with one of these words between `_`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 6] = ["PASSWORD", "PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL"];
    name.split('_').any(|part| {
        let part = part.to_ascii_uppercase();
        WORDS.iter().any(|word| part == *word || part.strip_suffix('S') == Some(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names() {
        for name in ["DB_PASSWORD", "password", "GITHUB_TOKEN", "API_KEYS", "KEY", "A_SECRET_B"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["KEYBOARD", "PASSAGE", "BUILD_TAG", "HOME", "TOKENIZER", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
