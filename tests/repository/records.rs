//! Release records against the code of Helm 4 and Helm 3: we record what they record, read what they write, and they read,
//! change and go on with what we write.
#![expect(
    clippy::disallowed_methods,
    reason = "fixtures lie on the disk, and Helm's code runs beside us"
)]

mod ours;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use chart::Dialect;
use plan::record::{LastRun, Record, Slim, Status, decode, encode};
use source::json::{self, Html, Layout};
use source::{Map, Node, Tree};

/// Its templates take `.Chart` for a map, which Helm 3 refuses.
const NOT_FOR_HELM_3: &str = "umbrella";

#[test]
fn we_record_what_helm_4_records() {
    we_record_what_helm_records(Dialect::Helm4);
}

#[test]
fn we_record_what_helm_3_records() {
    we_record_what_helm_records(Dialect::Helm3);
}

/// Every chart is installed, upgraded with values, and rolled back by Helm's code.
fn we_record_what_helm_records(dialect: Dialect) {
    let charts = charts();
    let written = run(dialect, "write", &charts, "");
    let mut failures = String::new();
    for folder in &charts {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let secrets = written.get(&folder.to_string_lossy()).expect("Helm tells of every chart");
        if dialect == Dialect::Helm3 && *name == *NOT_FOR_HELM_3 {
            assert!(secrets.as_list().is_none(), "Helm 3 installs `{name}`");
            continue;
        }
        let Some(secrets) = secrets.as_list() else {
            panic!("Helm could not install `{name}`: {secrets:?}");
        };
        for secret in secrets.iter().take(2) {
            let theirs = decode(secret).unwrap_or_else(|error| panic!("{name}: {error}"));
            let ours = ours::record(folder, &theirs.config, theirs.version, dialect);
            // As JSON gives it back.
            let ours = decode(&encode(&ours, 0).expect("it is small").object).expect("ours");
            let (ours, theirs) = (comparable(&ours), comparable(&theirs));
            if ours != theirs {
                writeln!(failures, "{name}:\n{}", difference(&ours, &theirs)).expect("memory");
            }
        }
    }
    assert!(failures.is_empty(), "our records differ from Helm's:\n{failures}");
}

#[test]
fn what_helm_4_wrote_is_read() {
    insta::assert_snapshot!(summary(Dialect::Helm4), @r#"
    sh.helm.release.v1.web.v1 in shop, {"team": "a"}, Superseded "Install complete" back to None, Some(Ssa); chart web 1.2.3, 4 templates, 4 files; config null; hooks zoo ran, check, migrate ran, first ran; notes "Revision 1 of web.\n"; 8 documents
    sh.helm.release.v1.web.v2 in shop, {"team": "a"}, Superseded "Upgrade complete" back to None, Some(Ssa); chart web 1.2.3, 4 templates, 4 files; config {"nested":{"empty":{},"list":[1,1.5,true,null,"x"]},"nothing":null,"replicas":3}; hooks zoo ran, check, migrate ran, first; notes "Revision 2 of web.\n"; 8 documents
    sh.helm.release.v1.web.v3 in shop, {"team": "a"}, Deployed "Rollback to 1" back to Some(1), Some(Ssa); chart web 1.2.3, 4 templates, 4 files; config null; hooks zoo ran, check, migrate ran, first ran; notes "Revision 1 of web.\n"; 8 documents
    "#);
}

#[test]
fn what_helm_3_wrote_is_read() {
    insta::assert_snapshot!(summary(Dialect::Helm3), @r#"
    sh.helm.release.v1.web.v1 in shop, {"team": "a"}, Superseded "Install complete" back to None, None; chart web 1.2.3, 4 templates, 4 files; config null; hooks zoo ran, check, migrate ran, first ran; notes "Revision 1 of web.\n"; 8 documents
    sh.helm.release.v1.web.v2 in shop, {"team": "a"}, Superseded "Upgrade complete" back to None, None; chart web 1.2.3, 4 templates, 4 files; config {"nested":{"empty":{},"list":[1,1.5,true,null,"x"]},"nothing":null,"replicas":3}; hooks zoo ran, check, migrate ran, first; notes "Revision 2 of web.\n"; 8 documents
    sh.helm.release.v1.web.v3 in shop, {"team": "a"}, Deployed "Rollback to 1" back to None, None; chart web 1.2.3, 4 templates, 4 files; config null; hooks zoo ran, check, migrate ran, first ran; notes "Revision 1 of web.\n"; 8 documents
    "#);
}

fn summary(dialect: Dialect) -> String {
    let folder = web();
    let written = run(dialect, "write", std::slice::from_ref(&folder), "");
    let secrets = written.get(&folder.to_string_lossy()).and_then(Tree::as_list);
    let lines = secrets.expect("it was written").iter().map(|secret| {
        let record = decode(secret).unwrap_or_else(|error| panic!("{error}"));
        let chart = |key: &str| record.chart.get("metadata").and_then(|it| it.get(key)?.as_str());
        let count = |key: &str| record.chart.get(key).and_then(Tree::as_list).map_or(0, <[Tree]>::len);
        let ran: Vec<String> = record
            .hooks
            .iter()
            .map(|hook| format!("{}{}", hook.name, hook.last_run.phase.map_or("", |_| " ran")))
            .collect();
        assert!(record.info.first_deployed.is_some() && record.info.deleted.is_none());
        format!(
            "{} in {}, {:?}, {:?} {:?} back to {:?}, {:?}; chart {} {}, {} templates, {} files; config {}; hooks {}; notes {:?}; {} documents",
            record.key(),
            record.namespace,
            record.labels,
            record.info.status,
            record.info.description,
            record.info.rollback_revision,
            record.apply_method,
            chart("name").unwrap_or_default(),
            chart("version").unwrap_or_default(),
            count("templates"),
            count("files"),
            text(&record.config),
            ran.join(", "),
            record.info.notes,
            plan::record::manifest::documents(&record).len(),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn helm_4_goes_on_with_ours() {
    insta::assert_snapshot!(goes_on(Dialect::Helm4), @r#"
    list:
      web 3 deployed web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a, ssa
    history:
      web 1 superseded web-1.2.3 4.5: Made by us <1>; 4 hooks, labels a, ssa
      web 2 failed web-1.2.3 4.5: Made by us <2>; 4 hooks, labels a, ssa
      web 3 deployed web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a, ssa
    values: {"cache":{"enabled":false},"host":"db.example.com","large":12345678901,"limits":{"idle":2,"size":5},"ratio":0.5,"replicas":7,"store":{"exports":{"connection":{"host":"db.example.com"}},"global":{},"pool":{"idle":2,"size":1}},"text":"<&>é"}
    after:
      web 1 superseded web-1.2.3 4.5: Made by us <1>; 4 hooks, labels a, ssa
      web 2 failed web-1.2.3 4.5: Made by us <2>; 4 hooks, labels a, ssa
      web 3 superseded web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a, ssa
      web 4 superseded web-1.2.3 4.5: Rollback to 1; 4 hooks, labels a, ssa
      web 5 uninstalled web-1.2.3 4.5: Uninstallation complete; 4 hooks, labels a, ssa
    "#);
}

#[test]
fn helm_3_goes_on_with_ours() {
    insta::assert_snapshot!(goes_on(Dialect::Helm3), @r#"
    list:
      web 3 deployed web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a
    history:
      web 1 superseded web-1.2.3 4.5: Made by us <1>; 4 hooks, labels a
      web 2 failed web-1.2.3 4.5: Made by us <2>; 4 hooks, labels a
      web 3 deployed web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a
    values: {"cache":{"enabled":false},"host":"db.example.com","large":12345678901,"limits":{"idle":2,"size":5},"nothing":null,"ratio":0.5,"replicas":7,"store":{"exports":{"connection":{"host":"db.example.com"}},"global":{},"pool":{"idle":2,"size":1}},"text":"<&>é"}
    after:
      web 1 superseded web-1.2.3 4.5: Made by us <1>; 4 hooks, labels a
      web 2 failed web-1.2.3 4.5: Made by us <2>; 4 hooks, labels a
      web 3 superseded web-1.2.3 4.5: Made by us <3>; 4 hooks, labels a
      web 4 superseded web-1.2.3 4.5: Rollback to 1; 4 hooks, labels a
      web 5 uninstalled web-1.2.3 4.5: Uninstallation complete; 4 hooks, labels a
    "#);
}

/// A whole record that is superseded, a failed one that is slim, and a deployed one.
fn goes_on(dialect: Dialect) -> String {
    let record = |version, status| {
        let config = Tree::from(Map::from_iter([("replicas".into(), Tree::from(7))]));
        let mut record = ours::record(&web(), &config, version, dialect);
        record.info.status = status;
        record.info.description = format!("Made by us <{version}>");
        record
    };
    let mut slim = record(2, Status::Failed);
    let noise: String =
        (0..300_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_string()).collect();
    if let Some(Node::List(files)) = slim.chart.find_mut(&["files".into()]).map(|it| &mut it.node) {
        let data = source::base64::encode(noise.as_bytes());
        files.push(
            Map::from_iter([("name".into(), "x".into()), ("data".into(), (&*data).into())]).into(),
        );
    }
    let ours = [record(1, Status::Superseded), slim, record(3, Status::Deployed)];
    let encoded = ours.map(|record| encode(&record, 1_700_000_000).expect("it fits"));
    assert_eq!(encoded.each_ref().map(|it| it.slim), [Slim::Full, Slim::Files, Slim::Full]);
    let secrets = Tree::from(encoded.map(|it| it.object).to_vec());
    let told = run(dialect, "read", &[], &text(&secrets));

    let rewritten = told.get("rewritten").and_then(Tree::as_list).expect("Helm wrote them again");
    for (given, rewritten) in secrets.as_list().unwrap_or_default().iter().zip(rewritten) {
        let given = decode(given).expect("ours");
        let rewritten = decode(rewritten).unwrap_or_else(|error| panic!("{error}"));
        let (given, rewritten) = (comparable(&given), comparable(&rewritten));
        assert!(given == rewritten, "Helm changed it:\n{}", difference(&given, &rewritten));
    }
    let lines = |key: &str| {
        let list = told.get(key).and_then(Tree::as_list).unwrap_or_default();
        let lines: Vec<&str> = list.iter().filter_map(Tree::as_str).collect();
        format!("{key}:\n  {}", lines.join("\n  "))
    };
    let values = told.get("values").map(text).unwrap_or_default();
    [lines("list"), lines("history"), format!("values: {values}"), lines("after")].join("\n")
}

fn root(path: &str) -> PathBuf {
    tests::root().join(path)
}

fn web() -> PathBuf {
    root("fixtures/records/web")
}

fn charts() -> Vec<PathBuf> {
    let folders = ["fixtures/charts", "fixtures/records"];
    let list = |folder| std::fs::read_dir(root(folder)).expect("the folder is there");
    let mut charts: Vec<PathBuf> = folders
        .into_iter()
        .flat_map(list)
        .map(|entry| entry.expect("it can be listed").path())
        .collect();
    charts.sort();
    charts
}

fn run(dialect: Dialect, verb: &str, arguments: &[PathBuf], input: &str) -> Tree {
    static HELM_3: LazyLock<PathBuf> = LazyLock::new(|| tests::helm::records(Dialect::Helm3));
    static HELM_4: LazyLock<PathBuf> = LazyLock::new(|| tests::helm::records(Dialect::Helm4));
    let program = match dialect {
        Dialect::Helm3 => &*HELM_3,
        Dialect::Helm4 => &*HELM_4,
    };
    let mut child = Command::new(program)
        .arg(verb)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was just built");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("it ends").ok();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Helm's code failed: {said}");
    json::read_bare(&String::from_utf8_lossy(&output.stdout)).expect("Go writes JSON")
}

/// What must be equal whoever wrote it: times of files and of runs are not, nor what running a hook adds.
fn comparable(record: &Record) -> String {
    let mut record = record.clone();
    if let Node::Map(chart) = &mut record.chart.node {
        chart.shift_remove("modtime");
        chart.shift_remove("schemamodtime");
        for key in ["templates", "files"] {
            let list = chart.entry(key.into()).or_default();
            if list.is_null() {
                *list = Vec::new().into();
            }
            if let Node::List(files) = &mut list.node {
                for file in files {
                    if let Node::Map(file) = &mut file.node {
                        file.shift_remove("modtime");
                    }
                }
            }
        }
    }
    for hook in &mut record.hooks {
        hook.last_run = LastRun::default();
        if hook.delete_policies == ["before-hook-creation"] {
            hook.delete_policies.clear();
        }
    }
    let chart = json::write(&record.chart, Html::Plain, Layout::Indented).unwrap_or_default();
    format!(
        "{}\n{chart}\nconfig {}\nmanifest {}\n{:#?}\n{:?}\n",
        record.info.notes,
        text(&record.config),
        record.manifest,
        record.hooks,
        record.apply_method,
    )
}

fn text(tree: &Tree) -> String {
    json::write(tree, Html::Plain, Layout::Compact).unwrap_or_default()
}

/// The lines that are only here and only there.
fn difference(ours: &str, theirs: &str) -> String {
    let only = |mark: char, a: &str, b: &str| -> String {
        let lines = a.lines().filter(|line| !b.lines().any(|other| other == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect()
    };
    only('-', ours, theirs) + &only('+', theirs, ours)
}
