//! Whom we trust, and whom we show who we are.

use pull::{Access, ClientCertificate, Secret};
use registry::repository::{Options, Repository};
use registry::{Authority, Pair, tls};

use super::{Place, failure, fetch, packed, to};

fn served(place: &Place, pair: &Pair, clients: Option<&Authority>) -> Repository {
    place.serve("a.tgz", packed("a"));
    let tls = Some(tls::server(pair, clients));
    Repository::start(&place.served(), Options { tls, ..Options::default() })
}

fn trusting(authority: &Authority) -> Access {
    Access { ca: Some(authority.certificate.clone().into_bytes()), ..Access::default() }
}

#[test]
fn an_authority_of_its_own() {
    let (place, authority) = (Place::new(), Authority::new());
    let repository = served(&place, &authority.server("charts"), None);
    let url = format!("{}/a.tgz", repository.url());
    assert_eq!(fetch(&place.session, &url, &trusting(&authority)).unwrap(), packed("a"));

    let refused = fetch(&place.session, &url, &Access::default()).unwrap_err();
    assert!(refused.help().is_some_and(|help| help.starts_with("`caFile`")));
    insta::assert_snapshot!(
        failure(&repository, Err::<(), _>(refused)),
        @"cannot fetch the archive: cannot trust `URL/a.tgz`: invalid peer certificate: UnknownIssuer"
    );
}

#[test]
fn certificates_that_nobody_should_trust() {
    let (place, authority) = (Place::new(), Authority::new());
    let mut messages = Vec::new();
    for pair in
        [authority.odd_server("127.0.0.1", true), authority.odd_server("h.example.com", false)]
    {
        let repository = served(&place, &pair, None);
        let url = format!("{}/a.tgz", repository.url());
        messages.push(failure(&repository, fetch(&place.session, &url, &trusting(&authority))));
        // What is wrong for good is not asked for again.
        assert!(place.told().is_empty(), "{:?}", place.told());
    }
    for message in &messages {
        assert!(
            message.starts_with("cannot fetch the archive: cannot trust `URL/a.tgz`"),
            "{message}"
        );
    }
    assert!(messages[0].contains("expired"), "{}", messages[0]);
    assert!(messages[1].contains("not valid for name"), "{}", messages[1]);
}

#[test]
fn nobody_checks_where_that_is_asked_for_and_the_user_is_told() {
    let (place, authority) = (Place::new(), Authority::new());
    let repository = served(&place, &authority.odd_server("h.example.com", true), None);
    let access = Access { skip_tls_verify: true, ..Access::default() };
    let url = format!("{}/a.tgz", repository.url());
    assert_eq!(fetch(&place.session, &url, &access).unwrap(), packed("a"));
    let another = served(&place, &authority.odd_server("h.example.com", true), None);
    for repository in [&another, &repository] {
        fetch(&place.session, &format!("{}/a.tgz", repository.url()), &access).unwrap();
    }
    let told = |repository: &Repository| {
        let server = repository.url().replace("https://", "");
        format!("nobody checks the certificate of `{server}`")
    };
    assert_eq!(place.told(), [told(&repository), told(&another)]);

    // Another host has to show who it is.
    repository.fault("/go", [to(&format!("{}/a.tgz", repository.other_url()))]);
    let refused = fetch(&place.session, &format!("{}/go", repository.url()), &access);
    assert!(failure(&repository, refused).contains("cannot trust `OTHER/a.tgz`"));
}

#[test]
fn a_client_certificate_is_shown_to_whom_it_belongs() {
    let (place, authority) = (Place::new(), Authority::new());
    let repository = served(&place, &authority.server("charts"), Some(&authority));
    let Pair { certificate, key } = authority.client("ci", "", false);
    let certificate = ClientCertificate { certificate: certificate.into(), key: Secret::new(key) };
    let access = Access { certificate: Some(certificate), ..trusting(&authority) };
    let url = format!("{}/a.tgz", repository.url());
    assert_eq!(fetch(&place.session, &url, &access).unwrap(), packed("a"));
    assert!(fetch(&place.again(), &url, &trusting(&authority)).is_err());

    repository.fault("/go", [to(&format!("{}/a.tgz", repository.other_url()))]);
    assert!(fetch(&place.session, &format!("{}/go", repository.url()), &access).is_err());
}

#[test]
fn what_is_no_certificate_is_said_so() {
    let (place, authority) = (Place::new(), Authority::new());
    let repository = served(&place, &authority.server("charts"), None);
    let url = format!("{}/a.tgz", repository.url());
    let access = Access { ca: Some(b"nothing".to_vec()), ..Access::default() };
    insta::assert_snapshot!(
        failure(&repository, fetch(&place.session, &url, &access)),
        @"cannot fetch the archive: the file of authorities holds no certificate as PEM"
    );
    let certificate = ClientCertificate { certificate: b"x".to_vec(), key: Secret::new("hunter2") };
    let access = Access { certificate: Some(certificate), ..Access::default() };
    insta::assert_snapshot!(
        failure(&repository, fetch(&place.session, &url, &access)),
        @"cannot fetch the archive: the client certificate and its key are no PEM of one pair"
    );
}

#[test]
fn a_redirect_does_not_leave_tls() {
    let (place, authority) = (Place::new(), Authority::new());
    let repository = served(&place, &authority.server("charts"), None);
    let open = Repository::open(&place.served());
    repository.fault("/go", [to(&format!("{}/a.tgz", open.url()))]);
    let url = format!("{}/go", repository.url());
    let refused = failure(&repository, fetch(&place.session, &url, &trusting(&authority)));
    assert!(refused.ends_with("that leaves TLS"), "{refused}");
    assert!(open.requests().is_empty());
}
