//! What can be said of a manifest before anything is evaluated, for all environments at once.

mod compat;
mod form;
pub(crate) mod names;
pub(crate) mod not_yet;
pub(crate) mod references;

use names::entries;
use source::{Problems, Tree};

/// Every mistake of the file that does not depend on an environment.
pub(crate) fn check(document: &Tree) -> Problems {
    let mut problems = form::check(document);
    problems.extend(names::check(document));
    problems.extend(not_yet::check(document));
    problems.extend(compat::check(document));
    problems.extend(form::expressions(document));
    problems.extend(references::check(document));
    problems
}

/// Everything of the file that is a release or a part of one: `defaults`, templates, releases, and what environments
/// change.
fn parts(document: &Tree) -> impl Iterator<Item = &Tree> {
    let defaults = document.get("defaults").into_iter();
    let whole = defaults.chain(entries(document, "templates")).chain(entries(document, "releases"));
    let with_overrides =
        whole.flat_map(|part| std::iter::once(part).chain(entries(part, "environments")));
    let of_environments = entries(document, "environments");
    with_overrides.chain(of_environments.flat_map(|environment| entries(environment, "releases")))
}
