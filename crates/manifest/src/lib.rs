//! `regatta.yaml` and an environment into a valid stack, or every reason why not.

pub mod ask;

pub use ask::{Ask, Environment, Flag, GitFact, Override, Purpose, Read};
