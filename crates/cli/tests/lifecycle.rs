//! A workspace's life: apply, change, diff, apply, remove, prune, destroy.

use crate::sandbox::Sandbox;

#[test]
fn quickstart_from_first_apply_to_destroy() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!("apply", sandbox.run("apply -e dev --yes").succeeds());
    insta::assert_snapshot!("files", sandbox.tree("out").join("\n"));
    insta::assert_snapshot!(
        "apply_again",
        sandbox.session(&["apply -e dev", "status -e dev", "diff -e dev --detailed-exitcode"])
    );

    sandbox.edit("values/api.yaml", "logLevel: info", "logLevel: debug");
    insta::assert_snapshot!(
        "edit_a_value",
        sandbox.session(&["diff -e dev --detailed-exitcode", "apply -e dev --yes"])
    );
    assert!(sandbox.read("out/dev/quickstart-dev/api/configmap-api.yaml").contains("debug"));

    let manifest = sandbox.read("regatta.yaml");
    let web = manifest.find("\n  web:\n").unwrap();
    sandbox.write("regatta.yaml", &manifest[..web]);
    insta::assert_snapshot!(
        "remove_a_release",
        sandbox.session(&["diff -e dev", "apply -e dev --yes", "apply -e dev --yes --prune"])
    );
    insta::assert_snapshot!("destroy", sandbox.session(&["destroy -e dev --yes", "status -e dev"]));
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
}

#[test]
fn what_init_writes_works_at_once() {
    let sandbox = Sandbox::new();
    sandbox.run("init --name starter").succeeds();
    insta::assert_snapshot!(sandbox.session(&["validate", "lint -e '*'", "apply -e dev --yes"]));
}

#[test]
fn selections() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!(sandbox.session(&[
        "apply -e dev --yes --release web",
        "apply -e dev --yes -l tier=frontend --skip-needs",
        "apply -e dev --yes -l tier=backend --with-needs",
        "diff -e dev --release wbe",
        "diff -e dev -l tier",
    ]));
}

#[test]
fn several_environments() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!(sandbox.session(&[
        "apply -e 'd*' --yes",
        "apply -e dev -e prod --yes",
        "apply -e prod --yes=prod -q",
        "diff -e '*'",
        "diff",
        "diff -e prd",
    ]));
}

/// What was drawn once stays as long as everything that decided it does, and the dialect decides too.
#[test]
fn another_dialect_is_another_input() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { drawn: '{{ randAlpha 12 }}', values: '{{ typeOf .Values }}' }\n";
    let manifest = "name: shop\nnamespace: shop\ntarget: { directory: out }\nreleases: { a: { chart: ./chart } }\n";
    let sandbox = Sandbox::files(&[
        ("regatta.yaml", manifest),
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
        ("chart/templates/map.yaml", template),
    ]);
    sandbox.run("apply --yes").succeeds();
    sandbox.run("diff --detailed-exitcode").succeeds();
    sandbox.edit("regatta.yaml", "./chart", "./chart, compat: helm3");
    let said = sandbox.run("diff --detailed-exitcode").exits(2).stdout;
    assert!(said.contains("Kubernetes version, APIs or `compat` changed"), "{said}");
    assert!(said.contains(r#"data.values: "common.Values" → "chartutil.Values""#), "{said}");
}
