//! One file of a chart: its path and its content.

use std::sync::Arc;

/// Cheap to clone; several charts of one process may share the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the chart's root, with `/`: `templates/deployment.yaml`.
    pub path: String,
    content: Content,
}

/// What is text is known to be, so that nobody has to look again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Text(Arc<str>),
    /// Not UTF-8.
    Other(Arc<[u8]>),
}

impl File {
    pub fn new(path: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let content = match std::str::from_utf8(bytes) {
            Ok(text) => Content::Text(text.into()),
            Err(_) => Content::Other(bytes.into()),
        };
        Self { path: path.into(), content }
    }

    /// The same content at another path.
    pub fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), content: self.content.clone() }
    }

    pub fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Other(bytes) => bytes,
        }
    }

    pub(crate) fn shared_bytes(&self) -> Arc<[u8]> {
        match &self.content {
            Content::Text(text) => Arc::clone(text).into(),
            Content::Other(bytes) => Arc::clone(bytes),
        }
    }

    /// The content as text, with U+FFFD where it is no UTF-8.
    pub fn text(&self) -> Arc<str> {
        match &self.content {
            Content::Text(text) => Arc::clone(text),
            Content::Other(bytes) => String::from_utf8_lossy(bytes).into(),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}
