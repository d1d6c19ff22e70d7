//! Charts of repositories by way of the lock file.

use std::sync::Arc;

use pull::resolve::{Found, Policy, Resolved, resolve};
use pull::{Digest, Failure, Lock, Narrowed, Session, Source, Trust, Wanted, provenance};
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
}
