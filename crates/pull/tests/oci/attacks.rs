//! Registries that lie, break off, or send us elsewhere.

use std::sync::atomic::{AtomicUsize, Ordering};

use pull::oci::{At, Error, fetch, versions};
use pull::{Access, Digest, Login, Secret, http};
use registry::hand::{Answer, Request, Server};

use super::{Place, plain, version};

const ARCHIVE: &[u8] = b"the bytes of a chart";

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", Digest::of(bytes))
}

/// A manifest whose archive has this size and more in its descriptor.
fn manifest(size: usize, more: &str) -> String {
    let digest = digest(ARCHIVE);
    format!(
        r#"{{"schemaVersion":2,
             "config":{{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"{digest}","size":2}},
             "layers":[{{"mediaType":"application/vnd.cncf.helm.chart.content.v1.tar+gzip","digest":"{digest}","size":{size}{more}}}]}}"#
    )
}

fn good() -> String {
    manifest(ARCHIVE.len(), "")
}

/// A registry with these answers for the manifest and the archive.
fn registry(
    manifest: impl Fn() -> Answer + Send + Sync + 'static,
    archive: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> Server {
    Server::start(move |request| {
        if request.path().contains("/manifests/") {
            manifest()
        } else if request.path().contains("/blobs/") {
            archive(request)
        } else {
            Answer::new(404, "")
        }
    })
}

async fn error_of(server: &Server, place: &Place, at: &At) -> Error {
    let address = format!("{}/charts/api", server.address);
    let error = fetch(&place.session, &address, at, &plain()).await.unwrap_err();
    let cache = place.path().join("cache");
    assert!(!cache.exists() || place.session.cache.blob(Digest::of(ARCHIVE)).unwrap().is_none());
    error
}

/// What is said of a registry that answers so, without its address.
async fn said(
    manifest: impl Fn() -> Answer + Send + Sync + 'static,
    archive: impl Fn(&Request) -> Answer + Send + Sync + 'static,
) -> String {
    let server = registry(manifest, archive);
    let error = error_of(&server, &Place::new(), &version("1.0.0")).await;
    error.to_string().replace(&server.address, "HOST")
}

#[tokio::test]
async fn what_is_not_what_it_was_said_to_be_is_refused() {
    let archive = |_: &Request| Answer::new(200, ARCHIVE);
    let mut report = Vec::new();
    report.push(said(|| Answer::new(200, manifest(5, "")), archive).await);
    report.push(said(|| Answer::new(200, manifest(500, "")), archive).await);
    report.push(
        said(|| Answer::new(200, good()), |_| Answer::new(200, b"other bytes of chart")).await,
    );
    report.push(said(|| Answer::new(200, good()), |_| Answer::new(200, vec![0; 50_000])).await);
    report.push(said(|| Answer::new(200, manifest(1 << 40, "")), archive).await);
    report.push(said(|| Answer::new(200, manifest(20, r#","urls":["http://x"]"#)), archive).await);
    report.push(said(|| Answer::new(200, vec![b' '; 5 << 20]), archive).await);
    report.push(said(|| Answer::new(200, "[".repeat(100_000)), archive).await);
    report.push(said(|| Answer::new(200, "\u{1b}[31m{}"), archive).await);
    report.push(said(|| Answer::new(200, good()), |_| Answer::new(200, ARCHIVE).cut(7)).await);
    let header = digest(b"another manifest");
    report.push(
        said(move || Answer::new(200, good()).header("Docker-Content-Digest", &header), archive)
            .await,
    );
    insta::assert_snapshot!(report.join("\n"));
}

#[tokio::test]
async fn another_manifest_than_asked_for_is_refused() {
    let server = registry(|| Answer::new(200, good()), |_| Answer::new(200, ARCHIVE));
    let asked = At::Digest(Digest::of(b"what the lock file says"));
    let error = error_of(&server, &Place::new(), &asked).await;
    assert!(matches!(error, Error::Lie { .. }), "{error}");
}

#[tokio::test]
async fn what_breaks_off_goes_on_where_it_ended() {
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    let server = registry(
        || Answer::new(200, good()),
        move |request| {
            let range = request.header("range").map(str::to_owned);
            seen.lock().unwrap().push(range.clone());
            match range {
                None => Answer::new(200, ARCHIVE).cut(7),
                Some(_) => Answer::new(206, &ARCHIVE[7..]).header("Content-Range", "bytes 7-19/20"),
            }
        },
    );
    let place = Place::new();
    let address = format!("{}/charts/api", server.address);
    let fetched = fetch(&place.session, &address, &version("1.0.0"), &plain()).await.unwrap();
    assert_eq!(place.archive(fetched.archive), ARCHIVE);
    assert_eq!(*asked.lock().unwrap(), [None, Some("bytes=7-".to_owned())]);
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for status in [408, 429, 500, 503] {
        let tries = AtomicUsize::new(0);
        let server = registry(
            || Answer::new(200, good()),
            move |_| match tries.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::new(status, "").header("Retry-After", 0),
                _ => Answer::new(200, ARCHIVE),
            },
        );
        let address = format!("{}/charts/api", server.address);
        let place = Place::new();
        fetch(&place.session, &address, &version("1.0.0"), &plain()).await.unwrap();
        assert!(place.told.lines().iter().any(|line| line.contains(&status.to_string())));
    }
}

#[tokio::test]
async fn what_stays_broken_is_told_in_the_servers_words() {
    let words = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow\u001b[31m down"}]}"#;
    let said = said(
        move || Answer::new(429, words).header("Retry-After", 0),
        |_| Answer::new(200, ARCHIVE),
    );
    assert_eq!(
        said.await,
        "`HOST` answered 429 when asked for `oci://HOST/charts/api:1.0.0`: slow[31m down"
    );
}

#[tokio::test]
async fn our_login_stays_where_it_belongs() {
    let elsewhere = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&elsewhere);
    let other = Server::start(move |request| {
        seen.lock().unwrap().push(request.header("authorization").map(str::to_owned));
        Answer::new(200, ARCHIVE)
    });
    let target = format!("http://{}/elsewhere", other.address);
    let server = Server::start(move |request| {
        if request.header("authorization").is_none() {
            Answer::new(401, "").header("WWW-Authenticate", "Basic realm=\"x\"")
        } else if request.path().contains("/manifests/") {
            Answer::new(200, good())
        } else {
            Answer::new(307, "").header("Location", &target)
        }
    });
    let login = Login::Basic { username: "ci".to_owned(), password: Secret::new("hunter2") };
    let access = Access { login: Some(login), ..plain() };
    let place = Place::new();
    let address = format!("{}/charts/api", server.address);
    fetch(&place.session, &address, &version("1.0.0"), &access).await.unwrap();
    assert_eq!(*elsewhere.lock().unwrap(), [None]);
}

#[tokio::test]
async fn redirects_into_the_machines_surroundings_are_refused() {
    for target in ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "gopher://x"] {
        let server = registry(
            || Answer::new(200, good()),
            move |_| Answer::new(302, "").header("Location", target),
        );
        let error = error_of(&server, &Place::new(), &version("1.0.0")).await;
        let refused = matches!(error, Error::Http(http::Error::Redirect { .. }));
        assert!(refused, "{target}: {error}");
    }
}

#[tokio::test]
async fn a_login_is_not_told_to_a_token_server_without_tls() {
    let (registry, place) =
        (registry::oci::Registry::start(registry::oci::Auth::Token, true), Place::new());
    let access = super::access(&registry, super::ours());
    let address = format!("{}/charts/api", registry.address);
    let error = fetch(&place.session, &address, &version("1.0.0"), &access).await.unwrap_err();
    assert!(error.to_string().contains("which is no place with TLS"), "{error}");
}

#[tokio::test]
async fn tokens_that_are_no_header_are_refused() {
    for token in [r#"{"token":"a\nb"}"#, r#"{"token":""}"#, "[]", "no JSON"] {
        let tokens = Server::start(move |_| Answer::new(200, token));
        let challenge = format!("Bearer realm=\"http://{}/\"", tokens.address);
        let server = registry(
            move || Answer::new(401, "").header("WWW-Authenticate", &challenge),
            |_| Answer::new(200, ARCHIVE),
        );
        let error = error_of(&server, &Place::new(), &version("1.0.0")).await;
        assert!(matches!(error, Error::Lie { .. }), "{token}: {error}");
    }
}

#[tokio::test]
async fn lists_of_tags_are_followed_and_bounded() {
    let page = |tags: &str, next: &str| {
        let answer = Answer::new(200, format!(r#"{{"name":"charts/api","tags":{tags}}}"#));
        if next.is_empty() {
            answer
        } else {
            answer.header("Link", format!("<{next}>; rel=\"next\""))
        }
    };
    let list = |pages: fn(&str) -> (&'static str, &'static str)| {
        Server::start(move |request| {
            let (tags, next) = pages(&request.target);
            page(tags, next)
        })
    };
    let place = Place::new();
    let ask = async |server: &Server| {
        let address = format!("{}/charts/api", server.address);
        let found = versions(&place.session, &address, &plain()).await;
        found.map_err(|error| error.to_string().replace(&server.address, "HOST"))
    };
    let two = list(|target| match target {
        "/v2/charts/api/tags/list" => {
            (r#"["1.0.0","1.1.0"]"#, "/v2/charts/api/tags/list?last=1.1.0")
        }
        _ => (r#"["1.2.0"]"#, ""),
    });
    assert_eq!(ask(&two).await.unwrap(), ["1.2.0", "1.1.0", "1.0.0"]);
    let empty = list(|_| ("null", ""));
    assert_eq!(ask(&empty).await.unwrap(), Vec::<String>::new());
    let elsewhere = "`HOST` cannot be believed: its list of tags goes on somewhere else";
    let circle = list(|_| ("[]", "/v2/charts/api/tags/list"));
    assert_eq!(ask(&circle).await.unwrap_err(), elsewhere);
    let away = list(|_| ("[]", "https://169.254.169.254/latest"));
    assert_eq!(ask(&away).await.unwrap_err(), elsewhere);
    let none = list(|_| ("3", ""));
    assert_eq!(
        ask(&none).await.unwrap_err(),
        "`HOST` cannot be believed: its list of tags is none"
    );
}

#[tokio::test]
async fn a_registry_that_is_down_is_named() {
    let server = registry(|| Answer::new(200, good()), |_| Answer::new(200, ARCHIVE));
    let address = server.address.clone();
    drop(server);
    let chart = format!("{address}/charts/api");
    let error =
        fetch(&Place::new().session, &chart, &version("1.0.0"), &plain()).await.unwrap_err();
    assert!(
        error.to_string().starts_with(&format!("cannot reach `http://{address}/v2/")),
        "{error}"
    );
}
