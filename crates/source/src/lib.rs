//! The user's texts and what is wrong with them: sources, spans, problems, and trees of values that know where they were
//! written and whether they are secret.

pub mod base64;
mod duplicate;
pub mod files;
pub mod json;
pub mod number;
pub mod problem;
pub mod redact;
pub mod suggest;
pub mod text;
pub mod tree;
pub mod typed;
pub mod yaml;

pub use files::{Entry, FileError, Files};
pub use problem::{Label, Problem, Problems, Severity, arrange};
pub use redact::Redactor;
pub use suggest::suggest;
pub use text::{Source, Span};
pub use tree::{Map, Node, Path, Segment, Tree};
