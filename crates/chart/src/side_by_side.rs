//! One piece of work on many items, or two pieces of work: on several threads where there is enough of it, results in
//! order.

use std::num::NonZero;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// From this many bytes on, starting threads costs less than it saves.
const WORTH_IT: usize = 256 << 10;
/// The same for one more thread.
const WORTH_A_THREAD: usize = 32 << 10;

/// Two pieces of work, of which the smaller one is about this many bytes.
pub(crate) fn both<A, B: Send>(
    bytes: usize,
    one: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if bytes < WORTH_A_THREAD {
        return (one(), other());
    }
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (one, other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
    })
}

/// Does some work here and, as long as it takes, prepares items on another thread. `bytes` is the size of all of them.
pub(crate) fn meanwhile<T: Sync, R>(
    items: &[T],
    bytes: usize,
    prepare: impl Fn(&T) + Send,
    work: impl FnOnce() -> R,
) -> R {
    if bytes < WORTH_IT || processors() == 1 {
        return work();
    }
    let is_done = AtomicBool::new(false);
    let goes_on = |_: &&T| !is_done.load(Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(move || items.iter().take_while(goes_on).for_each(prepare));
        let result = work();
        is_done.store(true, Ordering::Relaxed);
        result
    })
}

/// `bytes` is the size of all items together. The calling thread works too.
pub(crate) fn map<T: Sync, R: Send>(
    items: &[T],
    bytes: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = processors().min(8);
    if bytes < WORTH_IT || threads == 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mut done = worker();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::{WORTH_IT, map};

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
        assert_eq!(map(&items, 0, |item| item * 2), doubled);
        assert_eq!(map(&items, WORTH_IT, |item| item * 2), doubled);
    }
}
