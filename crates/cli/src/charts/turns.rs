//! Charts are read side by side, and several may list the same dependency: it is looked for by one at a time, so that it
//! is fetched once and the lock file learns one answer.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use pull::{Source, Wanted};

#[derive(Default)]
pub(super) struct Turns {
    busy: Mutex<BTreeSet<Source>>,
    freed: Condvar,
}

/// Whoever holds it is alone with its sources.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    sources: BTreeSet<Source>,
}

impl Turns {
    /// Waits until nobody else looks for any of these.
    pub(super) fn take(&self, wanted: &[Wanted]) -> Turn<'_> {
        let sources: BTreeSet<Source> = wanted.iter().map(|one| one.source.clone()).collect();
        // All at once or none: who waits holds nothing that another waits for.
        let busy = self.freed.wait_while(self.busy(), |busy| !busy.is_disjoint(&sources));
        busy.unwrap_or_else(PoisonError::into_inner).extend(sources.iter().cloned());
        Turn { turns: self, sources }
    }

    fn busy(&self) -> MutexGuard<'_, BTreeSet<Source>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.busy().retain(|source| !self.sources.contains(source));
        self.turns.freed.notify_all();
    }
}
