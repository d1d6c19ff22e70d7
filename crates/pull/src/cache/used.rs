//! When an entry was last used: the time of its file, so that cleaning keeps what is needed.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Cleaning counts in days.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Notes that a file is used, once an hour. Where that cannot be written, it is not needed either.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of a file in the cache says when it was used"
)]
pub(super) fn now(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let Ok(noted) = file.metadata().and_then(|facts| facts.modified()) else { return };
    let now = SystemTime::now();
    if now.duration_since(noted).is_ok_and(|age| age > HOUR) {
        drop(file.set_modified(now));
    }
}
