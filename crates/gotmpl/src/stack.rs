//! Recursion that follows a template's or a value's depth: it moves to a new piece of stack before the old one ends.

/// Calls a function with at least `RESERVE` bytes of stack, on any thread, whatever the caller's depth.
pub fn deeper<T>(call: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RESERVE, SEGMENT, call)
}

/// More than a round of recursion needs between two calls of `deeper`, also with a helper's function on top.
const RESERVE: usize = 192 * 1024;
const SEGMENT: usize = 4 * 1024 * 1024;
