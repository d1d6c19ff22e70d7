//! Work on many items: on several threads where there is enough of it and a processor is free.

use std::cell::{Cell, OnceCell};
use std::iter;
use std::num::NonZero;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError, mpsc};
use std::thread::{self, Scope, ScopedJoinHandle};

/// From this many bytes on, starting threads costs less than it saves.
const WORTH_IT: usize = 64 << 10;
/// The same for one more thread.
const WORTH_A_THREAD: usize = 32 << 10;
/// Only reserved, not used.
const STACK: usize = 8 << 20;

/// Renders that are under way. Where there are as many as processors, more threads would only be in each other's way.
static RENDERS: AtomicUsize = AtomicUsize::new(0);

/// Lasts as long as a render.
pub(crate) struct Busy(());

impl Busy {
    pub(crate) fn begin() -> Self {
        RENDERS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        RENDERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does some work here and, as long as it takes, prepares items on another thread. `bytes` is the size of all of them.
pub(crate) fn meanwhile<T: Sync, R>(
    items: &[T],
    bytes: usize,
    prepare: impl Fn(&T) + Send,
    work: impl FnOnce() -> R,
) -> R {
    if bytes < WORTH_IT || free_processors() == 0 {
        return work();
    }
    let is_done = AtomicBool::new(false);
    let goes_on = |_: &&T| !is_done.load(Ordering::Relaxed);
    thread::scope(|scope| {
        spawn(scope, move || items.iter().take_while(goes_on).for_each(prepare));
        let result = work();
        is_done.store(true, Ordering::Relaxed);
        result
    })
}

/// Does some work here, which hands out items with their sizes, and makes something of each: on another thread meanwhile,
/// on both afterwards, in any order.
pub(crate) fn beside<T: Send, M: Send, R>(
    work: impl FnOnce(&dyn Fn(usize, T)) -> R,
    make: impl Fn(T) -> M + Sync,
) -> (R, Vec<M>) {
    let (sender, receiver) = mpsc::channel();
    let receiver = Mutex::new(receiver);
    let next = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    let make_all = || iter::from_fn(next).map(&make).collect::<Vec<M>>();
    thread::scope(|scope| {
        let waiting = Cell::new(0);
        let other = OnceCell::new();
        let result = work(&|bytes, item| {
            sender.send(item).expect("the receiver is here");
            waiting.set(waiting.get() + bytes);
            if waiting.get() >= WORTH_A_THREAD && free_processors() > 0 {
                other.get_or_init(|| spawn(scope, make_all));
            }
        });
        drop(sender);
        let mut made = make_all();
        if let Some(other) = other.into_inner() {
            made.extend(other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        (result, made)
    })
}

/// Prepares each item, on all processors: for what other renders wait for. `bytes` is the size of all items together.
pub(crate) fn each<T: Sync>(items: &[T], bytes: usize, prepare: impl Fn(&T) + Sync) {
    let others = (*PROCESSORS - 1).min(7);
    if bytes < WORTH_IT || others == 0 {
        return items.iter().for_each(prepare);
    }
    let next = AtomicUsize::new(0);
    let take = || items.get(next.fetch_add(1, Ordering::Relaxed));
    let worker = || iter::from_fn(take).for_each(&prepare);
    thread::scope(|scope| {
        (0..others).for_each(|_| drop(spawn(scope, worker)));
        worker();
    });
}

/// A thread with as much room for deep schemas as the first of a process has.
fn spawn<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> R + Send + 'scope,
) -> ScopedJoinHandle<'scope, R> {
    let thread = thread::Builder::new().stack_size(STACK);
    thread.spawn_scoped(scope, work).expect("the system gives a process a few threads")
}

/// Asked for once: the system reads several files to answer.
static PROCESSORS: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Besides those of the renders that are under way.
fn free_processors() -> usize {
    PROCESSORS.saturating_sub(RENDERS.load(Ordering::Relaxed).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_met_once() {
        let items: Vec<usize> = (0..1000).collect();
        for bytes in [0, WORTH_IT] {
            let sum = AtomicUsize::new(0);
            each(&items, bytes, |item| {
                sum.fetch_add(*item, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 499_500);
        }
    }

    #[test]
    fn all_that_is_handed_out_is_made_something_of() {
        for bytes in [0, WORTH_A_THREAD] {
            let work = |hand: &dyn Fn(usize, usize)| (0..1000).for_each(|item| hand(bytes, item));
            let ((), mut made) = beside(work, |item| item * 2);
            made.sort_unstable();
            assert_eq!(made, (0..1000).map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
