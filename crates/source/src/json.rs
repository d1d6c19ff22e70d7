//! JSON in and out with Go's rules.

mod read;
mod write;

use std::sync::Arc;

pub use read::Error;
pub use write::{Html, Layout, quote, write};

use crate::yaml::{Options, Read};
use crate::{Problem, Problems, Source, Span, Tree, duplicate};

/// Reads a text that is one JSON value. Every node knows its place; of a key that stands twice the last value counts.
pub fn read(source: &Arc<Source>, options: Options) -> Result<Read<Tree>, Problems> {
    let parsed = read::parse(&source.text, Some(source)).map_err(|error| {
        vec![
            Problem::error("invalid-json", format!("invalid JSON: {}", error.message))
                .at(Some(&Span::new(source, error.place)), "here"),
        ]
    })?;
    let (problems, warnings) =
        duplicate::problems(&parsed.duplicates, source, options.duplicate_keys);
    if problems.is_empty() { Ok(Read { value: parsed.tree, warnings }) } else { Err(problems) }
}

/// Reads a text without places. The error's `Display` gives the words of Go's `encoding/json`, which `fromJson` hands to
/// templates.
pub fn read_bare(text: &str) -> Result<Tree, Error> {
    Ok(read::parse(text, None)?.tree)
}
