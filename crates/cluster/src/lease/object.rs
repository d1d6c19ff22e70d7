//! The Lease as an object: `coordination.k8s.io/v1`.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use source::json::{Html, Layout, write};
use source::{Map, Node, Tree};

use super::{Holder, Lock};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lease {
    /// Empty for a lock that was given back.
    pub(super) holder: String,
    pub(super) duration: Duration,
    pub(super) acquired: String,
    pub(super) renewed: String,
    pub(super) uid: String,
    pub(super) resource_version: String,
    transitions: i64,
    object: Tree,
}

/// Whoever wrote a Lease may be wrong about how long it lasts; nobody waits for hours.
const LONGEST: i64 = 300;

impl Lease {
    pub(super) fn read(object: &Tree) -> Self {
        let text = |map: &str, key: &str| {
            let value = object.get(map).and_then(|map| map.get(key)).and_then(Tree::as_str);
            value.unwrap_or_default().to_owned()
        };
        let number = |key: &str| match object.get("spec").and_then(|spec| spec.get(key)) {
            Some(Tree { node: Node::Int(number), .. }) => Some(*number),
            _ => None,
        };
        let seconds = number("leaseDurationSeconds").unwrap_or(0).clamp(0, LONGEST);
        Self {
            holder: text("spec", "holderIdentity"),
            duration: Duration::from_secs(seconds.unsigned_abs()),
            acquired: text("spec", "acquireTime"),
            renewed: text("spec", "renewTime"),
            uid: text("metadata", "uid"),
            resource_version: text("metadata", "resourceVersion"),
            transitions: number("leaseTransitions").unwrap_or(0),
            object: object.clone(),
        }
    }

    /// Its holder, for people.
    pub(super) fn words(&self) -> String {
        Holder::read(&self.holder).map_or_else(|| self.holder.clone(), |holder| holder.words())
    }
}

/// The body that takes a lock: a new Lease, or the one that is there in another hand, in just this version.
pub(super) fn taken(lock: &Lock, there: Option<&Lease>) -> String {
    let time = now();
    let mut labels = Map::new();
    for (key, value) in &lock.labels {
        labels.insert(key.as_str().into(), value.as_str().into());
    }
    let mut metadata =
        map([("name", lock.address.name.as_str().into()), ("labels", labels.into())]);
    if let Some(namespace) = &lock.address.namespace {
        metadata.insert("namespace".into(), namespace.as_str().into());
    }
    let mut transitions = 0;
    if let Some(there) = there {
        metadata.insert("uid".into(), there.uid.as_str().into());
        metadata.insert("resourceVersion".into(), there.resource_version.as_str().into());
        transitions = there.transitions.saturating_add(1);
    }
    let seconds = i64::try_from(lock.pace.lasts.as_secs()).unwrap_or(LONGEST).clamp(1, LONGEST);
    let spec = map([
        ("holderIdentity", lock.holder.to_string().as_str().into()),
        ("leaseDurationSeconds", seconds.into()),
        ("acquireTime", time.as_str().into()),
        ("renewTime", time.as_str().into()),
        ("leaseTransitions", transitions.into()),
    ]);
    text(&map([
        ("apiVersion", "coordination.k8s.io/v1".into()),
        ("kind", "Lease".into()),
        ("metadata", metadata.into()),
        ("spec", spec.into()),
    ]))
}

/// The body that shows a sign of life.
pub(super) fn renewed(lease: &Lease) -> String {
    let mut object = lease.object.as_map().cloned().unwrap_or_default();
    if let Some(Node::Map(spec)) = object.get_mut("spec").map(|spec| &mut spec.node) {
        spec.insert("renewTime".into(), now().as_str().into());
    }
    // The server keeps its own account of who manages what.
    if let Some(Node::Map(metadata)) = object.get_mut("metadata").map(|it| &mut it.node) {
        metadata.shift_remove("managedFields");
    }
    text(&object)
}

fn map<const N: usize>(entries: [(&str, Tree); N]) -> Map {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

fn text(object: &Map) -> String {
    write(&object.clone().into(), Html::Plain, Layout::Compact)
        .expect("texts and numbers from JSON can be written as JSON")
}

/// `2026-01-02T03:04:05.678901Z`: others only compare it with what they saw before.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plan::Address;
    use source::json::read_bare;

    use super::*;
    use crate::lease::Pace;

    #[test]
    fn a_taken_lease_reads_as_it_was_meant() {
        let lock = Lock {
            address: Address {
                group: "coordination.k8s.io".to_owned(),
                version: "v1".to_owned(),
                plural: "leases".to_owned(),
                namespace: Some("shop".to_owned()),
                name: "regatta.shop".to_owned(),
            },
            labels: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
            holder: Holder {
                host: "here".to_owned(),
                process: 7,
                started: "1".to_owned(),
                run: None,
            },
            patience: Duration::ZERO,
            pace: Pace::default(),
        };
        let first = Lease::read(&read_bare(&taken(&lock, None)).unwrap());
        assert_eq!((first.holder.as_str(), first.transitions), ("here/7/1", 0));
        assert_eq!((first.duration.as_secs(), first.acquired.len()), (30, 27));
        let there = Lease { uid: "u".to_owned(), resource_version: "9".to_owned(), ..first };
        let second = Lease::read(&read_bare(&taken(&lock, Some(&there))).unwrap());
        assert_eq!((second.uid.as_str(), second.transitions), ("u", 1));
        assert_eq!(second.resource_version, "9");
        let renewed = Lease::read(&read_bare(&renewed(&second)).unwrap());
        assert_eq!(renewed.acquired, second.acquired);
        assert_eq!(renewed.resource_version, "9");
    }

    #[test]
    fn odd_leases() {
        let check = |json: &str, seconds: u64| {
            assert_eq!(Lease::read(&read_bare(json).unwrap()).duration.as_secs(), seconds);
        };
        check("{}", 0);
        check("7", 0);
        check(r#"{"spec":{"leaseDurationSeconds":-5}}"#, 0);
        check(r#"{"spec":{"leaseDurationSeconds":9000000000000000000}}"#, 300);
        check(
            r#"{"spec":{"leaseDurationSeconds":"30","leaseTransitions":9223372036854775807}}"#,
            0,
        );
    }
}
