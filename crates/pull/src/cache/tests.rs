//! What is kept is found again, whole or not at all, whatever others do meanwhile.

use std::time::{Duration, SystemTime};

use super::*;

fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"));
    (folder, cache)
}

/// Lets a file look as if nobody had used it for so long.
fn age(path: &Path, days: u64) {
    let file = fs::File::open(path).unwrap();
    file.set_modified(now() - Duration::from_secs(days * 24 * 60 * 60)).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "files have the time of the system")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[test]
fn what_is_kept_is_found_by_its_digest_and_by_name() {
    let (_folder, cache) = cache();
    assert!(cache.blob(Digest::of(b"chart")).unwrap().is_none());
    let digest = cache.keep(b"chart").unwrap();
    assert_eq!(cache.blob(digest).unwrap().as_deref(), Some(&b"chart"[..]));
    cache.set_link("git abc x//y", digest).unwrap();
    assert_eq!(cache.link("git abc x//y").unwrap(), Some(digest));
    assert_eq!(cache.link("git abd x//y").unwrap(), None);
}

#[test]
fn a_damaged_blob_counts_as_absent_and_is_kept_anew() {
    let (_folder, cache) = cache();
    let digest = cache.keep(b"chart").unwrap();
    fs::File::create(cache.blob_path(digest)).unwrap();
    assert!(cache.blob(digest).unwrap().is_none());
    fs::File::create(cache.blob_path(digest)).unwrap();
    cache.keep(b"chart").unwrap();
    assert!(cache.blob(digest).unwrap().is_some());
}

#[test]
fn nothing_half_written_is_left() {
    let (_folder, cache) = cache();
    cache.keep(b"chart").unwrap();
    assert!(cache.temporary().is_dir());
    assert!(walk::entries(&cache.temporary()).unwrap().is_empty());
}

#[test]
#[cfg(unix)]
fn nobody_else_can_look_into_it_and_what_cannot_be_written_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, cache) = cache();
    let digest = cache.keep(b"chart").unwrap();
    cache.set_link("x", digest).unwrap();
    let root = cache.root.parent().unwrap();
    assert_eq!(fs::metadata(root).unwrap().permissions().mode() & 0o777, 0o700);
    let folder = cache.blob_path(digest).parent().unwrap().to_owned();
    for (path, mode) in [(&cache.temporary(), 0o500), (&folder, 0o500)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    assert!(cache.blob(digest).unwrap().is_some());
    assert_eq!(cache.keep(b"chart").unwrap(), digest);
    cache.set_link("x", digest).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn what_nobody_uses_goes() {
    let (_folder, cache) = cache();
    let old = cache.keep(b"old").unwrap();
    let used = cache.keep(b"used").unwrap();
    cache.keep(b"new").unwrap();
    cache.set_link("old", old).unwrap();
    age(&cache.blob_path(old), 40);
    age(&cache.link_path("old"), 40);
    age(&cache.blob_path(used), 40);
    assert!(cache.blob(used).unwrap().is_some());
    fs::File::create(cache.temporary().join(".1-left")).unwrap();
    age(&cache.temporary().join(".1-left"), 2);

    let info = cache.info().unwrap();
    let shown: Vec<_> =
        info.kinds.iter().map(|kind| (kind.name, kind.entries, kind.bytes)).collect();
    let expect = [
        ("charts", 3, 10),
        ("names", 1, 64),
        ("indexes", 0, 0),
        ("git repositories", 0, 0),
        ("leftovers", 1, 0),
    ];
    assert_eq!(shown, expect);
    let oldest = info.kinds[0].oldest.unwrap();
    assert_eq!(now().duration_since(oldest).unwrap().as_secs() / (24 * 60 * 60), 40);

    let month = Duration::from_secs(30 * 24 * 60 * 60);
    let cleaned = cache.clean(Clean::Unused(month), now()).unwrap();
    assert_eq!(cleaned, Cleaned { entries: 3, bytes: 67 });
    assert!(cache.blob(used).unwrap().is_some());
    assert_eq!(cache.link("old").unwrap(), None);
    // What is younger than a day may be in use.
    let cleaned = cache.clean(Clean::Unused(Duration::ZERO), now()).unwrap();
    assert_eq!(cleaned, Cleaned::default());
    assert_eq!(cache.clean(Clean::All, now()).unwrap(), Cleaned { entries: 2, bytes: 7 });
}

#[test]
fn a_repository_that_is_in_use_stays() {
    let (_folder, cache) = cache();
    let folder = cache.repository("https://h/r");
    let lock = cache.lock_of(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::File::create(folder.join("HEAD")).unwrap();
    let held = fs::File::create(lock).unwrap();
    held.lock_shared().unwrap();
    assert_eq!(cache.clean(Clean::All, now()).unwrap(), Cleaned::default());
    drop(held);
    assert_eq!(cache.clean(Clean::All, now()).unwrap(), Cleaned { entries: 1, bytes: 0 });
    assert!(!folder.exists());
}

#[test]
fn many_at_once_see_whole_blobs_or_none() {
    let (_folder, cache) = cache();
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let cache = cache.clone();
            scope.spawn(move || {
                for round in 0..100 {
                    let content = vec![u8::try_from(round % 7).unwrap(); 100_000];
                    let digest = cache.keep(&content).unwrap();
                    if let Some(found) = cache.blob(digest).unwrap() {
                        assert!(found == content);
                    }
                    cache.set_link("x", digest).unwrap();
                    assert!(cache.link("x").is_ok());
                    if thread == 0 && round % 5 == 0 {
                        cache.clean(Clean::All, now()).unwrap();
                    }
                }
            });
        }
    });
    assert!(walk::entries(&cache.temporary()).unwrap().is_empty());
}
