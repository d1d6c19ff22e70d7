//! Whole runs on real directories: apply, apply again, conflicts, kills at every change, destroy.

mod kills;
mod runs;
mod support;
