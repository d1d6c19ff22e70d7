//! YAML in and out with Helm's rules: go-yaml v2's scanner and YAML 1.1 types in, `toYaml`'s bytes out.
//!
//! One reader serves manifests, values, chart files and rendered output, so that a value means the same wherever it is
//! written. A value passes through JSON as in Helm: keys become text, infinities are refused.

mod compose;
mod error;
mod event;
mod fault;
mod head;
mod key;
mod resolve;
mod scalar;
mod scan;
mod split;
mod write;

use std::borrow::Cow;
use std::sync::Arc;

pub use error::Error;
pub use event::{Event, EventKind, Events, Properties};
pub use head::{Head, head};
pub use split::documents;
pub use write::{Dialect, WriteError, Writer, sort_keys, write};

use crate::{Problems, Severity, Source, Tree, duplicate};

/// How strictly to read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What a key that stands twice is; its last value counts in either case.
    pub duplicate_keys: Severity,
    /// Makes keys such as `no:` and `1:` problems, which YAML 1.1 does not read as text. Without it they are made text
    /// as Helm does: `"false"`, `"1"`.
    pub text_keys: bool,
}

impl Options {
    /// For the manifest and other files of our own.
    pub const STRICT: Self = Self { duplicate_keys: Severity::Error, text_keys: true };
    /// For values and everything else that Helm reads.
    pub const HELM: Self = Self { duplicate_keys: Severity::Warning, text_keys: false };
}

/// A text that was read, with what is doubtful about it.
#[derive(Clone, Debug, Default)]
pub struct Read<T> {
    pub value: T,
    pub warnings: Problems,
}

/// Reads the first document of a text; an empty one is null. Every node knows its place. Errors are all mistakes that
/// could be found: the first one of syntax, or all of meaning (keys, tags, aliases, merges).
pub fn read(source: &Arc<Source>, options: Options) -> Result<Read<Tree>, Problems> {
    let mut warnings = Problems::new();
    let value = read_part(source, 0, &source.text, options, &mut warnings)?;
    Ok(Read { value, warnings })
}

/// Reads all documents of a text, split at `---` lines as Helm 4 splits values files. Empty ones are null.
pub fn read_all(source: &Arc<Source>, options: Options) -> Result<Read<Vec<Tree>>, Problems> {
    let mut read = Read::<Vec<Tree>>::default();
    let mut problems = Problems::new();
    let parts =
        documents(&source.text).map_err(|place| vec![fault::of_separator(place, source)])?;
    for part in parts {
        // Helm ends the last line too, which a block scalar on it keeps.
        let text = match &source.text[part.clone()] {
            text if text.ends_with('\n') => Cow::Borrowed(text),
            text => Cow::Owned(format!("{text}\n")),
        };
        match read_part(source, part.start, &text, options, &mut read.warnings) {
            Ok(tree) => read.value.push(tree),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(read) } else { Err(problems) }
}

fn read_part(
    source: &Arc<Source>,
    offset: usize,
    text: &str,
    options: Options,
    warnings: &mut Problems,
) -> Result<Tree, Problems> {
    let composed = compose::compose(text, offset, Some(source), options)
        .map_err(|error| vec![fault::of_error(&error, source, offset)])?;
    let mut problems: Problems =
        composed.errors.iter().map(|error| fault::of_error(error, source, offset)).collect();
    problems.extend(composed.odd_keys.iter().map(|odd| fault::of_odd_key(odd, source)));
    let (more, doubts) = duplicate::problems(&composed.duplicates, source, options.duplicate_keys);
    problems.extend(more);
    warnings.extend(doubts);
    if problems.is_empty() { Ok(composed.tree) } else { Err(problems) }
}

/// Reads the first document without places, which is faster: for rendered text.
pub fn read_bare(text: &str) -> Result<Tree, Error> {
    let composed = compose::compose(text, 0, None, Options::HELM)?;
    match composed.errors.into_iter().min_by_key(|error| error.kind) {
        Some(error) => Err(error),
        None => Ok(composed.tree),
    }
}

/// Reads the first document with the error text of Helm's YAML library, which `fromYaml` gives to templates:
/// `error converting YAML to JSON: yaml: line 3: …`. Numbers are float64, as after its JSON step.
pub fn read_plain(text: &str) -> Result<Tree, String> {
    let mut tree =
        read_bare(text).map_err(|error| format!("error converting YAML to JSON: {error}"))?;
    tree.integers_to_floats();
    Ok(tree)
}

#[cfg(test)]
mod tests;
