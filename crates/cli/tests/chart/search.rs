//! What repositories offer.

use registry::repository::Repository;

use super::sandbox;

const INDEX: &str = "apiVersion: v1\nentries:\n  api:\n  - {version: 1.2.3, appVersion: '9', description: Answers, urls: [a.tgz]}\n  - {version: 2.0.0-rc.1, urls: [b.tgz]}\n  old:\n  - {version: 0.1.0, description: Was good once, deprecated: true, keywords: [answers], urls: [c.tgz]}\n  web:\n  - {version: 3.0.0, description: Asks, urls: [d.tgz]}\n";

#[test]
fn charts_with_a_word() {
    let sandbox = sandbox();
    sandbox.write("served/index.yaml", INDEX);
    let repository = Repository::open(&sandbox.path("served"));
    let url = repository.url();
    sandbox.write(
        "regatta.yaml",
        &format!("name: shop\ntarget: {{ directory: out }}\nnamespace: shop\nrepositories: {{ local: \"{url}\", charts: \"oci://h/charts\" }}\nreleases: {{}}\n"),
    );
    let session = sandbox.session(&[
        "chart search local answer",
        "chart search local -l api",
        "chart search local web -o json --offline",
        &format!("chart search {url} nothing"),
        &format!("chart search {url} nothing --fail-on-no-result -q"),
        "chart search charts",
        "chart search other",
    ]);
    insta::assert_snapshot!(session.replace(&url, "URL"));
}

#[test]
fn repositories_that_differ_by_environment() {
    let sandbox = sandbox();
    sandbox.write("served/index.yaml", INDEX);
    let repository = Repository::open(&sandbox.path("served"));
    let manifest = "name: shop\nreleases: {}\n\
                    repositories: { local: \"${{ vars.url }}\", same: URL }\n\
                    environments:\n  dev: { vars: { url: URL } }\n  prod: { vars: { url: https://h } }\n";
    sandbox.write("regatta.yaml", &manifest.replace("URL", &repository.url()));
    let refused = sandbox.run("chart search local").exits(1).stderr;
    assert!(refused.contains("has no target"), "{refused}");

    let whole = "namespace: shop, target: { directory: out }, vars: { url";
    sandbox.edit("regatta.yaml", "vars: { url", whole);
    let refused = sandbox.run("chart search local").exits(64).stderr;
    assert!(refused.contains("differs from environment to environment"), "{refused}");
    for line in ["chart search local -e dev", "chart search same"] {
        assert!(sandbox.run(line).succeeds().stdout.contains("/api  1.2.3"), "{line}");
    }
}
