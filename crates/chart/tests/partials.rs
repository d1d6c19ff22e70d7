//! Partials of one text are parsed once in a process; each keeps the place that its own chart gives it.

use chart::{Chart, File};
use source::{Map, Tree};

use crate::{broken::shown, disk};

const PARTIAL: &str = "{{ define \"boom\" }}\n{{ fail \"boom\" }}{{ end }}\n\
                       {{ define \"chance\" }}\n{{ randAlphaNum 3 }}{{ end }}";

fn load(name: &str, files: &[(&str, &str)]) -> Chart {
    let files = files.iter().map(|(path, text)| File::new(*path, text)).collect();
    chart::load(name, files).expect("it loads")
}

/// A chart whose template runs one that its library defines.
fn with_library(name: &str, template: &str) -> Chart {
    let chart_file = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
    let call = format!("a: {{{{ include \"{template}\" . | trim }}}}");
    let library = "apiVersion: v2\nname: library\nversion: 1.0.0\n";
    load(
        name,
        &[
            ("Chart.yaml", &chart_file),
            ("templates/a.yaml", &call),
            ("charts/library/Chart.yaml", library),
            ("charts/library/templates/_shared.tpl", PARTIAL),
        ],
    )
}

#[test]
fn a_failure_is_shown_in_the_chart_that_failed() {
    let values = Tree::from(Map::new());
    for name in ["first", "second"] {
        let chart = with_library(name, "boom");
        let problems = chart::render(&chart, &disk::input(&values)).expect_err("it fails");
        let shown: String = problems.iter().map(shown).collect();
        assert!(
            shown.contains(&format!("{name}/charts/library/templates/_shared.tpl:2")),
            "{shown}"
        );
    }
}

#[test]
fn chance_is_reported_where_its_own_chart_has_it() {
    let values = Tree::from(Map::new());
    for name in ["first", "second"] {
        let chart = with_library(name, "chance");
        let rendered = chart::render(&chart, &disk::input(&values)).expect("it renders");
        let expect = format!("{name}/charts/library/templates/_shared.tpl");
        assert_eq!(rendered.report.impure[0].template, expect.into());
    }
}

#[test]
fn aliases_of_one_chart_have_places_of_their_own() {
    let chart = load(
        "root",
        &[
            (
                "Chart.yaml",
                "apiVersion: v2\nname: root\nversion: 1.0.0\ndependencies:\n\
                 - {name: sub, version: 1.0.0, alias: one}\n- {name: sub, version: 1.0.0, alias: two}\n",
            ),
            ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
            (
                "charts/sub/templates/a.yaml",
                "a: {{ include (print .Template.BasePath \"/_b.tpl\") . }}",
            ),
            ("charts/sub/templates/_b.tpl", "{{ randAlphaNum 3 }}"),
        ],
    );
    let values = Tree::from(Map::new());
    let rendered = chart::render(&chart, &disk::input(&values)).expect("it renders");
    let mut places: Vec<&str> = rendered.report.impure.iter().map(|call| &*call.template).collect();
    places.sort_unstable();
    assert_eq!(places, ["root/charts/one/templates/_b.tpl", "root/charts/two/templates/_b.tpl"]);
}

#[test]
fn a_mistake_is_shown_in_each_chart_that_has_it() {
    let values = Tree::from(Map::new());
    for name in ["first", "second"] {
        let chart_file = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
        let files = [("Chart.yaml", &*chart_file), ("templates/_broken.tpl", "\n{{ if }}")];
        let problems =
            chart::render(&load(name, &files), &disk::input(&values)).expect_err("it fails");
        let shown: String = problems.iter().map(shown).collect();
        assert!(shown.contains(&format!("{name}/templates/_broken.tpl:2")), "{shown}");
    }
}
