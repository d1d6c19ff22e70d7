//! What can be said of a manifest before anything is evaluated, for all environments at once.

mod form;
pub(crate) mod names;
pub(crate) mod not_yet;
pub(crate) mod references;

use source::{Problems, Tree};

/// Every mistake of the file that does not depend on an environment.
pub(crate) fn check(document: &Tree) -> Problems {
    let mut problems = form::check(document);
    problems.extend(names::check(document));
    problems.extend(not_yet::check(document));
    problems.extend(form::expressions(document));
    problems.extend(references::check(document));
    problems
}
