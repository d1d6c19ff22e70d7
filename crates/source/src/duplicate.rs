//! A key that stands twice in one map, in YAML and in JSON.

use std::ops::Range;
use std::sync::Arc;

use crate::{Problem, Severity, Source, Span};

pub(crate) struct Duplicate {
    pub(crate) key: Arc<str>,
    pub(crate) first: Range<usize>,
    /// The place of the one that counts.
    pub(crate) second: Range<usize>,
}

impl Duplicate {
    pub(crate) fn problem(&self, source: &Arc<Source>, severity: Severity) -> Problem {
        let message = format!("the key `{}` stands twice in one map", self.key);
        let problem = Problem { severity, ..Problem::error("duplicate-key", message) };
        problem
            .at(Some(&Span::new(source, self.second.clone())), "this one counts")
            .at(Some(&Span::new(source, self.first.clone())), "this one is lost")
            .help("remove one of them")
    }
}

/// All duplicates as errors or as warnings, in this order.
pub(crate) fn problems(
    duplicates: &[Duplicate],
    source: &Arc<Source>,
    severity: Severity,
) -> (Vec<Problem>, Vec<Problem>) {
    let problems = duplicates.iter().map(|duplicate| duplicate.problem(source, severity)).collect();
    match severity {
        Severity::Error => (problems, Vec::new()),
        Severity::Warning | Severity::Advice => (Vec::new(), problems),
    }
}
