//! The control plane behaves as the tests of other crates take for granted.

mod access;
mod pods;
