//! A record into the object that keeps it, ready to be sent (Helm's `pkg/storage/driver/secrets.go` and `cfgmaps.go`).

use std::borrow::Cow;
use std::fmt;

use source::json::{Html, Layout};
use source::{Map, Node, Tree, base64, json};

use super::slim::largest_parts;
use super::{
    ApplyMethod, Info, LastRun, RESERVED_LABELS, Record, RecordedHook, Slim, StorageKind, TooLarge,
    pack,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// The whole Secret or ConfigMap. It names the `resourceVersion` that the record was read with.
    pub object: Tree,
    /// What was left out, now or by an earlier writer.
    pub slim: Slim,
    /// Bytes that count against the limit.
    pub size: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    TooLarge(TooLarge),
    /// A value that JSON has no words for: an infinite number.
    NoJson {
        key: String,
        reason: String,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(why) => why.fmt(formatter),
            Self::NoJson { key, reason } => {
                write!(formatter, "the record `{key}` cannot be written: {reason}")
            }
        }
    }
}

impl std::error::Error for EncodeError {}

/// What the API server takes as the sum of a Secret's values.
const LIMIT: usize = 1 << 20;

/// Marks a slim record. An annotation, because Helm carries labels on to later revisions.
const SLIM: &str = "regatta/slim";

/// Makes the object of a record: the whole record if it fits, else the first slim one that does.
///
/// `seconds` is the present time since 1970. A record that was read is an update of its object, which keeps `createdAt` and
/// gets `modifiedAt`; any other one is to be created.
pub fn encode(record: &Record, seconds: u64) -> Result<Encoded, EncodeError> {
    encode_below(LIMIT, record, seconds)
}

fn encode_below(limit: usize, record: &Record, seconds: u64) -> Result<Encoded, EncodeError> {
    let mut size = 0;
    for slim in Slim::ALL {
        let chart = match slim {
            Slim::Full => Cow::Borrowed(&record.chart),
            _ => Cow::Owned(slim.of(&record.chart)),
        };
        let json = content(record, &chart)
            .map_err(|reason| EncodeError::NoJson { key: record.key(), reason })?;
        let text = pack::pack(&json);
        size = text.len();
        if size <= limit {
            let slim = slim.max(marked(record));
            return Ok(Encoded { object: object(record, text, slim, seconds), slim, size });
        }
    }
    let parts = largest_parts(record);
    Err(EncodeError::TooLarge(TooLarge { key: record.key(), size, limit, parts }))
}

/// What an earlier writer left out.
fn marked(record: &Record) -> Slim {
    let annotations = record.storage.metadata.get("annotations");
    let word = annotations.and_then(|annotations| annotations.get(SLIM)?.as_str());
    word.map(Slim::parse).unwrap_or_default()
}

fn object(record: &Record, text: String, slim: Slim, seconds: u64) -> Tree {
    let mut metadata = record.storage.metadata.clone();
    metadata.insert("name".into(), (&*record.key()).into());
    metadata.insert("namespace".into(), record.namespace.as_str().into());
    metadata.insert("labels".into(), labels(record, seconds).into());
    if slim != Slim::Full {
        let annotations = metadata.entry("annotations".into()).or_default();
        if !matches!(annotations.node, Node::Map(_)) {
            *annotations = Map::new().into();
        }
        if let Node::Map(annotations) = &mut annotations.node {
            annotations.insert(SLIM.into(), slim.as_str().into());
        }
    }
    let mut object = Map::new();
    object.insert("apiVersion".into(), "v1".into());
    let text = match record.storage.kind {
        StorageKind::Secret => {
            object.insert("kind".into(), "Secret".into());
            object.insert("type".into(), "helm.sh/release.v1".into());
            base64::encode(text.as_bytes())
        }
        StorageKind::ConfigMap => {
            object.insert("kind".into(), "ConfigMap".into());
            text
        }
    };
    object.insert("metadata".into(), metadata.into());
    let release = Tree { secret: true, ..Tree::from(&*text) };
    object.insert("data".into(), Map::from_iter([("release".into(), release)]).into());
    object.into()
}

fn labels(record: &Record, seconds: u64) -> Map {
    let mut labels = Map::new();
    let own = |key: &str| !RESERVED_LABELS.contains(&key);
    for (key, value) in record.labels.iter().filter(|(key, _)| own(key)) {
        labels.insert(key.as_str().into(), value.as_str().into());
    }
    let now = seconds.to_string();
    if record.storage.resource_version().is_none() {
        labels.insert("createdAt".into(), (&*now).into());
    } else {
        if let Some(created) = record.storage.label("createdAt") {
            labels.insert("createdAt".into(), created.into());
        }
        labels.insert("modifiedAt".into(), (&*now).into());
    }
    labels.insert("name".into(), record.name.as_str().into());
    labels.insert("owner".into(), "helm".into());
    labels.insert("status".into(), record.info.status.as_str().into());
    labels.insert("version".into(), (&*record.version.to_string()).into());
    labels
}

/// The JSON inside, with Helm's rules of what is left out when it is empty.
fn content(record: &Record, chart: &Tree) -> Result<String, String> {
    let mut map = record.other.clone();
    put_text(&mut map, "name", record.name.as_str());
    map.insert("info".into(), info(&record.info));
    if !chart.is_null() {
        map.insert("chart".into(), chart.clone());
    }
    if record.config.as_map().is_some_and(|config| !config.is_empty()) {
        map.insert("config".into(), record.config.clone());
    }
    put_text(&mut map, "manifest", &record.manifest);
    if !record.hooks.is_empty() {
        map.insert("hooks".into(), record.hooks.iter().map(hook).collect::<Vec<_>>().into());
    }
    put_number(&mut map, "version", revision(record.version));
    put_text(&mut map, "namespace", record.namespace.as_str());
    match record.apply_method {
        Some(ApplyMethod::Ssa) => put_text(&mut map, "apply_method", "ssa"),
        Some(ApplyMethod::Csa) => put_text(&mut map, "apply_method", "csa"),
        None => {}
    }
    json::write(&map.into(), Html::Plain, Layout::Compact)
}

fn info(info: &Info) -> Tree {
    let mut map = info.other.clone();
    put_time(&mut map, "first_deployed", info.first_deployed.as_deref());
    put_time(&mut map, "last_deployed", info.last_deployed.as_deref());
    put_text(&mut map, "description", &info.description);
    put_time(&mut map, "deleted", info.deleted.as_deref());
    put_text(&mut map, "status", info.status.as_str());
    put_number(&mut map, "rollback_revision", info.rollback_revision.map_or(0, revision));
    put_text(&mut map, "notes", &info.notes);
    map.into()
}

fn hook(hook: &RecordedHook) -> Tree {
    let mut map = hook.other.clone();
    put_text(&mut map, "name", &hook.name);
    put_text(&mut map, "kind", &hook.kind);
    put_text(&mut map, "path", &hook.path);
    put_text(&mut map, "manifest", &hook.manifest);
    put_texts(&mut map, "events", &hook.events);
    map.insert("last_run".into(), last_run(&hook.last_run));
    put_number(&mut map, "weight", hook.weight);
    put_texts(&mut map, "delete_policies", &hook.delete_policies);
    put_texts(&mut map, "output_log_policies", &hook.output_log_policies);
    map.into()
}

fn last_run(run: &LastRun) -> Tree {
    let mut map = Map::new();
    put_time(&mut map, "started_at", run.started_at.as_deref());
    put_time(&mut map, "completed_at", run.completed_at.as_deref());
    map.insert("phase".into(), run.phase.map_or("", |phase| phase.as_str()).into());
    map.into()
}

fn revision(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn put_text(map: &mut Map, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.into(), text.into());
    }
}

fn put_time(map: &mut Map, key: &str, time: Option<&str>) {
    put_text(map, key, time.unwrap_or_default());
}

fn put_number(map: &mut Map, key: &str, number: i64) {
    if number != 0 {
        map.insert(key.into(), number.into());
    }
}

fn put_texts(map: &mut Map, key: &str, texts: &[String]) {
    if !texts.is_empty() {
        map.insert(
            key.into(),
            texts.iter().map(|text| text.as_str().into()).collect::<Vec<Tree>>().into(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{data, record};
    use super::*;

    #[track_caller]
    fn check(limit: usize, expect: &str) {
        let shown = match encode_below(limit, &record(), 0) {
            Ok(encoded) => {
                let read = super::super::decode(&encoded.object).expect("we wrote it");
                let count =
                    |key| read.chart.get(key).and_then(Tree::as_list).map_or(0, <[Tree]>::len);
                let mark = encoded.object.get("metadata").and_then(|it| it.get("annotations"));
                format!(
                    "{:?}: {} files, {} templates, marked {}",
                    encoded.slim,
                    count("files"),
                    count("templates"),
                    mark.map(crate::json::line).unwrap_or_default()
                )
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn the_ladder() {
        check(LIMIT, "Full: 2 files, 2 templates, marked ");
        check(5000, r#"Files: 1 files, 2 templates, marked {"regatta/slim":"files"}"#);
        check(1000, r#"Templates: 0 files, 0 templates, marked {"regatta/slim":"templates"}"#);
        check(
            10,
            "the record `sh.helm.release.v1.web.v3` needs 656 bytes even without templates and files, and a Secret holds 10; \
             before compression: the manifest 50 bytes, the chart's metadata 50 bytes, the user's values 33 bytes, the hook \
             `web/templates/migrate.yaml` 31 bytes, the chart's values 14 bytes",
        );
    }

    #[test]
    fn numbers_without_end_are_refused() {
        let mut record = record();
        record.config =
            Map::from_iter([("a".into(), Tree::new(Node::Float(f64::INFINITY)))]).into();
        let error = encode(&record, 0).expect_err("JSON has no word for it").to_string();
        insta::assert_snapshot!(error, @"the record `sh.helm.release.v1.web.v3` cannot be written: json: unsupported value: +Inf");
    }

    #[test]
    fn a_slim_record_stays_marked() {
        let mut record = record();
        record.chart = Tree::default();
        record.storage = super::super::Storage::read(&data(
            r#"{"kind":"ConfigMap","metadata":{"resourceVersion":"7","annotations":{"regatta/slim":"files","a":"b"},
                "labels":{"createdAt":"5","name":"x"},"managedFields":[]}}"#,
        ));
        let object = encode(&record, 9).expect("it is small").object;
        let mut shown = object.clone();
        if let Some(release) = shown.find_mut(&["data".into(), "release".into()]) {
            assert!(release.secret);
            *release = "…".into();
        }
        insta::assert_snapshot!(crate::json::line(&shown), @r#"{"apiVersion":"v1","data":{"release":"…"},"kind":"ConfigMap","metadata":{"annotations":{"a":"b","regatta/slim":"files"},"labels":{"createdAt":"5","modifiedAt":"9","name":"web","owner":"helm","status":"deployed","team":"a","version":"3"},"name":"sh.helm.release.v1.web.v3","namespace":"shop","resourceVersion":"7"}}"#);
    }
}
