//! What all fetching of a run shares: the cache, whether the network may be used, who is told of progress.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::http::{Clients, Patience};
use crate::{Cache, index};

/// One run's view of the world; clones share connections and what was fetched already.
#[derive(Clone)]
pub struct Session {
    pub cache: Cache,
    /// No socket is opened.
    pub offline: bool,
    /// How many downloads run at once; counts from the first download on.
    pub downloads: usize,
    pub watch: Arc<dyn Watch>,
    /// What the user's environment says: proxies, credential helpers' folders, `GIT_SSH_COMMAND`.
    pub environment: Arc<BTreeMap<String, String>>,
    /// How long servers are waited for, and how often they are asked.
    pub patience: Patience,
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of a session have in common.
#[derive(Default)]
pub(crate) struct Shared {
    permits: OnceLock<Semaphore>,
    pub(crate) clients: Clients,
    pub(crate) indexes: index::Opened,
}

impl Session {
    /// Online, four downloads at once, an empty environment, and nobody watches.
    pub fn new(cache: Cache) -> Self {
        Self {
            cache,
            offline: false,
            downloads: 4,
            watch: Arc::new(Unwatched),
            environment: Arc::default(),
            patience: Patience::default(),
            shared: Arc::default(),
        }
    }

    /// Waits until one more download may run; it may for as long as the permit lives.
    pub(crate) async fn permit(&self) -> SemaphorePermit<'_> {
        let permits = self.shared.permits.get_or_init(|| Semaphore::new(self.downloads.max(1)));
        permits.acquire().await.expect("nobody closes the semaphore")
    }
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
