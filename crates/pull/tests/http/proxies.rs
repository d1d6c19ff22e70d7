//! Proxies, as the user's environment names them.

use std::collections::BTreeMap;
use std::sync::Arc;

use pull::Access;
use registry::repository::Repository;

use super::{Place, fetch, packed};

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
