//! Replaces every known secret in a text that is about to be shown.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// What stands where a secret stood.
pub const MASK: &str = "(secret)";

/// The strings that must never be shown: values of secret inputs and rendered or live Secret data, each plain, base64,
/// escaped and per line. `cli`'s printer and every view pass through one, so that no crate can forget.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: BTreeSet<String>,
}

impl Redactor {
    /// Learns a secret. Strings under 6 bytes are left out here: those are masked by their path only.
    pub fn add(&mut self, secret: &str) {
        if secret.len() >= 6 {
            self.secrets.insert(secret.to_owned());
        }
    }

    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        for secret in &self.secrets {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), MASK));
            }
        }
        shown
    }
}
