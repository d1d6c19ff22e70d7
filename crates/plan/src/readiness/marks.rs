//! Annotations by which other tools say how an object is waited for, and which charts bring along.

use source::Tree;

use super::State;
use super::fields::mark;

/// Annotation, value, and whether it makes the object ready.
const MARKS: &[(&str, &str, bool)] = &[
    ("kluctl.io/is-ready", "true", true),
    ("kluctl.io/is-ready", "false", false),
    ("pulumi.com/skipAwait", "true", true),
    ("werf.io/track-termination-mode", "NonBlocking", true),
];

/// What they say of the object, if anything.
pub(super) fn state(object: &Tree) -> Option<State> {
    let is_marked = |key: &str, value: &str| mark(object, "annotations", key) == Some(value);
    let (key, value, ready) = MARKS.iter().find(|(key, value, _)| is_marked(key, value))?;
    let words = format!("its annotation `{key}` is `{value}`");
    Some(if *ready { State::ready_but(words) } else { State::waiting(words) })
}
