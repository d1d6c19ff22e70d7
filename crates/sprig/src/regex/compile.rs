//! Compiled patterns, kept per thread, and Go's words for those that do not compile.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use gotmpl::{CallError, Str};
use regex::bytes::{Regex, RegexBuilder};

use super::translate::translate;
use crate::go;

/// Charts use few patterns, and use them often; when this many have been seen, the thread starts afresh.
const KEPT: usize = 512;

/// A compiled pattern, and its groups that have names.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) names: Vec<(String, usize)>,
    pub(super) is_empty: bool,
}

type Compiled = Result<Rc<Pattern>, String>;

thread_local! {
    static CACHE: RefCell<BTreeMap<Str, Compiled>> = RefCell::default();
}

/// A pattern ready for use, or Go's error text: ``error parsing regexp: missing closing ): `a(` ``.
pub(super) fn compile(pattern: &Str) -> Compiled {
    CACHE.with_borrow_mut(|cache| {
        if let Some(compiled) = cache.get(pattern) {
            return compiled.clone();
        }
        if cache.len() >= KEPT {
            cache.clear();
        }
        let compiled = build(pattern);
        cache.insert(pattern.clone(), compiled.clone());
        compiled
    })
}

/// The same with the words of `regexp.MustCompile`'s panic.
pub(super) fn must_compile(pattern: &Str) -> Result<Rc<Pattern>, CallError> {
    compile(pattern).map_err(|error| {
        let quoted = match pattern.as_text() {
            Some(text) if can_backquote(text) => format!("`{text}`"),
            _ => go::quote(pattern.as_bytes()),
        };
        CallError::message(format!("regexp: Compile({quoted}): {error}"))
    })
}

fn build(pattern: &Str) -> Compiled {
    let failed = |reason: String| format!("error parsing regexp: {reason}");
    let Some(text) = pattern.as_text() else {
        let good = pattern.as_bytes().utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
        let bad = String::from_utf8_lossy(&pattern.as_bytes()[good..]);
        return Err(failed(format!("invalid UTF-8: `{bad}`")));
    };
    let translated = translate(text).map_err(failed)?;
    match RegexBuilder::new(&translated.pattern).build() {
        Ok(regex) => {
            Ok(Rc::new(Pattern { regex, names: translated.names, is_empty: text.is_empty() }))
        }
        Err(regex::Error::CompiledTooBig(_)) => {
            Err(failed(format!("expression too large: `{text}`")))
        }
        Err(error) => Err(failed(refusal(&error.to_string(), text))),
    }
}

/// What is left to the regex package to refuse: class names it does not know, and deep nesting.
fn refusal(error: &str, pattern: &str) -> String {
    if error.contains("nested") || error.contains("nest limit") {
        format!("expression nests too deeply: `{pattern}`")
    } else {
        format!("invalid character class range: `{pattern}`")
    }
}

fn can_backquote(text: &str) -> bool {
    !text
        .chars()
        .any(|rune| rune == '`' || rune == '\u{feff}' || rune.is_ascii_control() && rune != '\t')
}
