//! What results look like: data in, text out, one file per format.

pub mod cache;
pub mod deps;
pub mod edits;
pub mod explain;
pub mod failures;
pub mod gc;
pub mod graph;
pub mod history;
pub mod list;
pub mod plan;
pub mod rbac;
pub mod refusals;
pub mod status;
pub mod table;
pub mod verdicts;

#[cfg(test)]
mod testing;
