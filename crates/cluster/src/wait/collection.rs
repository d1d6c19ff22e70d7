//! One collection that is followed in the background, and those who want to hear of changes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::follow;
use super::hub::Source;
use super::store::Store;
use crate::client::Client;

/// Dropping it ends its watch.
pub(super) struct Collection {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// What the background task writes and everybody reads.
#[derive(Default)]
pub(super) struct Shared {
    store: Mutex<Store>,
    /// Who is asked for where nothing can be listed.
    names: Mutex<BTreeSet<String>>,
    /// A name was added.
    pub(super) added: Notify,
    listeners: Mutex<Vec<Weak<Notify>>>,
}

impl Collection {
    pub(super) fn follow(client: &Client, source: &Source) -> Self {
        let shared = Arc::new(Shared::default());
        let task = follow::follow(client.clone(), source.clone(), Arc::clone(&shared));
        Self { shared, task: tokio::spawn(task).abort_handle() }
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        locked(&self.shared.store)
    }

    pub(super) fn add_name(&self, name: &str) {
        if locked(&self.shared.names).insert(name.to_owned()) {
            self.shared.added.notify_one();
        }
    }

    /// Wakes it at every change from now on.
    pub(super) fn listen(&self, listener: &Arc<Notify>) {
        let mut listeners = locked(&self.shared.listeners);
        listeners.retain(|it| it.strong_count() > 0);
        listeners.push(Arc::downgrade(listener));
    }
}

impl Drop for Collection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// Changes what is known, and tells everybody.
    pub(super) fn change(&self, change: impl FnOnce(&mut Store)) {
        change(&mut locked(&self.store));
        for listener in locked(&self.listeners).iter().filter_map(Weak::upgrade) {
            listener.notify_one();
        }
    }

    pub(super) fn version(&self) -> String {
        locked(&self.store).version().to_owned()
    }

    pub(super) fn names(&self) -> Vec<String> {
        locked(&self.names).iter().cloned().collect()
    }
}

/// A thread that panicked has left nothing half done: each change is one call.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
