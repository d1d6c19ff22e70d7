//! What was applied, release by release, and whether it is still so.

use plan::{Live, Observed, ObservedRelease};
use serde_json::{Value, json};
use stack::StackId;

use crate::printer::Paint;
use crate::views::table::{count, table};

pub fn text(stack: &StackId, place: &str, observed: &Observed, paint: Paint) -> String {
    let head = paint.bold(&stack.to_string());
    if observed.releases.is_empty() {
        return format!("{head} · {place} · nothing was applied yet\n");
    }
    let rows: Vec<_> = in_waves(observed)
        .map(|release| {
            let record = &release.record;
            [
                (record.wave + 1).to_string(),
                record.id.to_string(),
                record.key.namespace.to_string(),
                format!("{}-{}", record.chart.name, record.chart.version),
                record.objects.len().to_string(),
                state(release, paint),
            ]
        })
        .collect();
    let header = ["WAVE", "RELEASE", "NAMESPACE", "CHART", "OBJECTS", "STATE"];
    format!("{head} · {} · {place}\n{}", count(rows.len(), "release"), table(header, &rows, paint))
}

pub fn json(stack: &StackId, observed: &Observed) -> Value {
    let release = |release: &ObservedRelease| {
        let record = &release.record;
        let (changed, missing) = differences(release);
        json!({
            "release": record.id,
            "name": record.key.name,
            "namespace": record.key.namespace,
            "wave": record.wave + 1,
            "chart": record.chart,
            "labels": record.labels,
            "protect": record.protect,
            "objects": record.objects.len(),
            "changed": changed,
            "missing": missing,
            "finished": record.inputs.is_some(),
        })
    };
    json!({
        "stack": stack.to_string(),
        "applied": !observed.releases.is_empty(),
        "releases": in_waves(observed).map(release).collect::<Vec<_>>(),
    })
}

fn in_waves(observed: &Observed) -> impl Iterator<Item = &ObservedRelease> {
    let mut releases: Vec<_> = observed.releases.iter().collect();
    releases.sort_by_key(|release| release.record.wave);
    releases.into_iter()
}

/// `as applied`, or what is different.
fn state(release: &ObservedRelease, paint: Paint) -> String {
    let (changed, missing) = differences(release);
    let mut parts = Vec::new();
    if release.record.inputs.is_none() {
        parts.push("apply not finished".to_owned());
    }
    if changed > 0 {
        parts.push(format!("{changed} changed by others"));
    }
    if missing > 0 {
        parts.push(format!("{missing} missing"));
    }
    if parts.is_empty() { paint.green("as applied") } else { paint.yellow(&parts.join(", ")) }
}

fn differences(release: &ObservedRelease) -> (usize, usize) {
    let changed = release.objects().filter(|object| object.is_changed()).count();
    let missing = release.live.iter().filter(|live| **live == Live::Missing).count();
    (changed, missing)
}
