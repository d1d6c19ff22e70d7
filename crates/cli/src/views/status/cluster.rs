//! Releases in a cluster: their revision, its status, and whether their objects are there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plan::live::{self, Cluster, Recorded};
use plan::readiness::{Rules, Runs, State, state};
use plan::record::Status;
use plan::{ObjectId, ObjectKey, ReleaseRecord};
use serde::Serialize;
use serde_json::{Value, json};
use stack::StackId;

use crate::printer::Paint;
use crate::views::table::{count, table};

pub fn text(stack: &StackId, place: &str, cluster: &Cluster, paint: Paint) -> String {
    let head = paint.bold(&stack.to_string());
    let Some(inventory) = &cluster.inventory else {
        return format!("{head} · {place} · nothing was applied yet\n");
    };
    let rows: Vec<_> = inventory
        .releases
        .iter()
        .map(|record| {
            let seen = Seen::of(record, cluster);
            [
                (record.wave + 1).to_string(),
                record.id.to_string(),
                record.key.namespace.to_string(),
                format!("{}-{}", record.chart.name, record.chart.version),
                seen.revision.map_or("-".to_owned(), |revision| revision.to_string()),
                seen.objects.to_string(),
                seen.state(paint),
            ]
        })
        .collect();
    let header = ["WAVE", "RELEASE", "NAMESPACE", "CHART", "REVISION", "OBJECTS", "STATE"];
    let expires = match &inventory.expires {
        Some(expires) => format!(" · expires {expires}"),
        None => String::new(),
    };
    let releases = count(rows.len(), "release");
    let mut text =
        format!("{head} · {releases} · {place}{expires}\n{}", table(header, &rows, paint));
    for record in &inventory.releases {
        for Unready { object, why } in Seen::of(record, cluster).unready {
            let id = object.shown_in(record.key.namespace.as_str());
            let line = format!("{} {}  {id}: {why}", paint.yellow("!"), record.id);
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

pub fn json(stack: &StackId, cluster: &Cluster) -> Value {
    let release = |record: &ReleaseRecord| {
        let seen = Seen::of(record, cluster);
        json!({
            "release": record.id,
            "name": record.key.name,
            "namespace": record.key.namespace,
            "wave": record.wave + 1,
            "chart": record.chart,
            "labels": record.labels,
            "protect": record.protect,
            "objects": seen.objects,
            "missing": seen.missing,
            "notReady": seen.unready,
            "finished": record.inputs.is_some(),
            "revision": seen.revision,
            "status": seen.status.map(Status::as_str),
        })
    };
    let inventory = cluster.inventory.as_ref();
    let releases = inventory.map_or(&[][..], |inventory| &inventory.releases);
    json!({
        "stack": stack.to_string(),
        "applied": inventory.is_some(),
        "expires": inventory.and_then(|inventory| inventory.expires.clone()),
        "releases": releases.iter().map(release).collect::<Vec<_>>(),
    })
}

/// What can be said of one release.
struct Seen {
    revision: Option<u64>,
    status: Option<Status>,
    objects: usize,
    missing: usize,
    unready: Vec<Unready>,
    finished: bool,
}

/// An object that is there and does not work.
#[derive(Serialize)]
struct Unready {
    object: ObjectId,
    why: String,
}

impl Seen {
    fn of(record: &ReleaseRecord, cluster: &Cluster) -> Self {
        let last = cluster.recorded.get(&record.key).and_then(Recorded::last);
        // Of the newest revision alone: what else may be in place is not what should be.
        let objects = last.map(|last| live::previous::objects_of(last, &record.key, &cluster.apis));
        let objects: BTreeSet<ObjectKey> =
            objects.into_iter().flatten().map(|object| object.key).collect();
        let objects: Vec<_> = cluster
            .objects
            .iter()
            .filter(|((key, object), _)| *key == record.key && objects.contains(object))
            .collect();
        Self {
            revision: last.map(|last| last.version),
            status: last.map(|last| last.info.status),
            objects: objects.len(),
            missing: objects.iter().filter(|(_, seen)| seen.live.is_none()).count(),
            unready: objects.iter().filter_map(|((_, key), seen)| unready(key, seen)).collect(),
            finished: record.inputs.is_some(),
        }
    }

    fn state(&self, paint: Paint) -> String {
        let mut parts = Vec::new();
        match self.status {
            None => parts.push("no record".to_owned()),
            Some(Status::Deployed) => {}
            Some(status) => parts.push(status.to_string()),
        }
        if !self.finished {
            parts.push("apply not finished".to_owned());
        }
        if self.missing > 0 {
            parts.push(format!("{} missing", self.missing));
        }
        if !self.unready.is_empty() {
            parts.push(format!("{} not ready", self.unready.len()));
        }
        match parts.is_empty() {
            true => paint.green("deployed"),
            false => paint.yellow(&parts.join(", ")),
        }
    }
}

/// As far as the object itself tells. What only the manifest knows, `readiness` rules and the like, is not asked.
fn unready(key: &ObjectKey, seen: &live::Seen) -> Option<Unready> {
    let rules =
        Rules { binds_when_used: true, grace_over: true, ..Rules::new(Runs::Complete, &[]) };
    let why = match state(seen.live.as_ref()?, &rules) {
        State::Ready { .. } => return None,
        State::Waiting { why } => why,
        State::Failed(failure) => failure.to_string(),
        State::Terminating { why } => why,
    };
    Some(Unready { object: key.id.clone(), why })
}
