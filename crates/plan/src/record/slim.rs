//! What a record leaves out when it would not fit into a Secret: first what no Helm reads back.

use std::fmt;

use source::{Map, Tree, base64};

/// The rungs of the ladder, from the whole record down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slim {
    /// Nothing was left out.
    #[default]
    Full,
    /// Without the chart's files over 4 KiB; its `crds/` are among them.
    Files,
    /// Without any files, templates and schema.
    Templates,
}

impl Slim {
    pub(super) const ALL: [Self; 3] = [Self::Full, Self::Files, Self::Templates];

    /// The word in the annotation that marks a slim record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Files => "files",
            Self::Templates => "templates",
        }
    }

    pub(super) fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|slim| slim.as_str() == word).unwrap_or_default()
    }

    /// The stored chart as it is on this rung.
    pub(super) fn of(self, chart: &Tree) -> Tree {
        let mut chart = chart.clone();
        let source::Node::Map(map) = &mut chart.node else { return chart };
        match self {
            Self::Full => {}
            Self::Files => {
                let files = map.get("files").and_then(Tree::as_list).unwrap_or_default();
                let small = files.iter().filter(|file| data_size(file) <= SMALL).cloned();
                let small: Vec<Tree> = small.collect();
                map.insert("files".into(), small.into());
            }
            Self::Templates => {
                map.insert("files".into(), Vec::new().into());
                map.insert("templates".into(), Vec::new().into());
                map.insert("schema".into(), Tree::default());
            }
        }
        chart
    }
}

/// Of a README's size.
const SMALL: usize = 4 << 10;

/// Bytes of a stored file.
fn data_size(file: &Tree) -> usize {
    let data = file.get("data").and_then(Tree::as_str).unwrap_or_default();
    base64::decode(data).map_or(data.len(), |bytes| bytes.len())
}

/// A record that fits on no rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// `sh.helm.release.v1.api.v3`
    pub key: String,
    /// Bytes of the text on the last rung.
    pub size: usize,
    pub limit: usize,
    /// The largest parts first, at most five.
    pub parts: Vec<Part>,
}

/// A part of a record that no rung leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `the manifest`, `the hook web/templates/migrate.yaml`, `the values`
    pub what: String,
    /// Bytes before compression.
    pub size: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, size, limit, .. } = self;
        write!(
            formatter,
            "the record `{key}` needs {size} bytes even without templates and files, and a Secret holds {limit}; before compression:"
        )?;
        for (position, part) in self.parts.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(formatter, "{comma} {} {} bytes", part.what, part.size)?;
        }
        Ok(())
    }
}

impl std::error::Error for TooLarge {}

/// The largest parts of what is left on the last rung.
pub(super) fn largest_parts(record: &super::Record) -> Vec<Part> {
    let value = |what: &str, tree: Option<&Tree>| {
        tree.map(|tree| Part { what: what.to_owned(), size: crate::json::line(tree).len() })
    };
    let mut parts = vec![
        Part { what: "the manifest".to_owned(), size: record.manifest.len() },
        Part { what: "the notes".to_owned(), size: record.info.notes.len() },
    ];
    parts.extend(value("the user's values", Some(&record.config)));
    parts.extend(value("the chart's values", record.chart.get("values")));
    parts.extend(value("the chart's metadata", record.chart.get("metadata")));
    let hook = |hook: &super::RecordedHook| Part {
        what: format!("the hook `{}`", hook.path),
        size: hook.manifest.len(),
    };
    parts.extend(record.hooks.iter().map(hook));
    parts.extend(others(&record.other));
    parts.sort_by_key(|part| std::cmp::Reverse(part.size));
    parts.truncate(5);
    parts
}

fn others(other: &Map) -> impl Iterator<Item = Part> {
    other.iter().map(|(key, tree)| Part {
        what: format!("the field `{key}`"),
        size: crate::json::line(tree).len(),
    })
}
