//! The lock file's text and back.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use source::{Node, Problem, Problems, Source as Text, typed, yaml};

use super::{Entry, Pin};
use crate::{Named, Source, git, shown};

/// A newer one is refused.
const VERSION: u32 = 1;

const HEAD: &str = "\
# Which chart each release got, written by regatta; belongs into version control.
# `regatta deps lock` adds what is missing, `regatta deps update` moves within the ranges.
";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    charts: Vec<Row>,
}

/// An entry as it is written: `chart` only for HTTP repositories, and the one pin that its source has.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chart: Option<String>,
    version: String,
    asked: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

pub(super) fn read(text: &Arc<Text>) -> Result<Vec<Entry>, Problems> {
    if let Some(line) = text.text.lines().find(|line| line.starts_with("<<<<<<< ")) {
        let message = format!("`{}` holds marks of a merge: `{line}`", text.name);
        return Err(vec![Problem::error("lock-conflict", message).help(
            "keep the entries of both sides without the marks, but of two of one source with the same words under `asked` only one; then run `regatta deps lock`",
        )]);
    }
    let tree = yaml::read(text, yaml::Options::STRICT)?.value;
    if let Some(Node::Int(version)) = tree.get("version").map(|version| &version.node)
        && *version > i64::from(VERSION)
    {
        let message = format!("`{}` was written by a newer regatta", text.name);
        return Err(vec![
            Problem::error("lock-newer", message).help("use that version or a newer one"),
        ]);
    }
    let file: File = typed::read(&tree)?;
    let mut problems = Problems::new();
    let mut entries = Vec::new();
    let mut answered = BTreeSet::new();
    for (position, row) in file.charts.into_iter().enumerate() {
        let shown = shown::without_query(&row.source.escape_debug().to_string());
        match entry(row).and_then(|entry| alone(entry, &mut answered)) {
            Ok(entry) => entries.push(entry),
            Err(why) => {
                let row = tree.get("charts").and_then(|charts| charts.as_list()?.get(position));
                let place = row.and_then(|row| row.span.as_ref());
                let message = format!("the entry of `{shown}` cannot be used: {why}");
                problems.push(
                    Problem::error("lock-entry", message)
                        .at(place, "this entry")
                        .help("remove the entry and run `regatta deps lock`"),
                );
            }
        }
    }
    entries.sort();
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

fn entry(row: Row) -> Result<Entry, String> {
    let source = match &row.chart {
        Some(chart) => Source::in_repository(&row.source, chart),
        None => Source::parse(&row.source),
    };
    let source = source.map_err(|error| error.to_string())?.source;
    let digest = |text: &str| text.parse().map_err(|error: crate::InvalidDigest| error.to_string());
    let pin = match (&source, row.url, row.sha256, row.digest, row.commit) {
        (Source::Repository { .. } | Source::Archive { .. }, Some(url), Some(sha256), None, None) => {
            // The same rules as for addresses that a manifest names.
            let is_archive = match Source::parse(&url).map_err(|error| error.to_string())? {
                Named { source: Source::Archive { .. }, .. } => true,
                // An index may name charts of registries.
                Named { source: Source::Oci { .. }, narrowed } => {
                    narrowed.is_some() && matches!(source, Source::Repository { .. })
                }
                Named { .. } => false,
            };
            if !is_archive {
                return Err(format!("`{}` is no archive's URL", shown::address(&url)));
            }
            Pin::Archive { url, sha256: digest(&sha256)? }
        }
        (Source::Oci { .. }, None, None, Some(text), None) => {
            Pin::Manifest { digest: digest(&text)? }
        }
        (Source::Git { .. }, None, None, None, Some(commit)) => {
            if !git::is_commit(&commit) {
                return Err(format!("`{}` is no commit", commit.escape_debug()));
            }
            Pin::Commit { commit: commit.to_ascii_lowercase() }
        }
        _ => return Err(
            "it needs `url` and `sha256` (repositories, archives), `digest` (registries) or `commit` (git), and nothing of the others".to_owned(),
        ),
    };
    if row.asked.is_empty() {
        return Err("`asked` names nothing".to_owned());
    }
    Ok(Entry { source, version: row.version, pin, asked: row.asked })
}

/// Refuses what another entry of the source answers already: which one counts would depend on their order.
fn alone(entry: Entry, answered: &mut BTreeSet<(Source, String)>) -> Result<Entry, String> {
    for words in &entry.asked {
        if !answered.insert((entry.source.clone(), words.clone())) {
            let words = words.escape_debug();
            return Err(format!("another entry answers `{words}` of this source already"));
        }
    }
    Ok(entry)
}

pub(super) fn write(entries: &[Entry]) -> String {
    let file = File { version: VERSION, charts: entries.iter().map(row).collect() };
    let text = typed::to_yaml(&file);
    format!("{HEAD}{}", text.expect("text, numbers and lists can be written"))
}

fn row(entry: &Entry) -> Row {
    let (source, chart) = match &entry.source {
        Source::Repository { url, chart } => (url.clone(), Some(chart.clone())),
        Source::Archive { url } => (url.clone(), None),
        other => (other.to_string(), None),
    };
    let mut row = Row {
        source,
        chart,
        version: entry.version.clone(),
        asked: entry.asked.clone(),
        url: None,
        sha256: None,
        digest: None,
        commit: None,
    };
    match &entry.pin {
        Pin::Archive { url, sha256 } => {
            row.url = Some(url.clone());
            row.sha256 = Some(sha256.to_string());
        }
        Pin::Manifest { digest } => row.digest = Some(format!("sha256:{digest}")),
        Pin::Commit { commit } => row.commit = Some(commit.clone()),
    }
    row
}
