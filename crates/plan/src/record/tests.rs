//! Records out and in again, and what is no record.

use source::{Node, base64};

use super::*;

pub(super) fn data(json: &str) -> Tree {
    source::json::read_bare(json).expect("the test's own JSON")
}

/// Text that does not compress.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn file(name: &str, bytes: usize) -> Tree {
    let data = base64::encode(&noise(bytes));
    Map::from_iter([("name".into(), name.into()), ("data".into(), (&*data).into())]).into()
}

/// A release with all that a record may hold.
pub(super) fn record() -> Record {
    let mut chart = Map::new();
    chart.insert("metadata".into(), data(r#"{"name":"web","version":"1.2.3","apiVersion":"v2"}"#));
    chart.insert("lock".into(), Tree::default());
    chart.insert("values".into(), data(r#"{"replicas":2}"#));
    chart.insert("schema".into(), "e30=".into());
    let templates = vec![file("templates/a.yaml", 1500), file("templates/b.yaml", 10)];
    chart.insert("templates".into(), templates.into());
    chart.insert("files".into(), vec![file("README.md", 10), file("crds/a.yaml", 5000)].into());
    Record {
        name: ReleaseName::new("web").expect("a name"),
        namespace: Namespace::new("shop").expect("a namespace"),
        version: 3,
        info: Info {
            first_deployed: Some("2026-11-21T10:00:00.123456789Z".to_owned()),
            last_deployed: Some("2026-11-21T11:00:00+01:00".to_owned()),
            deleted: None,
            description: "Rollback to 1 <now>".to_owned(),
            status: Status::Deployed,
            rollback_revision: Some(1),
            notes: "Hello\n".to_owned(),
            other: data(r#"{"annotations":{"a":"b"}}"#).as_map().cloned().unwrap_or_default(),
        },
        chart: chart.into(),
        config: data(r#"{"a":{"b":[1,1.5,true,null,"x"]}}"#),
        manifest: "---\n# Source: web/templates/a.yaml\napiVersion: v1\n".to_owned(),
        hooks: vec![RecordedHook {
            name: "migrate".to_owned(),
            kind: "Job".to_owned(),
            path: "web/templates/migrate.yaml".to_owned(),
            manifest: "apiVersion: batch/v1\nkind: Job\n".to_owned(),
            events: vec!["pre-upgrade".to_owned()],
            last_run: LastRun {
                started_at: Some("2026-11-21T10:00:00Z".to_owned()),
                completed_at: None,
                phase: Some(HookPhase::Running),
            },
            weight: -5,
            delete_policies: vec!["hook-succeeded".to_owned()],
            output_log_policies: vec!["hook-failed".to_owned()],
            other: Map::new(),
        }],
        apply_method: Some(ApplyMethod::Ssa),
        labels: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
        storage: Storage::default(),
        other: Map::from_iter([("x".into(), Tree::new(Node::Bool(true)))]),
    }
}

#[test]
fn what_is_encoded_decodes() {
    let written = record();
    let object = encode(&written, 1_700_000_000).expect("it is small").object;
    let read = decode(&object).expect("we wrote it");
    insta::assert_snapshot!(crate::json::line(&read.storage.metadata.clone().into()), @r#"{"labels":{"createdAt":"1700000000","name":"web","owner":"helm","status":"deployed","team":"a","version":"3"},"name":"sh.helm.release.v1.web.v3","namespace":"shop"}"#);
    assert_eq!(Record { storage: Storage::default(), ..read }, written);
}

#[track_caller]
fn check(content: &str, expect: &str) {
    let release = base64::encode(base64::encode(content.as_bytes()).as_bytes());
    let object = format!(
        r#"{{"metadata":{{"name":"sh.helm.release.v1.web.v1","namespace":"shop"}},"data":{{"release":"{release}"}}}}"#
    );
    let error = decode(&data(&object)).map(|_| "a record".to_owned());
    assert_eq!(error.unwrap_or_else(|error| error.reason), expect, "{content}");
}

#[test]
fn what_is_no_record() {
    check(
        r#"{"name":"web","namespace":"shop","version":1,"info":{"status":"deployed"}}"#,
        "a record",
    );
    check(
        r#"{"name":"web","version":1,"info":{"deleted":""},"chart":null,"hooks":null}"#,
        "a record",
    );
    check("", "it is not JSON: unexpected end of JSON input");
    check("[]", "its content is a list, not a map");
    check("{}", "`` is no release name: it is empty");
    check(r#"{"name":"web","version":1}"#, "it has no `info`");
    check(r#"{"name":"web","info":{}}"#, "it has no `version`");
    check(r#"{"name":"web","version":-1,"info":{}}"#, "`version` is -1, and revisions begin at 1");
    check(r#"{"name":"web","version":"1","info":{}}"#, "`version` is no whole number");
    check(
        r#"{"name":"web","version":1,"info":{"status":1}}"#,
        "`info.status` is a number, not text",
    );
    check(r#"{"name":"web","version":1,"info":[]}"#, "`info` is a list, not a map");
    check(r#"{"name":"web","version":1,"info":{},"config":[]}"#, "`config` is a list, not a map");
    check(
        r#"{"name":"web","version":1,"info":{},"hooks":[{"events":[1]}]}"#,
        "`hooks.events` holds a number, not text",
    );
}

#[test]
fn an_error_names_the_object() {
    let error = |object: &str| decode(&data(object)).expect_err("no record").to_string();
    insta::assert_snapshot!(
        [
            error("{}"),
            error(r#"{"kind":"ConfigMap","metadata":{"name":"a","namespace":"b"},"data":{"release":"%"}}"#),
            error(r#"{"kind":"Secret","metadata":{"name":"a"},"data":{"release":"%"}}"#),
        ]
        .join("\n"),
        @r#"
        `Secret ?` is no release record that can be read: it has no `data.release`
        `ConfigMap b/a` is no release record that can be read: it is not base64
        `Secret a` is no release record that can be read: `data.release` is not base64
        "#
    );
}

#[test]
fn statuses() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), status);
        assert_eq!(status.is_pending(), status.as_str().starts_with("pending-"));
    }
    assert_eq!(Status::parse("other"), Status::Unknown);
}
