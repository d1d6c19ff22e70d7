//! Custom resources of which nothing is known but the conventions that kstatus reads.

use source::Tree;

use super::fields::condition;
use super::{Rules, State};

/// By its `Ready` condition. Without one it is ready, unless its controller has yet to write a first status.
pub(super) fn state(object: &Tree, rules: &Rules<'_>) -> State {
    match condition(object, "Ready") {
        Some(ready) if ready.is_true() => State::ready(),
        Some(ready) => State::waiting(ready.words("not ready")),
        None if !rules.status_subresource || has_status(object) => State::ready(),
        None if rules.grace_over => State::ready_but("no controller has written a status"),
        None => State::waiting("waiting for a first status"),
    }
}

fn has_status(object: &Tree) -> bool {
    object.get("status").and_then(Tree::as_map).is_some_and(|status| !status.is_empty())
}
