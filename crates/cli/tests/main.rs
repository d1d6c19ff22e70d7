//! The program as a person or a script meets it: command lines in, stdout, stderr and exit code out.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests run the program on files, and a failure is a failed test"
)]

mod sandbox;
mod shelf;

mod help;
mod start;

mod afar;
mod cache;
mod chart;
mod ephemeral;
mod git;
mod json;
mod lifecycle;
mod microservices;
mod parity;
mod refusals;
mod template;
