//! Revisions of releases: when each was, what it was, and what became of it.

use jiff::Timestamp;
use plan::ReleaseRecord;
use plan::record::Record;
use serde_json::{Value, json};
use source::Tree;
use stack::StackId;

use crate::printer::Paint;
use crate::views::table::{count, table};

/// A release with its revisions, oldest first.
pub type Histories<'a> = [(&'a ReleaseRecord, Vec<Record>)];

pub fn text(stack: &StackId, place: &str, histories: &Histories<'_>, paint: Paint) -> String {
    let head = paint.bold(&stack.to_string());
    if histories.is_empty() {
        return format!("{head} · {place} · nothing was applied yet\n");
    }
    let rows: Vec<_> = histories
        .iter()
        .flat_map(|(release, records)| records.iter().map(move |record| (release, record)))
        .map(|(release, record)| {
            [
                release.id.to_string(),
                record.version.to_string(),
                when(record),
                chart(record),
                app_version(record).unwrap_or("-").to_owned(),
                record.info.status.to_string(),
                record.info.description.clone(),
            ]
        })
        .collect();
    let header =
        ["RELEASE", "REVISION", "UPDATED", "CHART", "APP VERSION", "STATUS", "DESCRIPTION"];
    let what = count(rows.len(), "revision");
    format!("{head} · {what} · {place}\n{}", table(header, &rows, paint))
}

pub fn json(stack: &StackId, histories: &Histories<'_>) -> Value {
    let revision = |record: &Record| {
        json!({
            "revision": record.version,
            "updated": record.info.last_deployed,
            "status": record.info.status.as_str(),
            "chart": chart(record),
            "appVersion": app_version(record),
            "description": record.info.description,
        })
    };
    let release = |(release, records): &(&ReleaseRecord, Vec<Record>)| {
        json!({
            "release": release.id,
            "name": release.key.name,
            "namespace": release.key.namespace,
            "revisions": records.iter().map(revision).collect::<Vec<_>>(),
        })
    };
    json!({
        "stack": stack.to_string(),
        "releases": histories.iter().map(release).collect::<Vec<_>>(),
    })
}

/// To the second, in universal time; as written where it is no time.
fn when(record: &Record) -> String {
    let text = record.info.last_deployed.as_deref().unwrap_or("-");
    match text.parse::<Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => text.to_owned(),
    }
}

fn chart(record: &Record) -> String {
    let field = |key| metadata(record, key).unwrap_or_default();
    format!("{}-{}", field("name"), field("version"))
}

fn app_version(record: &Record) -> Option<&str> {
    metadata(record, "appVersion").filter(|version| !version.is_empty())
}

fn metadata<'a>(record: &'a Record, key: &str) -> Option<&'a str> {
    record.chart.get("metadata")?.get(key).and_then(Tree::as_str)
}
