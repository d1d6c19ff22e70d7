//! Charts of repositories by way of the lock file.

use std::sync::Arc;

use pull::lock::Pin;
use pull::resolve::{Found, Policy, Resolved, open, resolve};
use pull::{Digest, Failure, Lock, Narrowed, Session, Source, Trust, Wanted, provenance};
use registry::hand::Answer;
use registry::repository::Repository;
use registry::signer::Signer;

use super::{Place, run};

/// An archive of a chart `api`.
fn chart(version: &str) -> Vec<u8> {
    let text = format!("apiVersion: v2\nname: api\nversion: {version}\n");
    let chart = chart::load("api", vec![chart::File::new("Chart.yaml", text.into_bytes())]);
    chart::package(&chart.unwrap()).unwrap()
}

/// An index that has one version of `api` at these addresses.
fn index(version: &str, urls: &str) -> String {
    format!("apiVersion: v1\nentries:\n  api: [{{version: {version}, urls: [{urls}]}}]\n")
}

fn wanted(repository: &Repository) -> Wanted {
    Wanted {
        source: Source::in_repository(&repository.url(), "api").unwrap().source,
        narrowed: Narrowed::Newest,
        access: Arc::default(),
        trust: Trust::default(),
        pinned: true,
        by: Vec::new(),
    }
}

fn resolved(session: &Session, wanted: &Wanted, lock: &Lock) -> Result<Resolved, String> {
    let wanted = std::slice::from_ref(wanted);
    let resolved = run(resolve(session, wanted, lock, &Policy::default()));
    resolved.map_err(|failures: Vec<Failure>| failures[0].error.to_string())
}

#[test]
fn a_signature_that_comes_later_counts() {
    let (place, archive) = (Place::new(), chart("1.0.0"));
    let sign = |signer: &Signer| {
        provenance::sign("api-1.0.0.tgz", "name: api", &archive, &signer.secret, None).unwrap()
    };
    let (ours, other) = (Signer::new("Charts", None), Signer::new("Other", None));
    place.serve("index.yaml", index("1.0.0", "api-1.0.0.tgz"));
    place.serve("api-1.0.0.tgz", &archive);
    place.serve("api-1.0.0.tgz.prov", sign(&other));
    let repository = Repository::open(&place.served());
    let keyring = Some(ours.public.clone().into());
    let wanted = Wanted { trust: Trust { keyring, cosign_key: None }, ..wanted(&repository) };
    let refused = resolved(&place.session, &wanted, &Lock::default()).unwrap_err();
    assert!(refused.starts_with("no key of the keyring made the signature"), "{refused}");

    place.serve("api-1.0.0.tgz.prov", sign(&ours));
    let found = resolved(&place.session, &wanted, &Lock::default()).unwrap();
    let expect = Found { version: "1.0.0".to_owned(), archive: Digest::of(&archive) };
    assert_eq!(found.charts, [expect]);
    // A good one is not asked for again.
    let asked = repository.requests().len();
    resolved(&place.session, &wanted, &found.lock).unwrap();
    assert_eq!(repository.requests().len(), asked);
}

#[test]
fn a_version_that_is_not_that_of_its_digest_is_refused() {
    let place = Place::new();
    place.serve("index.yaml", index("1.0.0", "api-1.0.0.tgz"));
    place.serve("api-1.0.0.tgz", chart("1.0.0"));
    let repository = Repository::open(&place.served());
    let wanted = wanted(&repository);
    let found = resolved(&place.session, &wanted, &Lock::default()).unwrap();
    let text = found.lock.write().replace("version: 1.0.0", "version: 1.1.0");
    let lock = Lock::read(&source::Source::new("regatta.lock", text)).unwrap();
    let refused = resolved(&place.session, &wanted, &lock).unwrap_err();
    insta::assert_snapshot!(
        refused,
        @"the lock file takes it for version 1.1.0, and its archive is `api` 1.0.0"
    );

    // Who opens it sees the same.
    let policy = Policy { opened_later: true, ..Policy::default() };
    let found = run(resolve(&place.session, std::slice::from_ref(&wanted), &lock, &policy));
    let found = found.unwrap_or_else(|failures| panic!("{failures:?}")).charts.remove(0);
    let bytes = place.session.cache.blob(found.archive).unwrap().unwrap();
    let opened = |version: &str| open(&wanted.source, version, "api", &bytes);
    insta::assert_snapshot!(
        opened(&found.version).unwrap_err()[0].message,
        @"cannot use `api`: the lock file takes it for version 1.1.0, and its archive is `api` 1.0.0"
    );
    assert!(opened("1.0.0").is_ok());
}

#[test]
fn another_place_serves_where_the_first_is_down_or_empty() {
    let mut place = Place::new();
    place.session.patience.attempts = 1;
    let down = {
        let gone = Repository::open(&place.served());
        format!("{}/api-1.0.0.tgz", gone.url())
    };
    let (archive, repository) = (chart("1.0.0"), Repository::open(&place.served()));
    place.serve("api-1.0.0.tgz", &archive);
    let here = format!("{}/api-1.0.0.tgz", repository.url());
    for first in [&*down, "nowhere/api-1.0.0.tgz"] {
        place.serve("index.yaml", index("1.0.0", &format!("\"{first}\", api-1.0.0.tgz")));
        let found = resolved(&place.again(), &wanted(&repository), &Lock::default()).unwrap();
        let expect = Pin::Archive { url: here.clone(), sha256: Digest::of(&archive) };
        assert_eq!(found.lock.entries()[0].pin, expect, "{first}");
    }
    assert!(place.told()[0].ends_with("; the index names another place"), "{:?}", place.told());

    place.serve("index.yaml", index("1.0.0", "nowhere/api.tgz, nowhere/else.tgz"));
    let refused = resolved(&place.again(), &wanted(&repository), &Lock::default()).unwrap_err();
    assert!(refused.contains("/nowhere/api.tgz` answers 404"), "{refused}");
}

#[test]
fn other_bytes_and_closed_doors_are_no_reason_to_look_elsewhere() {
    let (place, archive) = (Place::new(), chart("1.0.0"));
    let repository = Repository::open(&place.served());
    place.serve("api-1.0.0.tgz", &archive);
    place.serve("other.tgz", chart("1.1.0"));
    let of = format!("], digest: {}, x: [", Digest::of(&archive));
    place.serve("index.yaml", index("1.0.0", &format!("other.tgz, api-1.0.0.tgz{of}")));
    let refused = resolved(&place.again(), &wanted(&repository), &Lock::default()).unwrap_err();
    assert!(refused.contains("other.tgz` has the SHA-256"), "{refused}");
    repository.fault("/closed.tgz", [Answer::new(403, "")]);
    place.serve("index.yaml", index("1.0.0", "closed.tgz, api-1.0.0.tgz"));
    let refused = resolved(&place.again(), &wanted(&repository), &Lock::default()).unwrap_err();
    assert!(refused.contains("closed.tgz` answers 403"), "{refused}");
}

#[test]
fn an_archive_that_its_version_does_not_fit() {
    let place = Place::new();
    place.serve("api.tgz", chart("1.2.0"));
    let repository = Repository::open(&place.served());
    let ask = |range: &str| {
        let named = Source::parse(&format!("{}/api.tgz?token=secret", repository.url())).unwrap();
        let (source, narrowed) = named.narrow(Some(range)).unwrap();
        resolved(
            &place.session,
            &Wanted { source, narrowed, ..wanted(&repository) },
            &Lock::default(),
        )
    };
    assert_eq!(ask("~1.2").unwrap().charts[0].version, "1.2.0");
    assert_eq!(ask("^2").unwrap_err(), "no version fits `^2`; the newest there are 1.2.0");
}
