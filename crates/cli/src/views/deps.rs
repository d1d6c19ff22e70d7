//! Charts from afar as tables and JSON.

use pull::Wanted;
use pull::lock::{Entry, Pin};
use pull::resolve::Newest;
use serde_json::{Value, json};

use super::table::table;
use crate::printer::Printer;

/// A chart that is asked for, what is pinned of it and what there would be.
pub struct Row {
    pub wanted: Wanted,
    pub pinned: Option<String>,
    pub newest: Newest,
}

/// A pinned version; of git with the commit, which the version does not tell.
pub fn version(entry: &Entry) -> String {
    match &entry.pin {
        Pin::Commit { commit } => format!("{} ({})", entry.version, &commit[..commit.len().min(7)]),
        Pin::Archive { .. } | Pin::Manifest { .. } => entry.version.clone(),
    }
}

pub fn text(rows: &[Row], printer: &Printer) -> String {
    if rows.is_empty() {
        return "every chart is in this repository\n".to_owned();
    }
    let cells = rows.iter().map(|row| {
        let (state, newest) = (state(row), row.newest.stable.clone().unwrap_or_default());
        let pinned = row.pinned.clone().unwrap_or_else(|| "-".to_owned());
        [row.wanted.source.to_string(), row.wanted.narrowed.to_string(), pinned, newest, state]
    });
    let header = ["CHART", "ASKED FOR", "PINNED", "NEWEST", ""];
    printer.redact(&table(header, &cells.collect::<Vec<_>>(), printer.data_paint()))
}

fn state(row: &Row) -> String {
    match &row.pinned {
        _ if !row.wanted.pinned => "follows the newest".to_owned(),
        None => "not pinned yet".to_owned(),
        Some(_) if is_behind(row) => {
            let fitting = row.newest.fitting.as_deref().unwrap_or_default();
            format!("outdated: {fitting} fits")
        }
        Some(_) => String::new(),
    }
}

/// A newer version would fit.
fn is_behind(row: &Row) -> bool {
    row.pinned.is_some() && row.newest.fitting.is_some() && row.newest.fitting != row.pinned
}

pub fn json(rows: &[Row]) -> Value {
    let row = |row: &Row| {
        json!({
            "source": row.wanted.source.to_string(),
            "chart": row.wanted.source.chart(),
            "asked": row.wanted.narrowed.to_string(),
            "pinned": row.pinned,
            "newestInRange": row.newest.fitting,
            "newest": row.newest.stable,
            "outdated": is_behind(row),
            "by": row.wanted.by,
        })
    };
    rows.iter().map(row).collect()
}

/// What an update moved: the chart, from where, to where.
pub fn moves(moves: &[(Wanted, Option<String>, String)], printer: &Printer) -> String {
    if moves.is_empty() {
        return String::new();
    }
    let cells = moves.iter().map(|(wanted, old, new)| {
        let old = old.clone().unwrap_or_else(|| "-".to_owned());
        [wanted.source.to_string(), wanted.narrowed.to_string(), old, new.clone()]
    });
    let header = ["CHART", "ASKED FOR", "OLD", "NEW"];
    printer.redact(&table(header, &cells.collect::<Vec<_>>(), printer.data_paint()))
}
