//! Proxies, as the user's environment names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use pull::Access;
use registry::proxy::{Asked, Proxy};
use registry::repository::{Options, Repository};
use registry::{Authority, tls};

use super::{BASIC, Place, fetch, packed};

#[test]
fn what_the_environment_names_stands_between() {
    let place = Place::new();
    place.serve("a.tgz", packed("a"));
    let proxy = Repository::open(&place.served());
    let environment = |except: &str| {
        let set = [("HTTP_PROXY", proxy.url()), ("NO_PROXY", except.to_owned())];
        Arc::new(set.map(|(name, value)| (name.to_owned(), value)).into())
    };
    let through: Arc<BTreeMap<String, String>> = environment("other.invalid");
    let mut session = place.again();
    session.environment = through;
    let url = "http://charts.invalid/a.tgz";
    assert_eq!(fetch(&session, url, &Access::default()).unwrap(), packed("a"));
    let [request] = &proxy.requests()[..] else { panic!("one request") };
    assert_eq!(request.target, url);

    let mut session = place.again();
    session.environment = environment("charts.invalid");
    session.patience.attempts = 1;
    assert!(fetch(&session, url, &Access::default()).is_err());
    assert_eq!(proxy.requests().len(), 1);
}

/// A repository of another name behind a proxy that knows `ci`.
fn tunnelled(place: &Place) -> (Repository, Proxy, Access) {
    let authority = Authority::new();
    place.serve("a.tgz", packed("a"));
    let tls = Some(tls::server(&authority.odd_server("charts.invalid", false), None));
    let repository = Repository::start(&place.served(), Options { tls, ..Options::default() });
    let server = repository.url().replace("https://", "");
    let proxy = Proxy::start(&server, Some(BASIC));
    let ca = Some(authority.certificate.into_bytes());
    (repository, proxy, Access { ca, ..Access::default() })
}

const TUNNELLED: &str = "https://charts.invalid/a.tgz";

#[test]
fn tls_goes_through_a_tunnel() {
    let place = Place::new();
    let (repository, proxy, access) = tunnelled(&place);
    let mut session = place.again();
    let through = format!("http://ci:hunter2hunter2@{}", proxy.address);
    session.environment = Arc::new([("HTTPS_PROXY".to_owned(), through)].into());
    assert_eq!(fetch(&session, TUNNELLED, &access).unwrap(), packed("a"));
    let target = "charts.invalid:443".to_owned();
    assert_eq!(proxy.asked(), [Asked { target, authorization: Some(BASIC.to_owned()) }]);
    // The server has no business with who we are on the way.
    let [request] = &repository.requests()[..] else { panic!("one request") };
    assert_eq!(request.header("proxy-authorization"), None);
}

#[test]
fn no_message_holds_what_a_proxy_is_told() {
    let place = Place::new();
    let (_repository, proxy, access) = tunnelled(&place);
    let down = {
        let gone = Repository::open(&place.served());
        gone.url().replace("http://", "")
    };
    let mut said = Vec::new();
    for through in [
        format!("http://ci:hunter2hunter3@{}", proxy.address),
        format!("http://ci:hunter2hunter3@{down}"),
        "http://ci:hunter2hunter3@[".to_owned(),
    ] {
        let mut session = place.again();
        session.patience.attempts = 2;
        session.environment = Arc::new([("HTTPS_PROXY".to_owned(), through)].into());
        let refused = fetch(&session, TUNNELLED, &access).unwrap_err();
        assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
        said.push(refused.to_string());
    }
    assert!(!place.told().concat().contains("hunter2"), "{:?}", place.told());
    insta::assert_snapshot!(said.join("\n"), @r"
    cannot fetch the archive: cannot reach `https://charts.invalid/a.tgz`: tunnel error: proxy authorization required
    cannot fetch the archive: cannot reach `https://charts.invalid/a.tgz`: Connection refused (os error 111)
    cannot fetch the archive: `HTTPS_PROXY` holds no address of a proxy
    ");
}
