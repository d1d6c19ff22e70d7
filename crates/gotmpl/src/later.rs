//! A file that is parsed when somebody first needs it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use crate::{Error, Parsed};

/// A file whose text defines no template but itself, so that nobody can miss anything before it is parsed. Whoever asks
/// while another thread parses it waits for that.
pub struct Later {
    parse: Box<Parse>,
    parsed: OnceLock<Result<Arc<Parsed>, Box<Error>>>,
}

type Parse = dyn Fn() -> Result<Arc<Parsed>, Error> + Send + Sync;

impl Later {
    pub fn new(parse: Box<Parse>) -> Self {
        Self { parse, parsed: OnceLock::new() }
    }

    /// Whether a text may be parsed later: no `define` and no `block` stands where an action begins.
    pub fn fits(text: &str) -> bool {
        let begins_action = |at: usize| {
            let before = text[..at].trim_end_matches([' ', '\t', '\r', '\n']);
            before.ends_with("{{") || before.ends_with("{{-")
        };
        ["define", "block"]
            .iter()
            .all(|keyword| !memmem::find_iter(text.as_bytes(), keyword).any(&begins_action))
    }

    pub fn is_parsed(&self) -> bool {
        self.parsed.get().is_some()
    }

    /// Parses it, if nobody did so before.
    pub fn parse(&self) {
        self.get();
    }

    /// # Errors
    /// The file's first mistake, each time.
    pub fn parsed(&self) -> Result<&Arc<Parsed>, &Error> {
        self.get().as_ref().map_err(|error| &**error)
    }

    fn get(&self) -> &Result<Arc<Parsed>, Box<Error>> {
        self.parsed.get_or_init(|| (self.parse)().map_err(Box::new))
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Later").field(&self.parsed).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_defines_others_is_not_for_later() {
        for text in
            ["", "define", "{{ .define }}", "{{ include \"define\" . }} block", "{{ x }}define"]
        {
            assert!(Later::fits(text), "{text}");
        }
        for text in [
            "{{define \"x\"}}{{end}}",
            "{{- define \"x\" -}}{{end}}",
            "a {{ \t\r\n block \"x\" . }}{{ end }}",
            "define {{-\ndefine \"x\" }}{{ end }}",
        ] {
            assert!(!Later::fits(text), "{text}");
        }
    }
}
