//! Rules for `crds/`: plain definitions, no templates.

use std::sync::Arc;

use source::{Problem, Problems, Source, yaml};

use crate::Chart;
use crate::head::{Refusal, head};

pub(super) fn lint(chart: &Chart) -> Problems {
    let mut problems = Problems::new();
    for file in &chart.crds {
        let name = format!("{}/{}", chart.origin, file.path);
        let source = Source::new(name, &**file.text());
        let Ok(documents) = yaml::documents(&source.text) else { continue };
        for document in documents {
            let text = &source.text[document.clone()];
            let wrong = match head(text) {
                Err(Refusal::Yaml(error)) => {
                    problems.push(error.problem(&source, document.start));
                    continue;
                }
                Err(Refusal::Field { path, expected, .. }) => {
                    Some(format!("`{path}` must be {expected}"))
                }
                Ok(head) if head == crate::head::Head::default() => None,
                Ok(head) if !head.api_version.starts_with("apiextensions.k8s.io") => {
                    Some("its `apiVersion` is not of `apiextensions.k8s.io`".to_owned())
                }
                Ok(head) if head.kind != "CustomResourceDefinition" => {
                    Some(format!("it is a `{}`", head.kind))
                }
                Ok(_) => None,
            };
            problems.extend(wrong.map(|wrong| refuse(&source, document.start, &wrong)));
        }
    }
    problems
}

fn refuse(source: &Arc<Source>, start: usize, wrong: &str) -> Problem {
    let (line, _) = source.line_column(start);
    let message = format!("`{}` holds what is no CustomResourceDefinition: {wrong}", source.name);
    Problem::error("lint-crds", message).help(format!(
        "look at the document on line {line}; everything else goes into `templates/`"
    ))
}
