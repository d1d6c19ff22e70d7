//! Logins that Helm and we share.

use pull::oci::{Error, Logins, logins, versions};
use pull::{Access, Login, Secret};
use registry::hand::{Answer, Server};
use registry::oci::{Auth, PASSWORD, Registry, USER};

use super::helm::Helm;
use super::{Place, access, ours, packed, plain, push};

/// A credential helper that keeps what it is told in a file beside it.
#[cfg(unix)]
const HELPER: &str = r#"#!/bin/sh
file=$(dirname "$0")/kept
case $1 in
    store) cat >"$file" ;;
    get) cat "$file" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
    erase) rm -f "$file" ;;
esac
"#;

fn logins(helm: &Helm) -> Logins {
    Logins { helm: helm.logins(), docker: None, path: std::ffi::OsString::new() }
}

#[tokio::test]
async fn helm_sees_our_login_and_we_see_helms() {
    let helm = Helm::new();
    for auth in [Auth::Basic, Auth::Token] {
        let (registry, place) = (Registry::start(auth, false), Place::new());
        let host = &registry.address;
        push(&place, &registry, &packed(&helm, "1.0.0"), &access(&registry, ours())).await;
        let chart = format!("oci://{host}/charts/api");
        let show = ["show", "chart", &chart, "--plain-http"];
        assert!(!helm.output(&show).status.success());

        let kept = logins(&helm);
        let password = Secret::new(PASSWORD);
        logins::login(&place.session, &kept, host, (USER, &password), &plain()).await.unwrap();
        helm.run(&show);
        helm.run(&["registry", "logout", host]);
        assert_eq!(kept.find(host).unwrap(), None);

        helm.run(&["registry", "login", host, "-u", USER, "-p", PASSWORD, "--plain-http"]);
        let found = kept.find(host).unwrap();
        assert_eq!(found, Some(Login::Basic { username: USER.to_owned(), password }));
        assert!(logins::logout(&kept, host).unwrap());
        assert!(!logins::logout(&kept, host).unwrap());
        assert!(!helm.output(&show).status.success());
    }
}

#[tokio::test]
async fn a_login_that_is_not_accepted_is_not_kept() {
    let helm = Helm::new();
    for auth in [Auth::Basic, Auth::Token] {
        let (registry, place) = (Registry::start(auth, false), Place::new());
        let wrong = Secret::new("hunter2");
        let kept = logins(&helm);
        let error =
            logins::login(&place.session, &kept, &registry.address, (USER, &wrong), &plain()).await;
        assert!(matches!(error, Err(Error::LoginRefused { .. })), "{error:?}");
        assert!(!helm.logins().exists());
    }
}

#[tokio::test]
async fn dockers_login_counts_after_helms() {
    let helm = Helm::new();
    let docker = helm.path().join("docker/config.json");
    std::fs::create_dir_all(docker.parent().unwrap()).unwrap();
    std::fs::write(&docker, r#"{"auths":{"r.example.com":{"auth":"ZG9ja2VyOnB3"}}}"#).unwrap();
    let kept = Logins { docker: Some(docker), ..logins(&helm) };
    let user = |kept: &Logins| match kept.find("r.example.com").unwrap() {
        Some(Login::Basic { username, .. }) => username,
        other => format!("{other:?}"),
    };
    assert_eq!(user(&kept), "docker");
    // Written on a machine that has such a store.
    let elsewhere = r#"{"auths":{"r.example.com":{"auth":"ZG9ja2VyOnB3"}},"credsStore":"desktop"}"#;
    std::fs::write(kept.docker.as_ref().unwrap(), elsewhere).unwrap();
    assert_eq!(user(&kept), "docker");
    std::fs::create_dir_all(helm.logins().parent().unwrap()).unwrap();
    std::fs::write(helm.logins(), r#"{"auths":{"r.example.com":{"auth":"aGVsbTpwdw=="}}}"#)
        .unwrap();
    assert_eq!(user(&kept), "helm");
}

#[tokio::test]
async fn bearer_tokens_go_along_as_they_are() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let asked = std::sync::Arc::clone(&seen);
    let server = Server::start(move |request| {
        let authorization = request.header("authorization").map(str::to_owned);
        asked.lock().unwrap().push(authorization.clone());
        match authorization {
            Some(_) => Answer::new(200, r#"{"tags":["1.0.0"]}"#),
            None => Answer::new(401, "")
                .header("WWW-Authenticate", r#"Bearer realm="http://127.0.0.1:1/never-asked""#),
        }
    });
    let access = Access { login: Some(Login::Bearer { token: Secret::new("abc") }), ..plain() };
    let address = format!("{}/charts/api", server.address);
    let found = versions(&Place::new().session, &address, &access).await.unwrap();
    assert_eq!(found, ["1.0.0"]);
    assert_eq!(*seen.lock().unwrap(), [None, Some("Bearer abc".to_owned())]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_helper_keeps_what_the_file_would() {
    use std::os::unix::fs::PermissionsExt as _;
    let (registry, place, helm) = (Registry::start(Auth::Basic, false), Place::new(), Helm::new());
    let helper = helm.path().join("docker-credential-tests");
    std::fs::write(&helper, HELPER).unwrap();
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::create_dir_all(helm.logins().parent().unwrap()).unwrap();
    let file = r#"{"credsStore":"tests"}"#;
    std::fs::write(helm.logins(), file).unwrap();
    let path = format!("{}:/usr/bin:/bin", helm.path().display()).into();
    let kept = Logins { path, ..logins(&helm) };
    let (host, password) = (&registry.address, Secret::new(PASSWORD));
    assert_eq!(kept.find(host).unwrap(), None);
    logins::login(&place.session, &kept, host, (USER, &password), &plain()).await.unwrap();
    assert_eq!(std::fs::read_to_string(helm.logins()).unwrap(), file);
    let found = kept.find(host).unwrap();
    assert_eq!(found, Some(Login::Basic { username: USER.to_owned(), password }));
    assert!(logins::logout(&kept, host).unwrap());
    assert!(!logins::logout(&kept, host).unwrap());
}
