//! Work spread over threads, results handed out in order while the rest goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Once, mpsc};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Deep templates recurse deeply; the memory is only reserved, not used.
const STACK: usize = 256 << 20;

/// Of the threads that read one chart; more would only start.
const MOST: usize = 8;

/// Threads for renders, each of which may be lent a second one.
pub fn for_renders(jobs: Option<u16>, renders: usize) -> ThreadPool {
    pool(jobs, renders.saturating_mul(2))
}

/// Threads, as many as can be `wanted` at once, but not more than processors, or than `--jobs` says.
pub fn pool(jobs: Option<u16>, wanted: usize) -> ThreadPool {
    let threads = jobs.map_or_else(processors, usize::from).min(wanted).max(1);
    let builder = |threads| {
        let builder = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK);
        builder.thread_name(|number| format!("render-{number}"))
    };
    // Limits of the system may allow less than it has processors for.
    let pool = builder(threads).build().or_else(|_| builder(1).build());
    pool.expect("the system gives a process a thread")
}

/// Asked for once: the system reads several files to answer.
fn processors() -> usize {
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    *PROCESSORS
}

/// Before work is spread from a thread that belongs to no pool: it becomes one of the threads that do the work, instead of
/// waiting for them. Not the only one, which others would wait for in vain while it does something else.
pub fn take_part() {
    if rayon::current_thread_index().is_none() && processors() > 1 {
        static TAKES_PART: Once = Once::new();
        // Fails where there is a pool already, which will do.
        let builder =
            ThreadPoolBuilder::new().num_threads(processors().min(MOST)).stack_size(STACK);
        TAKES_PART.call_once(|| drop(builder.use_current_thread().build_global()));
    }
}

/// What a render is lent while there are processors that no other work wants.
#[derive(Clone, Copy, PartialEq)]
pub enum Lent {
    /// Threads of the pool that this one belongs to, if it belongs to one.
    ToWorker,
    /// Threads of a pool that this one, the process's first, takes part in.
    ToMain,
}

impl chart::Threads for Lent {
    fn beside(&self, there: &(dyn Fn() + Sync), here: &mut dyn FnMut(bool)) {
        if *self == Self::ToMain {
            take_part();
        }
        let is_free = || {
            let threads = rayon::current_num_threads().min(processors());
            PENDING.load(Ordering::Relaxed) < threads
        };
        if rayon::current_thread_index().is_some() && is_free() {
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| there());
                here(true);
            });
        } else {
            here(false);
        }
    }
}

/// Pieces of work that are under way or wait for their turn.
static PENDING: AtomicUsize = AtomicUsize::new(0);

/// Lasts until a piece of work is done.
struct Pending(());

impl Pending {
    fn begin() -> Self {
        PENDING.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        PENDING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs `work` on each item, side by side, and hands the results to `deliver` on this thread in the order of the items.
/// An error of `deliver` ends the handing out; work that has begun ends by itself.
pub fn in_order<T: Sync, R: Send, E>(
    pool: &ThreadPool,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut deliver: impl FnMut(&T, R) -> Result<(), E>,
) -> Result<(), E> {
    let (sender, receiver) = mpsc::channel();
    let work = &work;
    // All of them before the first one begins, and asks for help.
    let pending: Vec<Pending> = items.iter().map(|_| Pending::begin()).collect();
    pool.in_place_scope_fifo(|scope| {
        for (position, (item, pending)) in items.iter().zip(pending).enumerate() {
            let sender = sender.clone();
            scope.spawn_fifo(move |_| {
                let result = work(item);
                drop(pending);
                // Nobody listens any more once `deliver` has failed.
                drop(sender.send((position, result)));
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (position, result) in receiver {
            early.insert(position, result);
            while let Some(result) = early.remove(&next) {
                deliver(&items[next], result)?;
                next += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..50).collect();
        let mut got = Vec::new();
        let slow_start = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros((50 - item) * 20));
            item * 2
        };
        let result: Result<(), ()> =
            in_order(&pool(Some(4), 50), &items, slow_start, |item, double| {
                got.push((*item, double));
                Ok(())
            });
        assert_eq!(result, Ok(()));
        assert!(
            got.iter()
                .enumerate()
                .all(|(n, (item, double))| *item == n as u64 && *double == item * 2)
        );
        assert_eq!(got.len(), 50);
    }
}
