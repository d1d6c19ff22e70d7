//! `cache`: what is kept of fetched charts, and that it goes.

use registry::repository::Repository;

use crate::sandbox::Sandbox;

const INDEX: &str = "apiVersion: v1\nentries: {api: [{version: 1.2.3, urls: [api-1.2.3.tgz]}]}\n";

#[test]
fn what_is_kept_and_what_goes() {
    let sandbox = Sandbox::new().with("REGATTA_CACHE", "cache");
    sandbox.write("api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.2.3\n");
    sandbox.run("chart package api -d served").succeeds();
    sandbox.write("served/index.yaml", INDEX);
    let repository = Repository::open(&sandbox.path("served"));
    let pull = format!("chart pull api --repo {}", repository.url());
    sandbox.run(&pull).succeeds();

    let kept = sandbox.run("cache info -o json").succeeds().json();
    assert_eq!(kept["kinds"][0]["name"], "charts");
    assert_eq!(kept["kinds"][0]["entries"], 1);
    assert!(kept["folder"].as_str().unwrap().ends_with("/cache/v1"), "{kept}");
    let table = sandbox.run("cache info").succeeds().stdout;
    assert!(table.contains("\nKIND              ENTRIES  SIZE"), "{table}");

    assert_eq!(sandbox.run("cache clean").succeeds().stdout, "nothing to remove\n");
    sandbox.run(&format!("{pull} --offline")).succeeds();
    let removed = sandbox.run("cache clean --all").succeeds().stdout;
    assert!(removed.starts_with("removed "), "{removed}");
    sandbox.run(&format!("{pull} --offline")).exits(1);
    let table = sandbox.run("cache clean --older-than 3x").exits(64).stderr;
    assert!(table.contains("--older-than"), "{table}");
}
