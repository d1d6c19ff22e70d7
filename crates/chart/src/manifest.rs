//! Rendered files into documents and hooks in Helm's order (pkg/release/v1/util/manifest_sorter.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use source::{Problem, Problems};
use sprig::Dialect;

use crate::head::{Head, Refusal, head};
use crate::rendered::{Document, Hook, HookEvent};
use crate::{failure, kind_order, split};

/// The documents of one rendered file in order, and what is wrong with others of them.
pub(crate) struct Contents {
    path: Arc<str>,
    documents: Vec<(Document, Annotations)>,
    problems: Problems,
}

type Annotations = BTreeMap<String, String>;

/// Splits a rendered file and reads the head of each document.
pub(crate) fn read(path: &Arc<str>, text: &str, dialect: Dialect) -> Contents {
    let mut contents =
        Contents { path: Arc::clone(path), documents: Vec::new(), problems: Problems::new() };
    for part in split::split(text, dialect) {
        match head(part.text) {
            Ok(head) => contents.documents.push(document(path, part, head)),
            Err(refusal) => contents.problems.push(refused(path, text, part, &refusal)),
        }
    }
    contents
}

fn refused(path: &Arc<str>, text: &str, part: split::Part<'_>, refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Yaml(error) => failure::not_yaml(path, text, part.offset, error),
        Refusal::Field { path: field, expected, found } => {
            let message = Refusal::of_field(field, expected, found);
            let problem = Problem::error("bad-document", message);
            failure::in_rendered(problem, path, text, part.offset, "of this document")
        }
    }
}

/// Sorts the documents of files. All that is wrong with any of them is told together, by the files' paths.
pub(crate) fn sort(
    mut files: Vec<Contents>,
    dialect: Dialect,
    warnings: &mut Problems,
) -> Result<(Vec<Document>, Vec<Hook>), Problems> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut manifests = Vec::new();
    let mut hooks = Vec::new();
    let mut problems = Problems::new();
    for mut file in files {
        problems.append(&mut file.problems);
        for (document, annotations) in file.documents {
            match annotations.get("helm.sh/hook") {
                None => manifests.push(document),
                Some(events) => match parse_events(events) {
                    Ok(events) => hooks.push(hook(document, events, &annotations)),
                    Err(unknown) => warnings.push(unknown_hook(&document, &unknown)),
                },
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    manifests.sort_by(|a, b| kind_order::compare(&a.kind, &b.kind, dialect));
    hooks.sort_by(|a, b| kind_order::compare(&a.document.kind, &b.document.kind, dialect));
    Ok((manifests, hooks))
}

fn document(path: &Arc<str>, part: split::Part<'_>, head: Head) -> (Document, Annotations) {
    let document = Document {
        source: Arc::clone(path),
        text: part.text.to_owned(),
        api_version: head.api_version,
        kind: head.kind,
        name: head.name,
        namespace: head.namespace,
        line: part.line,
    };
    (document, head.annotations)
}

fn hook(document: Document, events: Vec<HookEvent>, annotations: &Annotations) -> Hook {
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
    use super::{Dialect, read, sort};

    fn document(kind: &str, name: &str, annotations: &str) -> String {
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\n"
        )
    }

    #[test]
    fn hooks_are_taken_apart_and_unknown_ones_dropped() {
        let files = [
            (
                "c/templates/b.yaml",
                [
                    document("Job", "late", "helm.sh/hook: 'pre-install, Post-Upgrade'"),
                    document("Job", "odd", "helm.sh/hook: pre-something"),
                    document("Deployment", "app", "a: 1"),
                ]
                .join("---\n"),
            ),
            (
                "c/templates/a.yaml",
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
        ];
        let files = files.map(|(path, text)| read(&path.into(), &text, Dialect::Helm4));
        let mut warnings = Vec::new();
        let (manifests, hooks) =
            sort(files.into(), Dialect::Helm4, &mut warnings).expect("all of it is YAML");
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
