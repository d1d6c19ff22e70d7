//! What we push is what Helm would have pushed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pull::oci::{self, Package};
use registry::hand::{Answer, Server};
use registry::oci::Registry;

use super::helm::Helm;
use super::{CREATED, Place, packed, plain, push};

/// Every field that a Chart.yaml may have, with letters that Go escapes in JSON.
const FULL: &str = r#"home: https://example.com/?a=1&b=2
description: "an <api> & more, naïve"
sources: [https://git.example.com/api, https://mirror.example.com/api]
keywords: [api, web]
icon: https://example.com/icon.svg
appVersion: "1.16"
kubeVersion: ">=1.20.0-0"
deprecated: true
type: application
condition: on
tags: one,two
maintainers:
  - {name: Ada, email: ada@example.com, url: https://example.com/ada}
  - {name: Grace}
annotations:
  example.com/team: core
  org.opencontainers.image.title: another
  org.opencontainers.image.licenses: Apache-2.0
dependencies:
  - {name: db, version: ">=1", repository: "file://../db", condition: db.enabled, tags: [back], alias: store, import-values: [data, {child: a, parent: b}]}
"#;

#[tokio::test]
async fn the_same_chart_has_the_same_digest() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let db = helm.package("db", "1.0.0", "");
    std::fs::create_dir_all(helm.path().join("sources/full/charts")).unwrap();
    std::fs::rename(db, helm.path().join("sources/full/charts/db-1.0.0.tgz")).unwrap();
    let archive = helm.package("full", "1.0.0+build.1", FULL);
    std::fs::write(archive.with_extension("tgz.prov"), "provenance").unwrap();
    let time = std::process::Command::new("touch").args(["-d", CREATED]).arg(&archive).status();
    assert!(time.unwrap().success());
    let folder = format!("{}/helm", registry.address);
    let said =
        helm.run(&["push", archive.to_str().unwrap(), &format!("oci://{folder}"), "--plain-http"]);

    let bytes = std::fs::read(&archive).unwrap();
    let package = Package { archive: &bytes, provenance: Some(b"provenance"), created: CREATED };
    let folder = format!("{}/ours", registry.address);
    let pushed = oci::push(&place.session, &folder, package, &plain()).await.unwrap();
    assert_eq!(pushed.reference, format!("{folder}/full:1.0.0_build.1"));
    assert!(
        said.contains(&format!("Digest: sha256:{}", pushed.digest)),
        "{said}\n{}",
        pushed.digest
    );
}

#[tokio::test]
async fn helm_reads_what_we_push() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let archive = packed(&helm, "1.0.0");
    push(&place, &registry, &archive, &plain()).await;
    let reference = format!("oci://{}/charts/api", registry.address);
    let shown = helm.run(&["show", "chart", &reference, "--plain-http"]);
    assert!(shown.contains("name: api\n"), "{shown}");
    std::fs::create_dir(helm.path().join("pulled")).unwrap();
    helm.run(&["pull", &reference, "--version", "1.0.0", "--plain-http", "-d", "pulled"]);
    assert_eq!(std::fs::read(helm.path().join("pulled/api-1.0.0.tgz")).unwrap(), archive);
}

#[tokio::test]
async fn a_tag_that_moves_is_told() {
    let (registry, place, helm) = (Registry::open(), Place::new(), Helm::new());
    let first = push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
    assert_eq!(first.replaced, None);
    let same = push(&place, &registry, &packed(&helm, "1.0.0"), &plain()).await;
    assert_eq!((same.digest, same.replaced), (first.digest, None));
    let changed = std::fs::read(helm.package("api", "1.0.0", "description: changed\n")).unwrap();
    let moved = push(&place, &registry, &changed, &plain()).await;
    assert_eq!(moved.replaced, Some(first.digest));
}

#[tokio::test]
async fn what_is_no_chart_is_not_pushed() {
    let (registry, place) = (Registry::open(), Place::new());
    let package = Package { archive: b"no archive", provenance: None, created: CREATED };
    let error = oci::push(&place.session, &registry.address, package, &plain()).await.unwrap_err();
    assert!(error.to_string().starts_with("the chart's archive cannot be pushed: "), "{error}");
    assert_eq!(registry.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn an_upload_that_breaks_off_begins_anew() {
    let uploads = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.method.as_str() {
        "HEAD" => Answer::new(404, ""),
        "POST" => {
            let number = uploads.fetch_add(1, Ordering::Relaxed);
            Answer::new(202, "").header("Location", format!("/upload?state={number}"))
        }
        // The first upload is gone when its content comes.
        _ if request.target.starts_with("/upload?state=0&") => Answer::new(502, ""),
        _ => Answer::new(201, ""),
    });
    let (place, helm) = (Place::new(), Helm::new());
    let archive = packed(&helm, "1.0.0");
    let package = Package { archive: &archive, provenance: None, created: CREATED };
    oci::push(&place.session, &server.address, package, &plain()).await.unwrap();
    assert_eq!(place.told.lines().len(), 1, "{:?}", place.told.lines());
}

#[tokio::test]
async fn an_upload_may_take_longer_than_an_answer() {
    let idle = Duration::from_millis(500);
    let server = Server::start(move |request| match request.method.as_str() {
        "HEAD" => Answer::new(404, ""),
        "POST" => Answer::new(202, "").header("Location", "/upload"),
        _ => {
            std::thread::sleep(2 * idle);
            Answer::new(201, "")
        }
    });
    let (mut place, helm) = (Place::new(), Helm::new());
    place.session.patience.idle = idle;
    let archive = packed(&helm, "1.0.0");
    let package = Package { archive: &archive, provenance: None, created: CREATED };
    oci::push(&place.session, &server.address, package, &plain()).await.unwrap();
    assert_eq!(place.told.lines(), Vec::<String>::new());
}
