//! What a chart says of itself, and what it is packed into.

use super::{bytes, helm, sandbox_with_chart};

#[test]
fn what_a_chart_says_of_itself_is_what_helm_prints() {
    let sandbox = sandbox_with_chart();
    sandbox.run("chart package charts/api -d dist").succeeds();
    for chart in ["charts/api", "dist/api-1.2.3.tgz"] {
        for what in ["chart", "values", "readme", "crds", "all"] {
            let ours = sandbox.run(&format!("chart show {what} {chart}")).succeeds().stdout;
            assert_eq!(ours, helm(&sandbox, &["show", what, chart]), "{what} {chart}");
        }
    }
    std::fs::remove_file(sandbox.path("charts/api/values.yaml")).unwrap();
    let ours = sandbox.run("chart show all charts/api").succeeds().stdout;
    assert_eq!(ours, helm(&sandbox, &["show", "all", "charts/api"]), "without values.yaml");
}

#[test]
fn a_packed_chart() {
    let sandbox = sandbox_with_chart();
    let saved = sandbox.run("chart package charts/api -d dist").succeeds().stdout;
    assert_eq!(saved, "Successfully packaged chart and saved it to: dist/api-1.2.3.tgz\n");
    let first = bytes(&sandbox.path("dist/api-1.2.3.tgz"));
    sandbox.run("chart package charts/api -d dist").succeeds();
    assert_eq!(first, bytes(&sandbox.path("dist/api-1.2.3.tgz")), "the same files, the same bytes");

    sandbox.run("chart package charts/api --version 2.0.0 --app-version 10").succeeds();
    let helm = helm(&sandbox, &["show", "chart", "api-2.0.0.tgz"]);
    assert!(helm.contains("appVersion: \"10\"\n") && helm.contains("version: 2.0.0\n"), "{helm}");

    sandbox.edit(
        "charts/api/Chart.yaml",
        "0.1.0, repository: ''",
        "^1, repository: https://charts.example.com",
    );
    let text = sandbox.run("chart package charts/api").exits(1).stderr;
    assert!(text.contains("depends on `sub`, which is not in its `charts/`"), "{text}");

    sandbox.write("manifests/a.yaml", "kind: ConfigMap\n");
    let text = sandbox.run("chart package manifests").exits(64).stderr;
    assert!(text.contains("`manifests` has no Chart.yaml"), "{text}");
    assert!(!sandbox.path("manifests-0.0.0.tgz").exists());
}
