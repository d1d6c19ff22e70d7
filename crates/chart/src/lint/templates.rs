//! Rules for templates and what they render.

use source::{Node, Problem, Problems, Tree, yaml};

use super::{deprecations, names};
use crate::head::{Head, Refusal, head};
use crate::{Chart, Input, ReleaseInfo, failure, render, split};

pub(super) fn lint(chart: &Chart, input: &Input<'_>) -> Problems {
    if chart.templates.is_empty() {
        let message = format!("`{}` has no `templates/`", chart.origin);
        return vec![Problem::warning("lint-templates", message)];
    }
    let release = ReleaseInfo { name: "test-release".to_owned(), ..input.release.clone() };
    let input = Input { release, ..input.clone() };
    let files = match render::for_lint(chart, &input) {
        Ok(files) => files,
        Err(problems) => return problems,
    };
    let mut problems = Problems::new();
    for template in &chart.templates {
        let extension = template.name().rsplit_once('.').map_or("", |(_, extension)| extension);
        if !["yaml", "yml", "tpl", "txt"].contains(&extension) {
            let message = format!("`{}` ends in none of .yaml, .yml, .tpl, .txt", template.path);
            problems.push(Problem::error("lint-templates", message));
        }
        if !["yaml", "yml"].iter().any(|yaml| extension.eq_ignore_ascii_case(yaml)) {
            continue;
        }
        let path = format!("{}/{}", chart.metadata.name, template.path);
        if let Some(text) = files.get(&*path).filter(|text| !text.trim().is_empty()) {
            rendered(&path, text, &input, &mut problems);
        }
    }
    problems
}

fn rendered(path: &str, text: &str, input: &Input<'_>, problems: &mut Problems) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.starts_with([' ', '\t']) {
        let message = format!("what `{path}` rendered begins with an indented line");
        problems.push(failure::in_rendered(
            Problem::warning("lint-templates", message),
            path,
            text,
            text.find(first).unwrap_or_default(),
            "indented",
        ));
    }
    for part in split::split(text, input.dialect) {
        let show = |problem: Problem, label: &str| {
            failure::in_rendered(problem, path, text, part.offset, label)
        };
        match head(part.text) {
            Ok(head) if head == Head::default() && holds_nothing(part.text) => {}
            Ok(head) => {
                let findings = document(&head, part.text, text, input);
                problems.extend(findings.into_iter().map(|problem| show(problem, "here")));
            }
            Err(Refusal::Yaml(error)) => {
                problems.push(failure::not_yaml(path, text, part.offset, &error));
            }
            Err(Refusal::Field { path: field, expected, found }) => {
                let message = Refusal::of_field(field, expected, found);
                problems.push(show(Problem::error("bad-document", message), "of this document"));
            }
        }
    }
}

fn document(head: &Head, document: &str, file: &str, input: &Input<'_>) -> Problems {
    let Head { api_version, kind, name, .. } = head;
    let mut problems = Problems::new();
    if let Some(wrong) = names::wrong(kind, name) {
        let kind = if kind.is_empty() { "object" } else { kind };
        let message = match name.is_empty() {
            true => format!("this {kind} has no `metadata.name`"),
            false => format!("`{name}` cannot be the name of a {kind}: {wrong}"),
        };
        problems.push(Problem::warning("lint-name", message));
    }
    let deprecated = deprecations::warning(api_version, kind, &input.capabilities.kube_version);
    problems.extend(deprecated.map(|text| Problem::warning("lint-deprecated", text)));
    let selects = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].contains(&&**kind);
    if selects && !file.contains("matchLabels") && !file.contains("matchExpressions") {
        let message =
            format!("the {kind} `{name}` has neither `matchLabels` nor `matchExpressions`");
        problems.push(Problem::error("lint-selector", message));
    }
    if kind == "List" && holds_policy(document) {
        let message = "`helm.sh/resource-policy` has no effect on objects within a List".to_owned();
        problems.push(Problem::error("lint-list", message));
    }
    problems
}

fn holds_nothing(document: &str) -> bool {
    yaml::read_bare(document).is_ok_and(|tree| tree.is_null())
}

fn holds_policy(document: &str) -> bool {
    let Ok(Tree { node: Node::Map(list), .. }) = yaml::read_bare(document) else { return false };
    list.get("items").and_then(Tree::as_list).into_iter().flatten().any(|item| {
        let annotations = item.get("metadata").and_then(|metadata| metadata.get("annotations"));
        annotations.is_some_and(|annotations| annotations.get("helm.sh/resource-policy").is_some())
    })
}
