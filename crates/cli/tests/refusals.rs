//! Runs that must not write: nobody agreed, the environment is protected, somebody else's file is in the way.

use crate::sandbox::Sandbox;

#[test]
fn without_a_terminal_nothing_is_written_unasked() {
    let sandbox = Sandbox::example("quickstart");
    insta::assert_snapshot!(sandbox.run("apply -e dev").exits(64));
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
    sandbox.run("apply -e dev --yes").succeeds();
    sandbox.run("destroy -e dev").exits(64);
    assert_eq!(sandbox.tree("out").len(), 11);
}

#[test]
fn protected_environments_want_their_name() {
    let sandbox = Sandbox::example("quickstart");
    let stderr = |arguments: &str| {
        let answer = sandbox.run(arguments);
        format!("$ regatta {arguments}\n{}--- exit {}\n", answer.stderr, answer.exit.unwrap())
    };
    let refused = ["apply -e prod", "apply -e prod --yes", "apply -e prod --yes=dev"].map(stderr);
    insta::assert_snapshot!("protected_environment", refused.join("\n"));
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
    sandbox.run("apply -e prod --yes=prod").succeeds();
}

#[test]
fn protected_releases_stay() {
    let sandbox = Sandbox::example("microservices").with("DB_PASSWORD", "correct-horse-battery");
    sandbox.run("apply -e dev --yes").succeeds();
    let answer = sandbox.run("destroy -e dev --yes").exits(3);
    insta::assert_snapshot!("protected_release", answer.stderr);
    sandbox.run("destroy -e dev --yes --allow-protected").succeeds();
    assert_eq!(sandbox.tree("out"), [] as [&str; 0]);
}

#[test]
fn a_file_that_somebody_changed_is_not_overwritten_unasked() {
    let sandbox = Sandbox::example("quickstart");
    sandbox.run("apply -e dev --yes").succeeds();
    sandbox.edit(
        "out/dev/quickstart-dev/api/deployment.apps-api.yaml",
        "replicas: 1",
        "replicas: 7",
    );
    sandbox.edit("values/api.yaml", "2.4.1", "2.5.0");
    insta::assert_snapshot!(sandbox.session(&[
        "status -e dev",
        "diff -e dev",
        "apply -e dev --yes",
        "apply -e dev --yes --force-conflicts",
    ]));
    assert!(
        sandbox.read("out/dev/quickstart-dev/api/deployment.apps-api.yaml").contains("replicas: 1")
    );
}

#[test]
fn a_directory_belongs_to_one_stack() {
    let sandbox = Sandbox::example("quickstart");
    sandbox.run("apply -e dev --yes").succeeds();
    sandbox.edit("regatta.yaml", "directory: out/prod", "directory: out/dev");
    insta::assert_snapshot!(sandbox.run("apply -e prod --yes=prod"));
}

#[test]
fn a_cluster_that_nobody_knows() {
    let sandbox = Sandbox::files(&[
        (
            "regatta.yaml",
            "name: shop\nclusters: { kind: { context: kind } }\nenvironments:\n  dev: { target: { cluster: kind }, namespace: shop }\nreleases:\n  api: { chart: ./charts/api }\n",
        ),
        ("charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("charts/api/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"),
    ]);
    insta::assert_snapshot!(sandbox.session(&["diff", "status", "destroy --yes", "template"]));
}

#[test]
fn a_stack_is_on_one_cluster() {
    let sandbox = Sandbox::files(&[
        (
            "regatta.yaml",
            "\
name: shop
clusters: { eu: { context: eu }, us: { context: us }, asia: { context: asia } }
environments:
  prod: { target: { cluster: eu }, namespace: shop }
releases:
  api: { chart: ./chart, cluster: eu }
  cache: { chart: ./chart, cluster: us }
  web: { chart: ./chart, cluster: asia }
",
        ),
        ("chart/Chart.yaml", "{ apiVersion: v2, name: chart, version: 1.0.0 }"),
    ]);
    insta::assert_snapshot!(sandbox.run("apply -e prod --yes").exits(64));
}
