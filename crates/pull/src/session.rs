//! What all fetching of a run shares: the cache, whether the network may be used, who is told of progress.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Cache;

/// One run's view of the world.
#[derive(Clone)]
pub struct Session {
    pub cache: Cache,
    /// No socket is opened.
    pub offline: bool,
    /// How many downloads run at once.
    pub downloads: usize,
    pub watch: Arc<dyn Watch>,
    /// What the user's environment says: proxies, credential helpers' folders, `GIT_SSH_COMMAND`.
    pub environment: Arc<BTreeMap<String, String>>,
}

/// Is told how downloads come along; called from several threads. What it shows passes through a redactor.
pub trait Watch: Send + Sync {
    /// A download begins; `what` is a chart or an index as a message names it.
    fn began(&self, what: &str);
    /// So many bytes have come, of so many if the server says.
    fn came(&self, what: &str, bytes: u64, of: Option<u64>);
    /// It ended, well or not.
    fn ended(&self, what: &str);
    /// Something that the user should know: a retry, a certificate that nobody checked.
    fn warn(&self, message: &str);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn began(&self, _what: &str) {}
    fn came(&self, _what: &str, _bytes: u64, _of: Option<u64>) {}
    fn ended(&self, _what: &str) {}
    fn warn(&self, _message: &str) {}
}
