//! One file of a chart: its path and its bytes.

use std::borrow::Cow;
use std::sync::Arc;

/// Cheap to clone; several charts of one process may share the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the chart's root, with `/`: `templates/deployment.yaml`.
    pub path: String,
    pub bytes: Arc<[u8]>,
}

impl File {
    pub fn new(path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }

    /// The content as text, with U+FFFD where it is no UTF-8.
    pub fn text(&self) -> Cow<'_, str> {
        // Much faster than looking for faults at once.
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(&self.bytes),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}
