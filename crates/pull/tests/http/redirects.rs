//! Where servers and indexes may send us.

use pull::{Access, archive};
use registry::hand::Answer;
use registry::repository::Repository;

use super::{Place, failure, fetch, offers, packed, run, to};

#[test]
fn a_redirect_is_followed() {
    let place = Place::new();
    place.serve("a.tgz", packed("a"));
    let repository = Repository::open(&place.served());
    repository.fault("/one", [to("/two")]);
    repository.fault("/two", [Answer::new(308, "").header("Location", "a.tgz")]);
    let url = format!("{}/one", repository.url());
    assert_eq!(fetch(&place.session, &url, &Access::default()).unwrap(), packed("a"));
}

#[test]
fn where_nobody_may_send_us() {
    let place = Place::new();
    let repository = Repository::open(&place.served());
    let check = |location: &str| {
        repository.fault("/go", [to(location)]);
        let url = format!("{}/go", repository.url());
        failure(&repository, fetch(&place.session, &url, &Access::default()))
    };
    let shown = ["file:///etc/passwd", "ftp://h/a.tgz", "http://169.254.169.254/latest/meta-data"];
    insta::assert_snapshot!(shown.map(check).join("\n"), @r"
    cannot fetch the archive: `URL/go` redirects to `file:///etc/passwd`: only http and https are followed
    cannot fetch the archive: `URL/go` redirects to `ftp://h/a.tgz`: only http and https are followed
    cannot fetch the archive: `URL/go` redirects to `http://169.254.169.254/latest/meta-data`: that is an address of the machine's own network
    ");
    assert_eq!(repository.requests().len(), shown.len());
}

#[test]
fn redirects_come_to_an_end() {
    let place = Place::new();
    let repository = Repository::open(&place.served());
    repository.fault("/go", (0..20).map(|_| to("/go")));
    let url = format!("{}/go", repository.url());
    insta::assert_snapshot!(
        failure(&repository, fetch(&place.session, &url, &Access::default())),
        @"cannot fetch the archive: `URL/go` redirects more than 10 times"
    );
    assert_eq!(repository.requests().len(), 11);
}

#[test]
fn an_index_may_not_send_us_there_either() {
    let place = Place::new();
    let index = |url: &str| {
        format!("apiVersion: v1\nentries:\n  api:\n  - version: 1.0.0\n    urls: [\"{url}\"]\n")
    };
    let repository = Repository::open(&place.served());
    let fetched = |url: &str| {
        place.serve("index.yaml", index(url));
        let later = place.again();
        let offered = offers(&later, &repository.url(), "api").unwrap();
        let (home, access) = (repository.url(), Access::default());
        let fetched = archive::fetch(&later, &offered[0].urls[0], &access, Some(&home), None);
        failure(&repository, run(fetched))
    };
    let shown = ["file:///etc/passwd", "http://169.254.169.254/a.tgz"];
    insta::assert_snapshot!(shown.map(fetched).join("\n"), @r"
    cannot fetch the archive: `file:///etc/passwd` is no address to fetch from: only http and https are spoken here
    cannot fetch the archive: `http://169.254.169.254/a.tgz` is no address to fetch from: that is an address of the machine's own network
    ");
}
