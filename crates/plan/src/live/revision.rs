//! The next revision of a release: its record, its hooks, and whether it says anything new.

use super::wish::json;
use super::{HookObject, Recorded, inventory, wish};
use crate::hooks::for_event;
use crate::record::{ApplyMethod, Info, Record, Status, Storage};
use crate::{Apis, Content, DesiredRelease, HookEvent, HookRun, Object, ReleaseKey, Section};

/// The record as it is written first: pending, and without times.
pub(super) fn next(release: &DesiredRelease, was: &Recorded, label: &str) -> Record {
    let last = was.last();
    let mut labels = last.map(|last| last.labels.clone()).unwrap_or_default();
    labels.insert(inventory::STACK.to_owned(), label.to_owned());
    let Content { config, chart, manifest, hooks, notes, back_to } =
        release.content.clone().unwrap_or_default();
    let description = match back_to {
        Some(version) => format!("Rollback to {version}"),
        None => release.settings.description.clone().unwrap_or_default(),
    };
    Record {
        name: release.key.name.clone(),
        namespace: release.key.namespace.clone(),
        version: was.history.next_version(),
        info: Info {
            first_deployed: last.and_then(|last| last.info.first_deployed.clone()),
            description,
            status: match (back_to, was.history.last_good()) {
                (Some(_), _) => Status::PendingRollback,
                (None, None) => Status::PendingInstall,
                (None, Some(_)) => Status::PendingUpgrade,
            },
            rollback_revision: back_to,
            notes,
            ..Info::default()
        },
        chart,
        config,
        manifest,
        hooks,
        apply_method: Some(ApplyMethod::Ssa),
        labels,
        storage: Storage::default(),
        other: source::Map::default(),
    }
}

/// Whether two revisions say the same: objects, values, chart and hooks.
pub(super) fn is_same(last: &Record, next: &Record) -> bool {
    last.manifest == next.manifest
        && same_values(last, next)
        && same_chart(last, next)
        && same_hooks(last, next)
}

/// Null and an empty map are both no values.
pub(super) fn same_values(last: &Record, next: &Record) -> bool {
    let empty =
        |tree: &source::Tree| tree.is_null() || tree.as_map().is_some_and(|map| map.is_empty());
    (empty(&last.config) && empty(&next.config))
        || json(&last.config) == json(&next.config)
        || last.config == next.config
}

pub(super) fn same_chart(last: &Record, next: &Record) -> bool {
    let field = |record: &Record, key: &str| {
        record.chart.get("metadata").and_then(|metadata| metadata.get(key)).cloned()
    };
    ["name", "version", "appVersion"].iter().all(|key| field(last, key) == field(next, key))
}

fn same_hooks(last: &Record, next: &Record) -> bool {
    let texts = |record: &Record| -> Vec<(String, String)> {
        let hooks = record.hooks.iter();
        hooks.map(|hook| (hook.path.clone(), hook.manifest.trim().to_owned())).collect()
    };
    texts(last) == texts(next)
}

/// The hooks as they would be sent. One whose kind is not known can only be sent when its kind has come.
pub(super) fn hooks(release: &DesiredRelease, apis: &Apis) -> Vec<HookObject> {
    hooks_of(&release.objects, &release.key, apis)
}

/// The same of any objects.
pub(super) fn hooks_of(objects: &[Object], release: &ReleaseKey, apis: &Apis) -> Vec<HookObject> {
    let hooks = objects.iter().filter(|object| object.key.section == Section::Hook);
    hooks
        .filter_map(|object| {
            let wish = wish(object, release, apis).ok()?;
            let body = wish.json().into();
            Some(HookObject { object: object.clone(), address: wish.address, body })
        })
        .collect()
}

/// Which hooks run at these events, in their order.
pub(super) fn hook_runs(hooks: &[HookObject], events: [HookEvent; 2]) -> Vec<HookRun> {
    let objects: Vec<Object> = hooks.iter().map(|hook| hook.object.clone()).collect();
    let runs = |event| -> Vec<HookRun> {
        let objects = for_event(&objects, event).into_iter();
        objects.map(|object| HookRun { event, object: object.id().clone() }).collect()
    };
    events.into_iter().flat_map(runs).collect()
}
