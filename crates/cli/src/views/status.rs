//! What was applied, release by release, and whether it is still so.

pub mod cluster;
pub mod directory;
