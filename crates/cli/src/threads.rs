//! Work spread over threads, results handed out in order while the rest goes on.

use std::collections::BTreeMap;
use std::sync::{Once, mpsc};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Deep templates recurse deeply; the memory is only reserved, not used.
const STACK: usize = 256 << 20;

/// Threads for `items` pieces of work: one per processor, or what `--jobs` says.
pub fn pool(jobs: Option<u16>, items: usize) -> ThreadPool {
    let threads = jobs.map_or_else(processors, usize::from).min(items).max(1);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .thread_name(|number| format!("render-{number}"))
        .build()
        .expect("the system gives a process a few threads")
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Before work is spread from a thread that belongs to no pool: it becomes one of the threads that do the work, instead of
/// waiting for them. Not the only one, which others would wait for in vain while it does something else.
pub fn take_part() {
    if rayon::current_thread_index().is_none() && processors() > 1 {
        static TAKES_PART: Once = Once::new();
        // Fails where there is a pool already, which will do.
        let builder = || ThreadPoolBuilder::new().num_threads(processors()).use_current_thread();
        TAKES_PART.call_once(|| drop(builder().build_global()));
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
    pool.in_place_scope_fifo(|scope| {
        for (position, item) in items.iter().enumerate() {
            let sender = sender.clone();
            scope.spawn_fifo(move |_| {
                // Nobody listens any more once `deliver` has failed.
                drop(sender.send((position, work(item))));
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
