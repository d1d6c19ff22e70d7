//! Manifests in `fixtures/`: valid ones show the stack that they make, invalid ones the problem that they are told.

mod disk;
mod examples;
mod invalid;
mod robust;
mod show;
mod valid;
