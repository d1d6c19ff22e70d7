//! The client against a real API server, and through a proxy that makes requests fail.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests run programs on files, and a failure is a failed test"
)]

mod conflicts;
mod discovery;
mod errors;
mod guard;
mod lease;
mod looking;
mod objects;
mod records;
mod retries;
mod waiting;
mod watches;
mod world;
