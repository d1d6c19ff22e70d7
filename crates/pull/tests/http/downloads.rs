//! Servers that are slow, break off, refuse for a while, or do not say the truth.

use std::time::Duration;

use pull::{Access, Digest, archive};
use registry::hand::Answer;
use registry::repository::{Options, Repository};

use super::{Place, digest, failure, fetch, packed, run};

/// A repository that serves `a.tgz` after some faults, and what fetching it gives.
#[track_caller]
fn after(
    place: &Place,
    faults: impl IntoIterator<Item = Answer>,
) -> (Repository, Result<Vec<u8>, String>) {
    place.serve("a.tgz", packed("archive"));
    let repository = Repository::open(&place.served());
    repository.fault("/a.tgz", faults);
    let fetched = fetch(&place.session, &format!("{}/a.tgz", repository.url()), &Access::default());
    let fetched = match fetched {
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(failure(&repository, Err::<(), _>(error))),
    };
    (repository, fetched)
}

fn busy(status: u16) -> Answer {
    Answer::new(status, "busy\u{1b}[31m\r\nlater").header("Content-Type", "text/plain")
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    for status in [408, 429, 500, 502, 503, 504] {
        let place = Place::new();
        let (repository, fetched) = after(&place, [busy(status), busy(status)]);
        assert_eq!(fetched, Ok(packed("archive")), "{status}");
        assert_eq!(repository.requests().len(), 3);
        assert_eq!(place.told().len(), 2);
    }
}

#[test]
fn patience_ends() {
    let place = Place::new();
    let (repository, fetched) = after(&place, (0..9).map(|_| busy(503)));
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"cannot fetch the archive: `URL/a.tgz` answers 503: busy[31m  later"
    );
    assert_eq!(repository.requests().len(), 4);
}

#[test]
fn a_server_says_when_to_come_back() {
    let place = Place::new();
    let began = std::time::Instant::now();
    let (_, fetched) = after(&place, [busy(429).header("Retry-After", "1")]);
    assert_eq!(fetched, Ok(packed("archive")));
    assert!(began.elapsed() >= Duration::from_secs(1));

    let (repository, fetched) = after(&place, [busy(429).header("Retry-After", "3600")]);
    assert!(fetched.unwrap_err().contains("answers 429"));
    assert_eq!(repository.requests().len(), 1);
}

#[test]
fn what_is_refused_for_good_is_not_asked_again() {
    for status in [400, 401, 403, 404, 410] {
        let place = Place::new();
        let (repository, fetched) = after(&place, [busy(status)]);
        assert!(fetched.unwrap_err().contains(&format!("answers {status}")));
        assert_eq!(repository.requests().len(), 1);
    }
}

fn dressed(bytes: &[u8]) -> Answer {
    Answer::new(200, bytes).header("ETag", "\"other\"").header("Accept-Ranges", "bytes")
}

#[test]
fn a_cut_download_goes_on_where_it_ended() {
    let place = Place::new();
    let whole = packed("archive");
    place.serve("a.tgz", &whole);
    let repository = Repository::open(&place.served());
    let url = format!("{}/a.tgz", repository.url());
    let cut = Answer::new(200, &whole).header("ETag", repository.etag("a.tgz"));
    repository.fault("/a.tgz", [cut.header("Accept-Ranges", "bytes").cut(4)]);
    assert_eq!(fetch(&place.session, &url, &Access::default()).unwrap(), whole);
    let last = repository.requests().pop().unwrap();
    assert_eq!(last.header("range"), Some("bytes=4-"));
    assert!(last.header("if-range").is_some());
}

#[test]
fn a_file_that_changed_meanwhile_is_fetched_from_the_start() {
    let place = Place::new();
    let (repository, fetched) = after(&place, [dressed(b"\x1f\x8bolder one").cut(4)]);
    assert_eq!(fetched, Ok(packed("archive")));
    assert_eq!(repository.requests()[1].header("if-range"), Some("\"other\""));
}

#[test]
fn a_simple_server_is_asked_from_the_start() {
    let place = Place::new();
    let (repository, fetched) = after(&place, [Answer::new(200, packed("archive")).cut(4)]);
    assert_eq!(fetched, Ok(packed("archive")));
    assert_eq!(repository.requests()[1].header("range"), None);
}

#[test]
fn a_part_that_does_not_fit_is_thrown_away() {
    let place = Place::new();
    let rest = Answer::new(206, "chive").header("Content-Range", "bytes 5-9/10");
    let (_, fetched) = after(&place, [dressed(&packed("archive")).cut(4), rest]);
    assert_eq!(fetched, Ok(packed("archive")));
}

#[test]
fn downloads_that_never_end_well() {
    let cut = |_| Answer::new(200, packed("archive")).cut(4);
    let (_, fetched) = after(&Place::new(), (0..9).map(cut));
    assert!(fetched.unwrap_err().starts_with("cannot fetch the archive: `URL/a.tgz` broke off"));

    let mut place = Place::new();
    place.session.patience.idle = Duration::from_millis(50);
    place.session.patience.attempts = 2;
    let slow = |_| Answer::new(200, packed("archive")).rest(Duration::from_millis(400));
    let (_, fetched) = after(&place, (0..9).map(slow));
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"cannot fetch the archive: `URL/a.tgz` broke off: nothing more came"
    );

    let mut place = Place::new();
    place.session.patience.total = Duration::from_millis(100);
    let slow = |_| Answer::new(200, packed("archive")).rest(Duration::from_secs(3));
    let (_, fetched) = after(&place, (0..9).map(slow));
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"cannot fetch the archive: `URL/a.tgz` took longer than 0s"
    );
}

#[test]
fn lies_about_the_length() {
    let place = Place::new();
    let huge = Answer { length: Some(1 << 40), ..Answer::new(200, packed("archive")) };
    let (_, fetched) = after(&place, [huge]);
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"cannot fetch the archive: `URL/a.tgz` is larger than 104857600 bytes"
    );
    // Too short: what comes is not what the digest says.
    let short = Answer { length: Some(4), ..Answer::new(200, packed("archive")) };
    let repository = Repository::open(&place.served());
    repository.fault("/a.tgz", [short]);
    let url = format!("{}/a.tgz", repository.url());
    let access = Access::default();
    let expected = digest(&packed("archive"));
    let fetched = run(archive::fetch(&place.session, &url, &access, None, expected));
    assert!(fetched.unwrap_err().to_string().contains("has the SHA-256"));
    assert_eq!(place.session.cache.blob(expected.unwrap()).unwrap(), None);
    // The next one is right again.
    assert!(run(archive::fetch(&place.session, &url, &access, None, expected)).is_ok());
}

#[test]
fn what_is_no_archive() {
    let place = Place::new();
    let page = Answer::new(200, "<!doctype html>").header("Content-Type", "text/html");
    let (_, fetched) = after(&place, [page]);
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"`URL/a.tgz` is no archive of a chart but a page for people, perhaps one to log in"
    );
    let other = Answer::new(200, "{}").header("Content-Type", "application/json");
    let (_, fetched) = after(&place, [other]);
    insta::assert_snapshot!(
        fetched.unwrap_err(),
        @"`URL/a.tgz` is no archive of a chart but something of the type `application/json`"
    );
}

#[test]
fn what_the_cache_has_is_not_asked_for() {
    let mut place = Place::new();
    let (repository, _) = after(&place, []);
    let url = format!("{}/a.tgz", repository.url());
    let access = Access::default();
    let known = digest(&packed("archive"));
    run(archive::fetch(&place.session, &url, &access, None, known)).unwrap();
    place.session.offline = true;
    assert_eq!(fetch(&place.session, &url, &access).unwrap(), packed("archive"));
    assert_eq!(repository.requests().len(), 1);

    let unknown = Digest::of(b"another");
    let refused = run(archive::fetch(&place.session, &url, &access, None, Some(unknown)));
    insta::assert_snapshot!(
        failure(&repository, refused),
        @"cannot fetch the archive: `URL/a.tgz` would have to be fetched, and the run is offline"
    );
    assert_eq!(repository.requests().len(), 1);
}

#[test]
fn a_server_that_is_down() {
    let mut place = Place::new();
    place.session.patience.attempts = 2;
    let (repository, _) = after(&place, []);
    let url = format!("{}/a.tgz", repository.url());
    drop(repository);
    let refused = fetch(&place.session, &url, &Access::default()).unwrap_err().to_string();
    assert!(refused.starts_with("cannot fetch the archive: cannot reach `http://"), "{refused}");
    assert!(refused.contains("refused"), "{refused}");
}

#[test]
fn provenance_lies_beside_the_archive_or_nowhere() {
    let place = Place::new();
    place.serve("a.tgz.prov", "signed");
    let repository = Repository::start(&place.served(), Options::default());
    let of = |name: &str| Digest::of(name.as_bytes());
    let get = |name: &str| {
        let url = format!("{}/{name}", repository.url());
        let access = Access::default();
        run(archive::fetch_provenance(&place.session, &url, &access, None, of(name))).unwrap()
    };
    assert_eq!(get("a.tgz"), Some(b"signed".to_vec()));
    assert_eq!(get("b.tgz"), None);
    let kept = |name: &str| archive::kept_provenance(&place.session, of(name)).unwrap();
    assert_eq!(kept("a.tgz"), Some(b"signed".to_vec()));
    assert_eq!(kept("b.tgz"), None);
}
