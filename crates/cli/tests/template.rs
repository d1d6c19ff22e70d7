//! `template`: what reaches stdout, and what does not after a failure.

use crate::sandbox::Sandbox;

fn chart(name: &str, template: &str) -> Vec<(String, String)> {
    vec![
        (
            format!("charts/{name}/Chart.yaml"),
            format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n"),
        ),
        (format!("charts/{name}/templates/cm.yaml"), template.to_owned()),
        (format!("charts/{name}/crds/crd.yaml"), "kind: CustomResourceDefinition\n".to_owned()),
    ]
}

/// Four releases in a row, of which the third may fail.
fn workspace(third: &str) -> Sandbox {
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n";
    let sandbox = Sandbox::files(&[(
        "regatta.yaml",
        "name: row\ntarget: { directory: out }\nnamespace: row\nreleases:\n  a: { chart: ./charts/good }\n  b: { chart: ./charts/good, needs: [a] }\n  c: { chart: ./charts/third, needs: [b] }\n  d: { chart: ./charts/good, needs: [c] }\n",
    )]);
    for (path, text) in chart("good", good).into_iter().chain(chart("third", third)) {
        sandbox.write(&path, &text);
    }
    sandbox
}

#[test]
fn manifests_come_in_the_order_of_the_graph() {
    let good = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: third\n";
    let sandbox = workspace(good);
    insta::assert_snapshot!(sandbox.session(&[
        "template",
        "template --release c --include-crds",
        "template --output-dir rendered --release 'a,b'",
    ]));
    assert_eq!(
        sandbox.tree("rendered"),
        ["rendered/a/good/templates/cm.yaml", "rendered/b/good/templates/cm.yaml"]
    );
}

#[test]
fn after_the_first_failure_no_manifest_is_printed() {
    let sandbox = workspace("a: {{ fail \"no such plan\" }}\n");
    insta::assert_snapshot!(sandbox.run("template").exits(1));
    insta::assert_snapshot!("quiet", sandbox.run("template -q").exits(1));
}

#[test]
fn the_seed_fixes_what_is_random() {
    let sandbox = workspace(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ randAlpha 12 | lower }}\n",
    );
    let once = |arguments: &str| sandbox.run(arguments).succeeds().stdout;
    assert_ne!(once("template"), once("template"));
    assert_eq!(once("template --seed 7"), once("template --seed 7 --jobs 1"));
}

#[test]
fn a_chart_alone_is_rendered_as_helm_does() {
    let sandbox = Sandbox::example("quickstart");
    sandbox.write("more.yaml", "redis:\n  host: cache\n  port: 6380\n");
    insta::assert_snapshot!(sandbox.session(&[
        "chart template api charts/api -f more.yaml --set image.tag=9 -s templates/configmap.yaml -n shop",
        "chart template charts/api",
        "chart template Api charts/api",
    ]));
}

#[test]
fn plain_manifests_are_a_chart_without_templates() {
    let sandbox = Sandbox::files(&[
        ("manifests/b/job.yml", "kind: Job\ndata: '{{ .Values.x }}'\n"),
        ("manifests/.helmignore", "*.bak.yaml\n"),
        ("manifests/b.bak.yaml", "{{\n"),
        ("manifests/.hidden/a.yaml", "{{\n"),
        ("empty/README.md", "{{\n"),
    ]);
    let done = sandbox.run("chart template web ./manifests").succeeds();
    assert_eq!(
        done.stdout,
        "---\n# Source: manifests/templates/b/job.yml\nkind: Job\ndata: '{{ .Values.x }}'\n"
    );
    let note = "`./manifests` has no Chart.yaml: its 1 manifest is taken as it is";
    assert!(done.stderr.contains(note), "{}", done.stderr);
    let failed = sandbox.run("chart template web ./empty").exits(1);
    let why = "`./empty` has neither a Chart.yaml nor manifests";
    assert!(failed.stderr.contains(why), "{}", failed.stderr);
}
