//! JSON in and out with Go's rules.

mod write;

pub use write::{Html, Layout, quote, write};
