//! What the API server warns about in its `Warning` headers.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use http::header::WARNING;

use crate::subject::Subject;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    pub text: String,
    pub subject: Subject,
}

/// Sorted, so that the order in which answers arrive does not show.
#[derive(Default)]
pub(super) struct Warnings(Mutex<BTreeSet<Warning>>);

impl Warnings {
    pub(super) fn collect(&self, headers: &HeaderMap, subject: impl FnOnce() -> Subject) {
        if !headers.contains_key(WARNING) {
            return;
        }
        let subject = subject();
        let texts = headers.get_all(WARNING).iter().filter_map(|value| text(value.to_str().ok()?));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(texts.map(|text| Warning { text, subject: subject.clone() }));
    }

    pub(super) fn take(&self) -> Vec<Warning> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all).into_iter().collect()
    }
}

/// `299 - "unknown field \"spec.x\""`: the text between the quotes.
fn text(header: &str) -> Option<String> {
    let (_, quoted) = header.split_once('"')?;
    let mut text = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            character => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let check = |header: &str, expect: Option<&str>| {
            assert_eq!(text(header).as_deref(), expect);
        };
        check(
            r#"299 - "policy/v1beta1 PodDisruptionBudget is deprecated""#,
            Some("policy/v1beta1 PodDisruptionBudget is deprecated"),
        );
        check(
            r#"299 - "unknown field \"spec.x\"" "Sat, 01 Jan 2024""#,
            Some(r#"unknown field "spec.x""#),
        );
        check(r#"299 - "unended"#, None);
        check("299 - none", None);
        check(r#"299 - "\"#, None);
    }
}
