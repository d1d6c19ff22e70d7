//! Folders of plain manifests: what becomes of their files, and what is refused.

use chart::{File, PrintOptions};
use source::{Map, Problems, Tree};

use crate::disk;

fn plain(files: &[(&str, &str)]) -> Result<chart::Chart, Problems> {
    let files = files.iter().map(|(path, text)| File::new(*path, text)).collect();
    chart::plain("deploy/manifests", "manifests", files)
}

#[test]
fn braces_are_text_and_the_archive_says_the_same() {
    let files = [
        ("b/job.yml", "kind: Job\nmetadata: {name: \"{{ .Values.x }}\"}\n"),
        ("a.yaml", "kind: ConfigMap\ndata:\n  a: '{{{{- x -}}}} {{{ }}}'\n---\nkind: Secret\n"),
        ("c.JSON", "{\"kind\": \"Role\", \"metadata\": {\"name\": \"a\"}}\n"),
        (".github/workflows/ci.yaml", "on: {push: {}}\n"),
        ("README.md", "{{ no manifest }}"),
    ];
    let values = Tree::from(Map::new());
    let chart = plain(&files).expect("it is a folder of manifests");
    let shown = |chart: &chart::Chart| {
        let rendered = chart::render(chart, &disk::input(&values)).expect("it renders");
        chart::print_template(&rendered, &PrintOptions::default()).expect("nothing is selected")
    };
    insta::assert_snapshot!(shown(&chart));
    let archive = chart::package(&chart).expect("it fits into memory");
    let again = chart::load_archive("manifests-0.0.0.tgz", &archive).expect("it is a chart");
    assert_eq!(shown(&again), shown(&chart));
    assert_eq!(
        chart.warnings[0].message,
        "`deploy/manifests` has no Chart.yaml: its 3 manifests are taken as they are"
    );
}

#[track_caller]
fn check(files: &[(&str, &str)], expect: &str) {
    let problems = plain(files).expect_err("it is refused");
    let messages: Vec<&str> = problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(messages, [expect]);
}

#[test]
fn what_is_refused() {
    check(&[], "`deploy/manifests` has neither a Chart.yaml nor manifests");
    check(&[("README.md", "")], "`deploy/manifests` has neither a Chart.yaml nor manifests");
    check(&[("templates/a.yaml", "a: 1")], "`deploy/manifests` is no chart: it has no Chart.yaml");
    check(
        &[("a.yaml", ""), ("b/_c.yaml", "")],
        "cannot take `deploy/manifests/b/_c.yaml` as it is: files whose names begin with `_` are never installed",
    );
    check(
        &[("kustomization.yaml", "resources: []")],
        "cannot take `deploy/manifests/kustomization.yaml` as it is: it is for kustomize",
    );
}
