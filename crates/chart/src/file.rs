//! One file of a chart: its path and its content.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Cheap to clone; several charts of one process may share the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the chart's root, with `/`: `templates/deployment.yaml`.
    pub path: String,
    content: Arc<Content>,
}

struct Content {
    size: usize,
    held: OnceLock<Held>,
    /// How to come by what is not held yet.
    read: Option<Box<Read>>,
    /// What stands for bytes that are no text, once somebody asked for it.
    lossy: OnceLock<Arc<str>>,
}

/// What is text is known to be, so that nobody has to look again.
enum Held {
    Text(Arc<str>),
    /// Not UTF-8.
    Other(Arc<[u8]>),
    Unreadable(String),
}

/// Gives a file's bytes, or the system's words why not. Called once.
pub type Read = dyn Fn() -> Result<Vec<u8>, String> + Send + Sync;

impl File {
    pub fn new(path: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        Self::with(path.into(), bytes.len(), OnceLock::from(Held::new(bytes)), None)
    }

    /// A file that is read when somebody looks into it: most renders need none of a chart's documentation and definitions.
    /// Where that fails it counts as empty, and `Chart::readable` tells.
    pub fn later(path: impl Into<String>, size: usize, read: Box<Read>) -> Self {
        Self::with(path.into(), size, OnceLock::new(), Some(read))
    }

    fn with(path: String, size: usize, held: OnceLock<Held>, read: Option<Box<Read>>) -> Self {
        Self { path, content: Arc::new(Content { size, held, read, lossy: OnceLock::new() }) }
    }

    /// The same content at another path.
    pub fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), content: Arc::clone(&self.content) }
    }

    /// In bytes; nothing is read for that.
    pub fn size(&self) -> usize {
        self.content.size
    }

    pub fn bytes(&self) -> &[u8] {
        match self.content.held() {
            Held::Text(text) => text.as_bytes(),
            Held::Other(bytes) => bytes,
            Held::Unreadable(_) => &[],
        }
    }

    pub(crate) fn shared_bytes(&self) -> Arc<[u8]> {
        match self.content.held() {
            Held::Text(text) => Arc::clone(text).into(),
            Held::Other(bytes) => Arc::clone(bytes),
            Held::Unreadable(_) => Arc::default(),
        }
    }

    /// The content as text, with U+FFFD where it is no UTF-8.
    pub fn text(&self) -> &Arc<str> {
        match self.content.held() {
            Held::Text(text) => text,
            _ => self
                .content
                .lossy
                .get_or_init(|| String::from_utf8_lossy(self.bytes()).as_ref().into()),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Without a byte order mark, which what is read later has lost by then.
    pub(crate) fn without_mark(self) -> Self {
        let held = self.content.held.get().map(|_| self.bytes());
        match held.and_then(|bytes| bytes.strip_prefix(MARK)) {
            Some(rest) => Self::new(&*self.path, rest),
            None => self,
        }
    }

    /// Why somebody looked into the file in vain.
    pub(crate) fn failure(&self) -> Option<&str> {
        match self.content.held.get() {
            Some(Held::Unreadable(why)) => Some(why),
            _ => None,
        }
    }
}

const MARK: &[u8] = "\u{feff}".as_bytes();

impl Content {
    fn held(&self) -> &Held {
        self.held.get_or_init(|| match self.read.as_ref().map(|read| read()) {
            Some(Ok(bytes)) => Held::new(bytes.strip_prefix(MARK).unwrap_or(&bytes)),
            Some(Err(why)) => Held::Unreadable(why),
            None => unreachable!("what is not held can be read"),
        })
    }
}

impl Held {
    fn new(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Other(bytes.into()),
        }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self.held(), other.held()) {
            (Held::Text(one), Held::Text(other)) => one == other,
            (Held::Other(one), Held::Other(other)) => one == other,
            (Held::Unreadable(one), Held::Unreadable(other)) => one == other,
            _ => false,
        }
    }
}

impl Eq for Content {}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_later_is_read_once_and_without_its_mark() {
        let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let read = move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok("\u{feff}text".into())
        };
        let file = File::later("README.md", 7, Box::new(read)).without_mark();
        assert_eq!((file.size(), calls.load(std::sync::atomic::Ordering::Relaxed)), (7, 0));
        assert_eq!((file.bytes(), &**file.at("x").text()), (&b"text"[..], "text"));
        assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 1);
        assert_eq!(file, File::new("README.md", "text"));
    }

    #[test]
    fn what_cannot_be_read_is_empty_and_known() {
        let file = File::later("README.md", 7, Box::new(|| Err("input/output error".into())));
        assert_eq!(file.failure(), None);
        assert_eq!(file.bytes(), b"");
        assert_eq!(file.failure(), Some("input/output error"));
    }
}
