//! The program on a real cluster: each test has a workspace and a namespace of its own, all share one control plane.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests run the program on files, and a failure is a failed test"
)]

#[path = "../sandbox.rs"]
#[expect(dead_code, reason = "the tests without a cluster use the rest")]
mod sandbox;
mod support;

mod adoption;
mod afar;
mod app;
mod bad_input;
mod deferred;
mod definitions;
mod deletions;
mod failures;
mod faults;
mod gc;
mod hook_output;
mod instances;
mod interop;
mod interrupts;
mod kills;
mod large;
mod locks;
mod own_namespace;
mod policies;
mod rbac;
mod resume;
mod rollback;
mod running;
mod same_as_helm;
mod state;
mod taken_back;
mod tests;
mod unlock;
mod waves;
