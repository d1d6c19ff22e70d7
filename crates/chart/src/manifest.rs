//! Rendered files into documents and hooks in Helm's order (pkg/release/v1/util/manifest_sorter.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Problem, Problems};
use sprig::Dialect;

use crate::head::{Head, Refusal, head};
use crate::rendered::{Document, Hook, HookEvent};
use crate::{failure, kind_order, side_by_side, split};

/// Splits and sorts files by their path. Documents that are no YAML are problems, all of them together.
pub(crate) fn sort(
    files: &BTreeMap<Arc<str>, String>,
    dialect: Dialect,
    warnings: &mut Problems,
) -> Result<(Vec<Document>, Vec<Hook>), Problems> {
    let mut manifests = Vec::new();
    let mut hooks = Vec::new();
    let mut problems = Problems::new();
    let parts: Vec<_> = files
        .iter()
        .flat_map(|(path, text)| {
            split::split(text, dialect).into_iter().map(move |part| (path, text, part))
        })
        .collect();
    let bytes = files.values().map(String::len).sum();
    let heads = side_by_side::map(&parts, bytes, |(_, _, part)| head(part.text));
    for ((path, text, part), head) in parts.into_iter().zip(heads) {
        let head = match head {
            Ok(head) => head,
            Err(Refusal::Yaml(error)) => {
                problems.push(failure::not_yaml(path, text, part.offset, &error));
                continue;
            }
            Err(Refusal::Field { path: field, expected, found }) => {
                let message = Refusal::of_field(field, expected, found);
                let problem = Problem::error("bad-document", message);
                let label = "of this document";
                problems.push(failure::in_rendered(problem, path, text, part.offset, label));
                continue;
            }
        };
        let annotations = head.annotations.clone();
        let document = document(path, part, head);
        match annotations.get("helm.sh/hook") {
            None => manifests.push(document),
            Some(events) => match parse_events(events) {
                Ok(events) => hooks.push(hook(document, events, &annotations)),
                Err(unknown) => warnings.push(unknown_hook(&document, &unknown)),
            },
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    manifests.sort_by(|a, b| kind_order::compare(&a.kind, &b.kind, dialect));
    hooks.sort_by(|a, b| kind_order::compare(&a.document.kind, &b.document.kind, dialect));
    Ok((manifests, hooks))
}

fn document(path: &Arc<str>, part: split::Part<'_>, head: Head) -> Document {
    Document {
        source: Arc::clone(path),
        text: part.text.to_owned(),
        api_version: head.api_version,
        kind: head.kind,
        name: head.name,
        namespace: head.namespace,
        line: part.line,
    }
}

fn hook(
    document: Document,
    events: Vec<HookEvent>,
    annotations: &BTreeMap<String, String>,
) -> Hook {
    let words = |name: &str| {
        let words = annotations.get(name).into_iter().flat_map(|words| words.split(','));
        words.map(|word| word.trim().to_lowercase()).collect()
    };
    Hook {
        document,
        events,
        weight: annotations.get("helm.sh/hook-weight").map_or(0, |weight| weight_of(weight)),
        delete_policies: words("helm.sh/hook-delete-policy"),
        output_log_policies: words("helm.sh/hook-output-log-policy"),
    }
}

/// Go's Atoi: a sign and digits; anything else weighs nothing.
fn weight_of(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

/// One unknown word makes Helm drop the whole document.
fn parse_events(words: &str) -> Result<Vec<HookEvent>, String> {
    words
        .split(',')
        .map(|word| HookEvent::parse(word.trim()).ok_or_else(|| word.trim().to_owned()))
        .collect()
}

fn unknown_hook(document: &Document, word: &str) -> Problem {
    Problem::warning(
        "unknown-hook",
        format!(
            "`{}/{}` from `{}` is left out: `{word}` is no hook that Helm knows",
            document.kind, document.name, document.source
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{Dialect, sort};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn document(kind: &str, name: &str, annotations: &str) -> String {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\n"
        )
    }

    #[test]
    fn hooks_are_taken_apart_and_unknown_ones_dropped() {
        let files: BTreeMap<Arc<str>, String> = BTreeMap::from([
            (
                "c/templates/b.yaml".into(),
                [
                    document("Job", "late", "helm.sh/hook: 'pre-install, Post-Upgrade'"),
                    document("Job", "odd", "helm.sh/hook: pre-something"),
                    document("Deployment", "app", "a: 1"),
                ]
                .join("---\n"),
            ),
            (
                "c/templates/a.yaml".into(),
                [
                    document(
                        "Pod",
                        "test",
                        "helm.sh/hook: test-success, helm.sh/hook-weight: -5, helm.sh/hook-delete-policy: 'hook-succeeded,before-hook-creation'",
                    ),
                    document("Secret", "key", ""),
                    "# a comment".to_owned(),
                ]
                .join("---\n"),
            ),
        ]);
        let mut warnings = Vec::new();
        let (manifests, hooks) =
            sort(&files, Dialect::Helm4, &mut warnings).expect("all of it is YAML");
        let shown: Vec<String> = manifests
            .iter()
            .map(|document| format!("{} {}/{}", document.source, document.kind, document.name))
            .chain(hooks.iter().map(|hook| {
                format!(
                    "{} {:?} {} {:?}",
                    hook.document.name, hook.events, hook.weight, hook.delete_policies
                )
            }))
            .chain(warnings.iter().map(|warning| warning.message.clone()))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        c/templates/a.yaml Secret/key
        c/templates/b.yaml Deployment/app
        c/templates/a.yaml /
        test [Test] -5 ["hook-succeeded", "before-hook-creation"]
        late [PreInstall, PostUpgrade] 0 []
        `Job/odd` from `c/templates/b.yaml` is left out: `pre-something` is no hook that Helm knows
        "#);
    }
}
