//! When an entry was last used: the time of its file, so that cleaning keeps what is needed.

use std::fs::{File, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Cleaning counts in days.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Notes that a file is used, once an hour. Where that cannot be written, it is not needed either.
pub(super) fn now(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let Ok(facts) = file.metadata() else { return };
    note(&file, &facts);
}

/// The same for a file that is open, and of which `facts` are known.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of a file in the cache says when it was used"
)]
pub(super) fn note(file: &File, facts: &Metadata) {
    let Ok(noted) = facts.modified() else { return };
    let now = SystemTime::now();
    if now.duration_since(noted).is_ok_and(|age| age > HOUR) {
        drop(file.set_modified(now));
    }
}
