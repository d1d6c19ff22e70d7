//! One chart by every kind of reference.

use std::process::Command;

use registry::oci::Registry;
use registry::repository::Repository;

use super::{bytes, git, helm, run, sandbox_with_chart};
use crate::sandbox::Sandbox;

const MANIFEST: &str = "name: shop\ntarget: { directory: out }\nnamespace: shop\nrepositories: { local: \"URL\" }\nreleases: {}\n";

/// A repository under `served/` with two versions of the chart.
fn repository(sandbox: &Sandbox) -> Repository {
    sandbox.run("chart package charts/api -d served").succeeds();
    sandbox.run("chart package charts/api --version 2.0.0 -d served").succeeds();
    helm(sandbox, &["repo", "index", "served"]);
    Repository::open(&sandbox.path("served"))
}

#[test]
fn from_a_repository() {
    let sandbox = sandbox_with_chart();
    let repository = repository(&sandbox);
    let url = repository.url();
    sandbox.write("shop/regatta.yaml", &MANIFEST.replace("URL", &url));
    let first = bytes(&sandbox.path("served/api-1.2.3.tgz"));
    for (folder, reference) in [
        ("one", format!("api --repo {url} --version ^1")),
        ("two", format!("{url}/api-1.2.3.tgz")),
        ("three", "local/api -f shop/regatta.yaml --version 1.2.3".to_owned()),
    ] {
        let answer = sandbox.run(&format!("chart pull {reference} -d {folder}")).succeeds();
        let digest = ::pull::Digest::of(&first);
        assert_eq!(
            answer.stdout,
            format!(
                "Pulled: {url}/api-1.2.3.tgz\nDigest: sha256:{digest}\nSaved: {folder}/api-1.2.3.tgz\n"
            )
        );
        assert_eq!(bytes(&sandbox.path(&format!("{folder}/api-1.2.3.tgz"))), first, "{reference}");
    }
    helm(&sandbox, &["pull", "api", "--repo", &url, "--version", "^1", "-d", "shop"]);
    assert_eq!(bytes(&sandbox.path("shop/api-1.2.3.tgz")), first);

    drop(repository);
    let rendered = sandbox
        .run(&format!("chart template x api --repo {url} --version ^1 --offline"))
        .succeeds()
        .stdout;
    assert_eq!(rendered, sandbox.run("chart template x charts/api").succeeds().stdout);
    let down = sandbox.run(&format!("chart pull api --repo {url}")).exits(1).stderr;
    assert!(down.contains("cannot reach"), "{down}");
}

#[test]
fn unpacked() {
    let sandbox = sandbox_with_chart();
    let url = repository(&sandbox);
    let url = url.url();
    let line = format!("chart pull api --repo {url} --untar --untardir there --prov");
    let answer = sandbox.run(&line).succeeds();
    assert!(answer.stdout.ends_with("\nSaved: there/api\n"), "{answer}");
    assert!(answer.stderr.contains("api-2.0.0.tgz has no provenance file"), "{answer}");
    let files = |folder: &str| -> Vec<String> {
        let files = sandbox.tree(folder).into_iter();
        files.map(|file| file.replacen(folder, "", 1)).collect()
    };
    assert_eq!(files("there/api"), files("charts/api"));
    let again = sandbox.run(&line).exits(1).stderr;
    assert!(again.contains("`./there/api` is there already"), "{again}");

    sandbox.write("evil/x/Chart.yaml", "apiVersion: v2\nname: .\nversion: 1.0.0\n");
    run(Command::new("tar"), &sandbox, &["-czf", "served/x.tgz", "-C", "evil", "x"]);
    let refused = sandbox.run(&format!("chart pull {url}/x.tgz --untar")).exits(1).stderr;
    assert!(refused.contains("a chart cannot be called `.`"), "{refused}");
    let refused = sandbox.run("chart pull https://ci:hunter2@h/x.tgz").exits(1).stderr;
    assert!(refused.contains("`https://***@h/x.tgz` names no chart"), "{refused}");
}

#[test]
fn from_a_registry_and_from_git() {
    let sandbox = sandbox_with_chart();
    let registry = Registry::open();
    let folder = format!("oci://{}/charts", registry.address);
    sandbox.run("chart package charts/api -d dist").succeeds();
    sandbox.run(&format!("chart push dist/api-1.2.3.tgz {folder} --plain-http")).succeeds();
    let pulled = sandbox.run(&format!("chart pull {folder}/api --version ^1 --plain-http"));
    let pulled = pulled.succeeds().stdout;
    assert!(
        pulled.starts_with(&format!("Pulled: {folder}/api:1.2.3\nDigest: sha256:")),
        "{pulled}"
    );
    assert_eq!(bytes(&sandbox.path("api-1.2.3.tgz")), bytes(&sandbox.path("dist/api-1.2.3.tgz")));

    let digest = pulled.lines().nth(1).unwrap().trim_start_matches("Digest: ");
    let values = sandbox.run(&format!("chart show values {folder}/api@{digest} --plain-http"));
    assert_eq!(values.succeeds().stdout, "replicas: 1 # one\n\n");

    let refused =
        sandbox.run(&format!("chart pull {folder}/api:1.2.3 --version 2")).exits(64).stderr;
    assert!(refused.contains("leave one of them out"), "{refused}");
    let absent =
        sandbox.run(&format!("chart pull {folder}/api:9.9.9 --plain-http")).exits(1).stderr;
    assert!(absent.contains("look for a typo"), "{absent}");

    git(&sandbox, &["init", "-q", "-b", "main", "charts"]);
    git(&sandbox, &["-C", "charts", "add", "."]);
    git(&sandbox, &["-C", "charts", "commit", "-q", "-m", "one"]);
    git(&sandbox, &["-C", "charts", "tag", "v1"]);
    let url = format!("git+file://{}", sandbox.path("charts").display());
    let pulled = sandbox.run(&format!("chart pull {url}//api?ref=v1 -d git")).succeeds().stdout;
    assert!(
        pulled.contains("//api?ref=") && pulled.ends_with("Saved: git/api-1.2.3.tgz\n"),
        "{pulled}"
    );
    assert_eq!(
        sandbox.run("chart show all git/api-1.2.3.tgz").succeeds().stdout,
        sandbox.run("chart show all charts/api").succeeds().stdout
    );
}
