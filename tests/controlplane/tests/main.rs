//! The control plane behaves as the tests of other crates take for granted.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests run programs on files, and a failure is a failed test"
)]

mod access;
mod ending;
mod pods;
mod proxy;
mod refusals;
