//! `chart template`, `lint` and `package` in the place of Helm's commands: the same flags, files and verdicts.

use std::path::Path;
use std::process::Command;

use super::{fed, helm, sandbox_with_chart};
use crate::sandbox::Sandbox;

/// Charts for all of which Helm has a verdict.
const FIXTURES: [&str; 3] = ["charts", "lint-charts", "broken-charts"];

#[test]
fn lint_judges_as_helm_does() {
    let sandbox = super::sandbox();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut judged = 0;
    for folder in FIXTURES {
        for entry in std::fs::read_dir(fixtures.join(folder)).unwrap() {
            let chart = entry.unwrap().path();
            if !chart.join("Chart.yaml").exists() {
                continue;
            }
            for flag in ["--with-subcharts", "--strict"] {
                let theirs = Command::new(registry::helm4())
                    .args(["lint", flag])
                    .arg(&chart)
                    .env("HOME", sandbox.path(""))
                    .output()
                    .unwrap();
                let ours = sandbox.run(&format!("chart lint {flag} '{}'", chart.display()));
                let verdict = |text: &str| text.trim_end().lines().last().map(str::to_owned);
                let said = String::from_utf8_lossy(&theirs.stdout);
                assert_eq!(ours.exit, theirs.status.code(), "{flag}\n{said}{ours}");
                if ours.exit == Some(0) {
                    assert_eq!(verdict(&ours.stdout), verdict(&said), "{flag}\n{said}{ours}");
                }
                judged += 1;
            }
        }
    }
    assert!(judged > 40, "only {judged}");
}

#[test]
fn what_lint_prints() {
    let sandbox = sandbox_with_chart();
    sandbox
        .write("bad/Chart.yaml", "apiVersion: v2\nname: bad\nversion: 1.0.0\nicon: https://h/i\n");
    sandbox.write("bad/templates/a.yaml", "{{ fail }}\n");
    sandbox.write("plain/a.yaml", "kind: ConfigMap\n");
    insta::assert_snapshot!(sandbox.session(&[
        "chart lint charts/api --with-subcharts",
        "chart lint charts/api plain nowhere bad --strict",
        "chart lint charts/api -q",
    ]));
}

/// A chart as `helm create` writes it, which lists another.
fn created() -> Sandbox {
    let sandbox = super::sandbox();
    helm(&sandbox, &["create", "front"]);
    for (path, text) in [
        ("sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.2.0\n"),
        ("sub/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: sub }\n"),
        ("front/crds/a.yaml", "kind: CustomResourceDefinition\n"),
    ] {
        sandbox.write(path, text);
    }
    let listed = "dependencies: [{ name: sub, version: ^1, repository: 'file://../sub' }]\n";
    let definition = sandbox.read("front/Chart.yaml");
    sandbox.write("front/Chart.yaml", &format!("{definition}{listed}"));
    sandbox
}

#[test]
fn dependencies_are_found_for_one_run() {
    let sandbox = created();
    let before = sandbox.tree("front");
    let refused = sandbox.run("chart template x front").exits(1).stderr;
    assert!(refused.contains("`--dependency-update` finds it for this run"), "{refused}");
    sandbox.run("chart package front").exits(1);
    let ours = sandbox.run("chart template x front --dependency-update").succeeds().stdout;
    sandbox.run("chart package front -u").succeeds();
    assert_eq!(sandbox.tree("front"), before);

    assert_eq!(helm(&sandbox, &["template", "x", "front-0.1.0.tgz"]), ours);
    helm(&sandbox, &["dependency", "update", "front"]);
    assert_eq!(helm(&sandbox, &["template", "x", "front"]), ours);
}

#[test]
fn templates_by_helms_flags() {
    let sandbox = created();
    helm(&sandbox, &["dependency", "update", "front"]);
    sandbox.write("a.yaml", "replicaCount: 8\n");
    sandbox.write("b.yaml", "replicaCount: 9\n");
    for line in [
        "template front -g",
        "template front --name-template {{\"B\"|lower}}-x",
        "template x front -f a.yaml,b.yaml --set-literal nameOverride=a,b --is-upgrade",
        "template x front --include-crds --skip-crds --wait --timeout 5m --labels a=b --dry-run=client",
        "template x front --no-hooks --server-side=false --description text --create-namespace",
    ] {
        let theirs = helm(&sandbox, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(sandbox.run(&format!("chart {line}")).succeeds().stdout, theirs, "{line}");
    }
    for flags in ["", " --release-name", " --include-crds --no-hooks"] {
        helm(
            &sandbox,
            &format!("template x front --output-dir theirs{flags}").split(' ').collect::<Vec<_>>(),
        );
        sandbox.run(&format!("chart template x front --output-dir ours{flags}")).succeeds();
        let files = sandbox.tree("theirs");
        assert_eq!(files.len(), sandbox.tree("ours").len(), "{flags}");
        for file in files {
            let ours = file.replacen("theirs", "ours", 1);
            assert_eq!(sandbox.read(&ours), sandbox.read(&file), "{file}");
        }
        for folder in ["theirs", "ours"] {
            std::fs::remove_dir_all(sandbox.path(folder)).unwrap();
        }
    }

    let words = ["chart", "template", "x", "front", "-f", "-", "-s", "templates/deployment.yaml"];
    let (exit, said) = fed(&sandbox, &words, "replicaCount: 7\n");
    assert!(exit == Some(0) && said.contains("replicas: 7\n"), "{said}");
    for (line, expect) in [
        ("x front -g", "`--generate-name` says the name"),
        ("x front --name-template x", "`--name-template` says the name"),
        ("front --name-template {{", "--name-template"),
        ("front --dry-run=server", "`--kube-context NAME`"),
        ("front --validate", "`--kube-context NAME`"),
        ("front --dry-run=server --kube-context nowhere", "nowhere"),
    ] {
        let refused = sandbox.run(&format!("chart template {line}"));
        assert!(refused.exit != Some(0) && refused.stderr.contains(expect), "{refused}");
    }
}
