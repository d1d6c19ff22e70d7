//! Work of a render that another thread can do meanwhile.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{iter, mem};

/// Threads that the caller of a render lends it.
pub trait Threads {
    /// Runs `here` on this thread, told whether `there` runs on another meanwhile, and returns when both have ended. `there`
    /// waits for `here`, so that it must never run before it on the same thread; where no thread is free, it need not run.
    fn beside(&self, there: &(dyn Fn() + Sync), here: &mut dyn FnMut(bool));
}

/// None but the caller's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneThread;

impl Threads for OneThread {
    fn beside(&self, _there: &(dyn Fn() + Sync), here: &mut dyn FnMut(bool)) {
        here(false);
    }
}

/// From this many bytes on, work is worth waking another thread.
const WORTH_IT: usize = 64 << 10;

/// Does work on so many `bytes`, with a helper on another thread where that is worth it.
pub(crate) fn with_helper<'j, R>(
    threads: &dyn Threads,
    bytes: usize,
    work: impl FnOnce(&Helper<'j>) -> R,
) -> R {
    let helper = Helper::default();
    if bytes < WORTH_IT {
        return work(&helper);
    }
    let (mut work, mut result) = (Some(work), None);
    threads.beside(&|| helper.work(), &mut |is_lent| {
        helper.is_lent.store(is_lent, Ordering::Relaxed);
        let _end = End(&helper);
        result = work.take().map(|work| work(&helper));
    });
    result.expect("`here` was run")
}

/// Does jobs on another thread, in the order in which they come.
#[derive(Default)]
pub(crate) struct Helper<'j> {
    /// There is a thread, or will be soon.
    is_lent: AtomicBool,
    jobs: Mutex<Jobs<'j>>,
    news: Condvar,
}

type Job<'j> = Box<dyn FnOnce() + Send + 'j>;

#[derive(Default)]
struct Jobs<'j> {
    waiting: VecDeque<Job<'j>>,
    /// The other thread is at one.
    is_busy: bool,
    /// No more will come.
    is_over: bool,
}

impl<'j> Helper<'j> {
    pub(crate) fn is_lent(&self) -> bool {
        self.is_lent.load(Ordering::Relaxed)
    }

    pub(crate) fn hand(&self, job: impl FnOnce() + Send + 'j) {
        self.lock().waiting.push_back(Box::new(job));
        self.news.notify_one();
    }

    /// Drops the jobs that are not begun.
    pub(crate) fn forget(&self) {
        let forgotten = mem::take(&mut self.lock().waiting);
        drop(forgotten);
    }

    /// Does what is not begun on both threads, and returns when all is done.
    pub(crate) fn finish(&self) {
        iter::from_fn(|| self.lock().waiting.pop_front()).for_each(|job| job());
        let jobs = self.news.wait_while(self.lock(), |jobs| jobs.is_busy);
        drop(jobs.unwrap_or_else(PoisonError::into_inner));
    }

    /// What the other thread does.
    fn work(&self) {
        let is_idle = |jobs: &mut Jobs<'_>| jobs.waiting.is_empty() && !jobs.is_over;
        loop {
            let jobs = self.news.wait_while(self.lock(), is_idle);
            let mut jobs = jobs.unwrap_or_else(PoisonError::into_inner);
            let Some(job) = jobs.waiting.pop_front() else { return };
            jobs.is_busy = true;
            drop(jobs);
            let _done = Done(self);
            job();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Jobs<'j>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that a job has ended, well or not.
struct Done<'h, 'j>(&'h Helper<'j>);

impl Drop for Done<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().is_busy = false;
        self.0.news.notify_one();
    }
}

/// Sends the other thread away, also after a failure.
struct End<'h, 'j>(&'h Helper<'j>);

impl Drop for End<'_, '_> {
    fn drop(&mut self) {
        self.0.forget();
        self.0.lock().is_over = true;
        self.0.news.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    struct TwoThreads;

    impl Threads for TwoThreads {
        fn beside(&self, there: &(dyn Fn() + Sync), here: &mut dyn FnMut(bool)) {
            thread::scope(|scope| {
                scope.spawn(there);
                here(true);
            });
        }
    }

    #[test]
    fn each_job_is_done_once() {
        for threads in [&OneThread as &dyn Threads, &TwoThreads] {
            for bytes in [0, WORTH_IT] {
                let sum = AtomicUsize::new(0);
                let sum = &sum;
                with_helper(threads, bytes, |helper| {
                    for number in 0..1000 {
                        helper.hand(move || {
                            sum.fetch_add(number, Ordering::Relaxed);
                        });
                    }
                    helper.finish();
                    assert_eq!(sum.load(Ordering::Relaxed), 499_500);
                });
            }
        }
    }

    #[test]
    fn what_is_forgotten_is_not_done() {
        let count = AtomicUsize::new(0);
        let one = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        with_helper(&OneThread, WORTH_IT, |helper| {
            helper.hand(one);
            helper.forget();
            helper.hand(one);
            helper.finish();
            helper.hand(one);
        });
        assert_eq!(count.into_inner(), 1);
    }
}
