//! Who learns our login: the repository it belongs to, and nobody else unless asked.

use pull::{Access, Login, Secret, archive};
use registry::repository::{Options, Repository};

use super::{BASIC, Place, basic, failure, fetch, packed, run, to};

fn closed(place: &Place, authorization: &str) -> Repository {
    place.serve("a.tgz", packed("a"));
    let authorization = Some(authorization.to_owned());
    Repository::start(&place.served(), Options { authorization, ..Options::default() })
}

#[test]
fn a_repository_behind_a_login() {
    let place = Place::new();
    let repository = closed(&place, BASIC);
    let url = format!("{}/a.tgz", repository.url());
    assert_eq!(fetch(&place.session, &url, &basic()).unwrap(), packed("a"));

    let refused = fetch(&place.session, &url, &Access::default()).unwrap_err();
    assert!(refused.help().is_some_and(|help| help.contains("`password`")));
    insta::assert_snapshot!(
        failure(&repository, Err::<(), _>(refused)),
        @"cannot fetch the archive: `URL/a.tgz` answers 401: who are you?"
    );
}

#[test]
fn a_repository_behind_a_token() {
    let place = Place::new();
    let repository = closed(&place, "Bearer t0ken");
    let login = Login::Bearer { token: Secret::new("t0ken") };
    let access = Access { login: Some(login), ..Access::default() };
    let url = format!("{}/a.tgz", repository.url());
    assert_eq!(fetch(&place.session, &url, &access).unwrap(), packed("a"));
}

/// What the second server hears of us: by its own address when an index names it, by redirect when the first one does.
fn heard(access: &Access, redirected: bool) -> Vec<Option<String>> {
    let place = Place::new();
    place.serve("a.tgz", packed("a"));
    let (home, other) = (Repository::open(&place.served()), Repository::open(&place.served()));
    let mut url = format!("{}/a.tgz", other.url());
    if redirected {
        home.fault("/go", [to(&url)]);
        url = format!("{}/go", home.url());
    }
    let home = home.url();
    run(archive::fetch(&place.session, &url, access, Some(&home), None)).unwrap();
    let heard = other.requests();
    heard.iter().map(|request| request.header("authorization").map(str::to_owned)).collect()
}

#[test]
fn another_host_does_not_learn_it() {
    for redirected in [false, true] {
        assert_eq!(heard(&basic(), redirected), [None], "redirected: {redirected}");
        let passing = Access { pass_credentials: true, ..basic() };
        assert_eq!(heard(&passing, redirected), [Some(BASIC.to_owned())]);
    }
}

#[test]
fn another_name_of_the_same_server_is_another_host() {
    let place = Place::new();
    place.serve("a.tgz", packed("a"));
    let repository = Repository::open(&place.served());
    repository.fault("/go", [to(&format!("{}/a.tgz", repository.other_url()))]);
    fetch(&place.session, &format!("{}/go", repository.url()), &basic()).unwrap();
    let [go, archive] = &repository.requests()[..] else { panic!("two requests") };
    assert_eq!(go.header("authorization"), Some(BASIC));
    assert_eq!(archive.header("authorization"), None);
}

#[test]
fn logins_that_a_server_puts_into_addresses_are_not_used() {
    let place = Place::new();
    place.serve("a.tgz", packed("a"));
    let repository = Repository::open(&place.served());
    let named = repository.url().replace("//", "//other:secret@");
    repository.fault("/go", [to(&format!("{named}/a.tgz"))]);
    fetch(&place.session, &format!("{}/go", repository.url()), &Access::default()).unwrap();
    let heard = repository.requests();
    assert!(heard.iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn no_message_holds_a_secret() {
    let place = Place::new();
    let repository = Repository::open(&place.served());
    let named = repository.url().replace("//", "//ci:hunter2hunter2@");
    for url in
        [format!("{named}/a.tgz"), format!("{}/a.tgz?token=hunter2hunter2", repository.url())]
    {
        let refused = fetch(&place.session, &url, &basic()).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{refused}");
    }
    assert!(!place.told().concat().contains("hunter2"));
}
