//! Real Helm beside us: the same repository gives the same bytes.

use std::path::Path;
use std::process::Command;

use pull::archive;

use registry::repository::{Options, Repository};

use super::{BASIC, Place, basic, run};

#[test]
fn what_helm_packs_and_pulls_is_what_we_fetch() {
    let place = Place::new();
    for (chart, version) in [("api", "1.0.0"), ("api", "1.1.0"), ("web", "0.1.0+build.1")] {
        package(&place, chart, version);
    }
    helm(&place.served(), &["repo", "index", "."]);
    let authorization = Some(BASIC.to_owned());
    let options = Options { authorization, ..Options::default() };
    let repository = Repository::start(&place.served(), options);
    let (url, access) = (repository.url(), basic());
    for (chart, version) in [("api", "1.0.0"), ("api", "1.1.0"), ("web", "0.1.0+build.1")] {
        let pulled = tempfile::tempdir().unwrap();
        let login = ["--username", "ci", "--password", "hunter2hunter2"];
        let words = ["pull", chart, "--version", version, "--repo", &url];
        helm(pulled.path(), &[&words[..], &login[..]].concat());
        let theirs = std::fs::read(pulled.path().join(format!("{chart}-{version}.tgz"))).unwrap();

        let ours = run(async {
            let offered = pull::index::offers(&place.session, &url, chart, &access).await.unwrap();
            let offer = offered.into_iter().find(|offer| offer.version == version).unwrap();
            let (home, digest) = (Some(url.as_str()), offer.digest);
            archive::fetch(&place.session, &offer.urls[0], &access, home, digest).await.unwrap()
        });
        assert_eq!(ours, theirs, "{chart} {version}");
    }
}

fn package(place: &Place, chart: &str, version: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join(chart);
    std::fs::create_dir_all(folder.join("templates")).unwrap();
    let file = format!("apiVersion: v2\nname: {chart}\nversion: {version}\n");
    std::fs::write(folder.join("Chart.yaml"), file).unwrap();
    helm(&place.served(), &["package", folder.to_str().unwrap()]);
}

#[track_caller]
fn helm(folder: &Path, arguments: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(registry::helm4())
        .args(arguments)
        .current_dir(folder)
        .env("HOME", home.path())
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "helm {arguments:?}: {message}");
}
