//! Indexes: how often they are asked for, what is taken of them, and what is refused.

use std::io::Write as _;

use pull::index::{self, Found, Offer};
use pull::{Access, Digest, Login, Secret, Session};
use registry::hand::Answer;
use registry::repository::{Options, Repository};

use super::{Place, failure, offers, run};

const INDEX: &str = r#"apiVersion: v1
entries:
  api:
  - version: 1.2.0
    appVersion: 3.0
    description: "An API\u001b[31m."
    digest: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    keywords: [http, server]
    urls: [charts/api-1.2.0.tgz]
  - version: v1.10.0
    deprecated: true
    digest: md5-of-it
    urls:
    - https://cdn.example.com/api-1.10.0.tgz?x=1
    - charts/api-1.10.0.tgz
  - version: 2.0.0-rc.1
    urls: [charts/api-2.0.0-rc.1.tgz]
  - version: nightly
    urls: [charts/api-nightly.tgz]
  - version: 9.0.0
    urls: []
  -
  web:
  - {version: 0.1.0, urls: [/web.tgz], maintainers: [{name: a}, {name: b}]}
  empty:
  "../evil":
  - {version: 1.0.0, urls: [evil.tgz]}
generated: "2026-01-02T03:04:05Z"
"#;

fn versions(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.version.as_str()).collect()
}

#[test]
fn what_a_repository_offers() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let url = format!("{}/", repository.url());
    let offered = offers(&place.session, &url, "api").unwrap();
    let [candidate, newest, oldest] = &offered[..] else { panic!("{offered:?}") };
    assert_eq!(versions(&offered), ["2.0.0-rc.1", "v1.10.0", "1.2.0"]);
    assert_eq!(candidate.digest, None);
    let local = format!("{}/charts/api-1.10.0.tgz", repository.url());
    assert_eq!(newest.urls, ["https://cdn.example.com/api-1.10.0.tgz?x=1", &local]);
    assert!(newest.deprecated && newest.digest.is_none());
    assert_eq!(oldest.digest, Some(Digest::of(b"")));
    assert_eq!((&*oldest.app_version, &*oldest.description), ("3.0", "An API[31m."));
    assert_eq!(versions(&offers(&place.session, &url, "empty").unwrap()), [""; 0]);

    let told = place.told().concat().replace(&repository.url(), "URL");
    insta::assert_snapshot!(
        told,
        @"4 entries of `URL/index.yaml` are passed over: `api` has `nightly`, which is no version"
    );
    insta::assert_snapshot!(
        failure(&repository, offers(&place.session, &url, "wep")),
        @"the repository `URL/` has no chart `wep`"
    );
    let help = offers(&place.session, &url, "wep").unwrap_err().help();
    assert_eq!(help.as_deref(), Some("did you mean `web`?"));
    assert!(offers(&place.session, &url, "../evil").is_err());
}

#[test]
fn an_index_is_asked_for_once_per_run_and_sent_when_it_changed() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let url = repository.url();
    for chart in ["api", "web"] {
        offers(&place.session, &url, chart).unwrap();
    }
    assert_eq!(repository.requests().len(), 1);

    let later = place.again();
    offers(&later, &url, "api").unwrap();
    let asked = repository.requests();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].header("if-none-match"), Some(&*repository.etag("index.yaml")));

    place.serve("index.yaml", INDEX.replace("1.2.0", "1.3.0"));
    assert_eq!(versions(&offers(&later, &url, "api").unwrap()), ["2.0.0-rc.1", "v1.10.0", "1.2.0"]);
    let newer = offers(&place.again(), &url, "api").unwrap();
    assert_eq!(versions(&newer), ["2.0.0-rc.1", "v1.10.0", "1.3.0"]);
}

#[test]
fn what_one_token_sees_is_not_shown_to_another() {
    let mut place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let url = repository.url();
    let ask = |session: &Session, token: &str| {
        let login = Some(Login::Bearer { token: Secret::new(token) });
        run(index::offers(session, &url, "api", &Access { login, ..Access::default() }))
    };
    ask(&place.session, "one").unwrap();
    place.session.offline = true;
    assert_eq!(ask(&place.session, "one").unwrap().len(), 3);
    assert!(ask(&place.session, "two").is_err());
}

#[test]
fn many_who_ask_at_once_ask_once() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let (url, access) = (repository.url(), Access::default());
    run(async {
        let (one, two) = tokio::join!(
            index::offers(&place.session, &url, "api", &access),
            index::offers(&place.session, &url, "web", &access),
        );
        assert_eq!((one.unwrap().len(), two.unwrap().len()), (3, 1));
    });
    assert_eq!(repository.requests().len(), 1);
}

#[test]
fn a_repository_that_is_down_is_an_error_but_offline() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    offers(&place.session, &repository.url(), "api").unwrap();

    let mut broken = place.again();
    broken.patience.attempts = 1;
    repository.fault("/index.yaml", [Answer::new(500, "")]);
    for _ in 0..2 {
        let message = failure(&repository, offers(&broken, &repository.url(), "api"));
        let expect = "cannot fetch the index of the repository: `URL/index.yaml` answers 500";
        assert_eq!(message, expect);
    }
    assert_eq!(repository.requests().len(), 2, "its other charts do not ask again");

    let mut offline = place.again();
    offline.offline = true;
    assert_eq!(offers(&offline, &repository.url(), "api").unwrap().len(), 3);
    let elsewhere = format!("{}/other", repository.url());
    insta::assert_snapshot!(
        failure(&repository, offers(&offline, &elsewhere, "api")),
        @"cannot fetch the index of the repository: `URL/other/index.yaml` would have to be fetched, and the run is offline"
    );
    assert_eq!(repository.requests().len(), 2);
}

#[test]
fn a_damaged_cache_is_fetched_again() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let url = repository.url();
    offers(&place.session, &url, "api").unwrap();
    let kept = place.kept_index();
    let whole = std::fs::read(&kept).unwrap();
    let position = |text: &str| {
        whole.windows(text.len()).rposition(|window| window == text.as_bytes()).unwrap()
    };
    // In the first line, in the head, in the part of the chart, and at the end.
    for at in [3, 60, position("api-1.10.0.tgz"), whole.len()] {
        let mut damaged = whole.clone();
        damaged.truncate(at + 1);
        if let Some(byte) = damaged.get_mut(at) {
            *byte ^= 1;
        } else {
            damaged.truncate(whole.len() / 2);
        }
        std::fs::write(&kept, damaged).unwrap();
        assert_eq!(offers(&place.again(), &url, "api").unwrap().len(), 3, "{at}");
        assert_eq!(std::fs::read(&kept).unwrap(), whole, "{at}");
    }
}

/// What reading an index gives: the versions of `api`, or why not.
#[track_caller]
fn check(text: impl AsRef<[u8]>, expect: Result<&[&str], &str>) {
    let place = Place::new();
    place.serve("index.yaml", text);
    let repository = Repository::open(&place.served());
    let read = offers(&place.session, &repository.url(), "api");
    match (read, expect) {
        (Ok(offered), Ok(expect)) => assert_eq!(versions(&offered), expect),
        (read, Err(expect)) => assert_eq!(failure(&repository, read), expect),
        (Err(error), Ok(_)) => panic!("{error}"),
    }
}

#[test]
fn other_ways_to_write_an_index() {
    let json = r#"{"apiVersion":"v1","entries":{"api":[{"version":"1.0.0","urls":["a\/b.tgz"],"appVersion":3,"x":{"y":[1,null]}},null]},"generated":"x"}"#;
    check(json, Ok(&["1.0.0"]));
    check(
        "\u{feff}apiVersion: v1\nentries:\n  api: [{version: 1.0.0, urls: [a]}]\n",
        Ok(&["1.0.0"]),
    );
    // Anchors, aliases and merges.
    let anchors = "apiVersion: v1\nx: &urls [a]\ny: &two {urls: [b]}\nentries:\n  api:\n  - &one {version: 1.0.0, urls: *urls}\n  - {<<: *two, version: 1.1.0}\n";
    check(anchors, Ok(&["1.1.0", "1.0.0"]));
    check("apiVersion: v1\nentries:\n  api:\n", Ok(&[]));
}

#[test]
fn what_is_no_index() {
    let mut seen = Vec::new();
    for text in [
        "",
        "<!doctype html><title>Log in</title>",
        "entries: {}",
        "- a",
        "apiVersion: v1\nentries: [api]",
        "apiVersion: v1\nentries:\n  api: 1",
        "apiVersion: v1\nentries:\n  api: [1]",
        "apiVersion: v1\nentries:\n  api: \"x",
        "apiVersion: v1\nentries:\n  api: []\n  web: []\n  api: []\n",
        "apiVersion: v1\nentries:\n  api:\n  - version: 1.0.0\n    urls: [a]\n    version: 6.6.6\n",
        "apiVersion: v1\nentries:\n  api:\n  - version: 1.0.0\n    x: {y: [{a: 1, a: 2}]}\n",
        r#"{"apiVersion":"v1","entries":{"api":[],"api":[]}}"#,
        "apiVersion: v1\nx: &x 1\nentries: &e {api: [], api: []}\n",
    ] {
        let here = Place::new();
        here.serve("index.yaml", text);
        let repository = Repository::open(&here.served());
        let message = failure(&repository, offers(&here.session, &repository.url(), "api"));
        let reason = message.strip_prefix("`URL/index.yaml` is no index of charts: ");
        seen.push(reason.unwrap_or(&message).to_owned());
    }
    insta::assert_snapshot!(seen.join("\n"), @r"
    it is empty
    it is a page for people
    it has no `apiVersion`
    it is no mapping
    `entries` is no mapping of charts
    `entries.api` is no list of versions
    a version of a chart is no mapping
    yaml: line 3: found unexpected end of stream
    the key `api` stands twice, again in line 5
    the key `version` stands twice, again in line 6
    the key `a` stands twice, again in line 5
    the key `api` stands twice, again in line 1
    the key `api` stands twice in one map
    ");
    check(
        b"apiVersion: v1\nx: \xff\n",
        Err("`URL/index.yaml` is no index of charts: byte 18 is no UTF-8"),
    );
}

#[test]
fn deep_and_wide_indexes_end() {
    let deep = format!("apiVersion: v1\nx: {}", "[".repeat(200_000));
    let here = Place::new();
    here.serve("index.yaml", deep);
    let repository = Repository::open(&here.served());
    assert!(offers(&here.session, &repository.url(), "api").is_err());
    let wide: String = (0..100_000).map(|key| format!("k{key}: 1\n")).collect();
    check(format!("{wide}apiVersion: v1\nentries: {{api: []}}\n"), Ok(&[]));
}

#[test]
fn a_packed_index() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(INDEX.as_bytes()).unwrap();
    place.serve("index.yaml.gz", packed.finish().unwrap());
    let repository = Repository::open(&place.served());
    assert_eq!(offers(&place.session, &repository.url(), "api").unwrap().len(), 3);

    let place = Place::new();
    place.serve("index.yaml", INDEX);
    place.serve("index.yaml.gz", "not packed");
    let repository = Repository::open(&place.served());
    insta::assert_snapshot!(
        failure(&repository, offers(&place.session, &repository.url(), "api")),
        @"cannot fetch the index of the repository: `URL/index.yaml` cannot be unpacked: invalid gzip header"
    );
}

#[test]
fn an_index_that_says_nothing_of_its_state_is_read_once_all_the_same() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let options = Options { simple: true, ..Options::default() };
    let repository = Repository::start(&place.served(), options);
    offers(&place.session, &repository.url(), "api").unwrap();
    let told = place.told().len();
    offers(&place.again(), &repository.url(), "api").unwrap();
    assert_eq!(place.told().len(), told, "reading it again would have warned again");
}

#[test]
fn searching() {
    let place = Place::new();
    place.serve("index.yaml", INDEX);
    let repository = Repository::open(&place.served());
    let names = |term: &str| {
        let found = run(index::search(&place.session, &repository.url(), term, &Access::default()));
        let shown = |found: Found| format!("{} {}", found.name, found.version);
        found.unwrap().into_iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["api v1.10.0", "web 0.1.0"]);
    assert_eq!(names("WEB"), ["web 0.1.0"]);
    assert_eq!(names("nothing"), [""; 0]);
}
