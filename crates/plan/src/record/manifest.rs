//! The text of a release's objects as Helm records it, and back.

use std::fmt::Write as _;

use crate::{Document, Section, hooks};

use super::Record;

/// The text that a record keeps (`renderResources` in Helm's `pkg/action/action.go`): every document of the release itself,
/// neither hooks nor `crds/`, under the path of its template.
pub fn write(documents: &[Document<'_>]) -> String {
    let mut text = String::new();
    for document in documents.iter().filter(|document| document.section == Section::Manifest) {
        writeln!(text, "---\n# Source: {}\n{}", document.template, document.text)
            .expect("writing to a String cannot fail");
    }
    text
}

/// The documents of such a text. What stands there without a path belongs to the template before it.
pub fn read(text: &str) -> Vec<Document<'_>> {
    let mut template = "";
    let mut documents = Vec::new();
    for part in split(text) {
        let (path, rest) = source_line(part);
        template = path.unwrap_or(template);
        documents.push(Document {
            section: Section::Manifest,
            // The line end that writing added.
            text: rest.strip_suffix('\n').unwrap_or(rest),
            template,
            hook: None,
        });
    }
    documents
}

/// Everything that a record holds, hooks first, for `crate::read` to make objects of.
pub fn documents(record: &Record) -> Vec<Document<'_>> {
    record.hooks.iter().map(hooks::from_record).chain(read(&record.manifest)).collect()
}

/// `# Source: web/templates/a.yaml`, which `write` puts first, and what follows it.
fn source_line(document: &str) -> (Option<&str>, &str) {
    let Some(rest) = document.strip_prefix("# Source: ") else { return (None, document) };
    let (path, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    (Some(path.trim_end()), rest)
}

/// Helm splits by text, not by YAML: at every line that begins with `---`, whatever stands behind it
/// (`pkg/release/v1/util/manifest.go`). White space before a document goes, and so do empty ones.
fn split(text: &str) -> Vec<&str> {
    let text = text.trim_start();
    let mut parts = Vec::new();
    let mut start = 0;
    let mut separator = if text.starts_with("---") { Some(0) } else { next_separator(text, 0) };
    while let Some(at) = separator {
        parts.push(&text[start..at]);
        let rest = &text[at + "---".len()..];
        start = text.len() - rest.trim_start_matches([' ', '\t']).len();
        separator = next_separator(text, start);
    }
    parts.push(&text[start..]);
    parts.iter().map(|part| part.trim_start()).filter(|part| !part.is_empty()).collect()
}

fn next_separator(text: &str, from: usize) -> Option<usize> {
    Some(from + text[from..].find("\n---")? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(&str, &str)]) {
        let documents = read(text);
        let found: Vec<_> = documents.iter().map(|found| (found.template, found.text)).collect();
        assert_eq!(found, expect, "{text:?}");
    }

    #[test]
    fn documents_of_a_manifest() {
        check("", &[]);
        check("---\n", &[]);
        check("---\n# Source: w/a.yaml\na: 1\n", &[("w/a.yaml", "a: 1")]);
        check("---\n# Source: w/a.yaml\na: 1\n\n", &[("w/a.yaml", "a: 1\n")]);
        check("a: 1\n", &[("", "a: 1")]);
        check(
            "---\n# Source: w/a.yaml\na: 1\n---b: 2\n--- \n---\n# Source: w/c.yaml\r\nc: |\n  ---\n",
            &[("w/a.yaml", "a: 1"), ("w/a.yaml", "b: 2"), ("w/c.yaml", "c: |\n  ---")],
        );
        check("------\na: 1", &[("", "---\na: 1")]);
        check("---\n# Source: é", &[("é", "")]);
    }

    #[test]
    fn what_is_written_reads_back() {
        let document = |text, section| Document { section, text, template: "w/a.yaml", hook: None };
        let written = [
            document("a: 1\n", Section::Manifest),
            document("kind: Job\n", Section::Hook),
            document("b: |+\n  x\n\n\n", Section::Manifest),
            document("c: 3", Section::Manifest),
            document("kind: CustomResourceDefinition\n", Section::Crd),
        ];
        let read = write(&written);
        let read = super::read(&read);
        assert_eq!(read, [&written[0], &written[2], &written[3]].map(Clone::clone));
    }
}
