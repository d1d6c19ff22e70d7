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
