//! Our own record of a chart, as an apply would write it.
#![expect(clippy::disallowed_methods, reason = "fixtures lie on the disk")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use chart::{Chart, Dialect, File, Ignore, Input, Limits, NoLookup, ReleaseInfo, Rendered};
use plan::record::{ApplyMethod, Info, Record, Status, Storage, manifest};
use plan::{DeletePolicy, Document, Hook, HookEvent, OutputLogPolicy, Section, hooks};
use source::Tree;
use stack::{Namespace, ReleaseName};

/// The record of `web` in `shop`: deployed, client-side by Helm 3 and server-side by Helm 4.
pub(super) fn record(folder: &Path, config: &Tree, version: u64, dialect: Dialect) -> Record {
    let chart = load(folder);
    let mut values = config.clone();
    values.integers_to_floats();
    let rendered = chart::render(&chart, &input(&values, version, dialect))
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", folder.display()));
    let documents = documents(&rendered);
    Record {
        name: ReleaseName::new("web").expect("a name"),
        namespace: Namespace::new("shop").expect("a namespace"),
        version,
        info: Info {
            first_deployed: Some("2026-01-02T03:04:05.123456789Z".to_owned()),
            last_deployed: Some("2026-01-02T05:04:05+01:00".to_owned()),
            status: Status::Deployed,
            notes: rendered.notes.clone(),
            ..Info::default()
        },
        chart: chart::stored(&chart, &values, dialect).expect("it rendered"),
        config: config.clone(),
        manifest: manifest::write(&documents),
        hooks: documents.iter().filter_map(hooks::to_record).collect(),
        apply_method: (dialect == Dialect::Helm4).then_some(ApplyMethod::Ssa),
        labels: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
        storage: Storage::default(),
        other: source::Map::new(),
    }
}

fn load(folder: &Path) -> Chart {
    let ignore = std::fs::read_to_string(folder.join(".helmignore"))
        .map(|text| Ignore::parse(".helmignore", &text).expect("its patterns are fine"));
    let mut files = Vec::new();
    walk(folder, "", &ignore.unwrap_or_default(), &mut files);
    chart::load("web", files).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn walk(root: &Path, below: &str, ignore: &Ignore, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(root.join(below)).expect("a folder can be listed") {
        let name = entry.expect("it can be listed").file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let is_directory = root.join(&path).is_dir();
        if ignore.matches(&path, is_directory) {
            continue;
        }
        match is_directory {
            true => walk(root, &path, ignore, files),
            false => {
                let bytes = std::fs::read(root.join(&path)).expect("it can be read");
                files.push(File::new(path, bytes));
            }
        }
    }
}

fn input(values: &Tree, version: u64, dialect: Dialect) -> Input<'_> {
    Input {
        values,
        release: ReleaseInfo {
            name: "web".to_owned(),
            namespace: "shop".to_owned(),
            revision: i64::try_from(version).expect("a small number"),
            is_upgrade: version > 1,
        },
        capabilities: Arc::default(),
        lookup: Arc::new(NoLookup),
        seed: [7; 32],
        now: Arc::new(LazyLock::new(|| {
            jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
        })),
        dialect,
        skip_schema_validation: false,
        subchart_notes: false,
        limits: Limits::default(),
    }
}

fn documents(rendered: &Rendered) -> Vec<Document<'_>> {
    let hooks = rendered.hooks.iter().map(|hook| Document {
        section: Section::Hook,
        text: &hook.document.text,
        template: &hook.document.source,
        hook: Some(self::hook(hook)),
    });
    let manifests = rendered.manifests.iter().map(|document| Document {
        section: Section::Manifest,
        text: &document.text,
        template: &document.source,
        hook: None,
    });
    hooks.chain(manifests).collect()
}

fn hook(hook: &chart::Hook) -> Hook {
    let events = hook.events.iter().filter_map(|event| HookEvent::parse(event.as_str()));
    let deletes = hook.delete_policies.iter().map(|word| DeletePolicy::parse(word));
    let logs = hook.output_log_policies.iter().map(|word| OutputLogPolicy::parse(word));
    Hook {
        events: events.collect(),
        weight: hook.weight,
        delete_policies: deletes.collect(),
        output_log_policies: logs.collect(),
    }
}
