//! The live object into the record that it keeps.

use source::{Node, Tree, base64, json};
use stack::{Namespace, ReleaseName};

use super::fields::Fields;
use super::{
    ApplyMethod, HookPhase, Info, LastRun, RESERVED_LABELS, Record, RecordedHook, Status, Storage,
    StorageKind, Unreadable, pack,
};

/// Reads a record out of a Secret, or a ConfigMap, as the API gives it.
pub fn decode(object: &Tree) -> Result<Record, Unreadable> {
    let storage = Storage::read(object);
    let content = content(object, storage.kind);
    match content.and_then(|content| record(content, &storage)) {
        Ok(record) => Ok(Record { storage, ..record }),
        Err(reason) => Err(Unreadable { object: shown(object), reason }),
    }
}

/// `Secret shop/sh.helm.release.v1.api.v3`
pub(super) fn shown(object: &Tree) -> String {
    let field = |key| object.get("metadata").and_then(|metadata| metadata.get(key)?.as_str());
    let kind = object.get("kind").and_then(Tree::as_str).unwrap_or("Secret");
    match (field("namespace"), field("name").unwrap_or("?")) {
        (Some(namespace), name) => format!("{kind} {namespace}/{name}"),
        (None, name) => format!("{kind} {name}"),
    }
}

/// The JSON inside.
fn content(object: &Tree, kind: StorageKind) -> Result<Tree, String> {
    let text = object.get("data").and_then(|data| data.get("release")?.as_str());
    let text = text.ok_or("it has no `data.release`")?;
    let json = match kind {
        StorageKind::ConfigMap => pack::unpack(text)?,
        StorageKind::Secret => {
            let text = base64::decode(text).ok_or("`data.release` is not base64")?;
            pack::unpack(std::str::from_utf8(&text).map_err(|_| "it is not base64")?)?
        }
    };
    json::read_bare(&json).map_err(|error| format!("it is not JSON: {error}"))
}

fn record(content: Tree, storage: &Storage) -> Result<Record, String> {
    let mut fields = Fields::of(content, "")?;
    let name = fields.text("name")?;
    let mut namespace = fields.text("namespace")?;
    if namespace.is_empty() {
        let own = storage.metadata.get("namespace").and_then(Tree::as_str);
        namespace = own.unwrap_or_default().to_owned();
    }
    Ok(Record {
        name: ReleaseName::new(&name).map_err(|error| error.to_string())?,
        namespace: Namespace::new(&namespace).map_err(|error| error.to_string())?,
        version: fields.revision("version")?.ok_or("it has no `version`")?,
        info: info(fields.take("info").ok_or("it has no `info`")?)?,
        chart: fields.take("chart").unwrap_or_default(),
        config: config(fields.take("config"))?,
        manifest: fields.text("manifest")?,
        hooks: fields.list("hooks")?.into_iter().map(hook).collect::<Result<_, _>>()?,
        apply_method: match fields.text("apply_method")?.as_str() {
            "ssa" => Some(ApplyMethod::Ssa),
            "csa" => Some(ApplyMethod::Csa),
            _ => None,
        },
        labels: labels(storage),
        storage: Storage::default(),
        other: fields.rest(),
    })
}

fn config(config: Option<Tree>) -> Result<Tree, String> {
    match config {
        None => Ok(Tree::default()),
        Some(config @ Tree { node: Node::Map(_), .. }) => Ok(config),
        Some(other) => Err(format!("`config` is {}, not a map", other.kind())),
    }
}

fn info(tree: Tree) -> Result<Info, String> {
    let mut fields = Fields::of(tree, "info.")?;
    Ok(Info {
        first_deployed: fields.time("first_deployed")?,
        last_deployed: fields.time("last_deployed")?,
        deleted: fields.time("deleted")?,
        description: fields.text("description")?,
        status: Status::parse(&fields.text("status")?),
        rollback_revision: fields.revision("rollback_revision")?,
        notes: fields.text("notes")?,
        other: fields.rest(),
    })
}

fn hook(tree: Tree) -> Result<RecordedHook, String> {
    let mut fields = Fields::of(tree, "hooks.")?;
    Ok(RecordedHook {
        name: fields.text("name")?,
        kind: fields.text("kind")?,
        path: fields.text("path")?,
        manifest: fields.text("manifest")?,
        events: fields.texts("events")?,
        last_run: match fields.take("last_run") {
            Some(tree) => last_run(tree)?,
            None => LastRun::default(),
        },
        weight: fields.number("weight")?,
        delete_policies: fields.texts("delete_policies")?,
        output_log_policies: fields.texts("output_log_policies")?,
        other: fields.rest(),
    })
}

fn last_run(tree: Tree) -> Result<LastRun, String> {
    let mut fields = Fields::of(tree, "hooks.last_run.")?;
    Ok(LastRun {
        started_at: fields.time("started_at")?,
        completed_at: fields.time("completed_at")?,
        phase: match fields.text("phase")?.as_str() {
            "" => None,
            word => {
                let known = HookPhase::ALL.into_iter().find(|phase| phase.as_str() == word);
                Some(known.unwrap_or(HookPhase::Unknown))
            }
        },
    })
}

fn labels(storage: &Storage) -> std::collections::BTreeMap<String, String> {
    let labels = storage.metadata.get("labels").and_then(Tree::as_map);
    let own = labels.into_iter().flatten().filter(|(key, _)| !RESERVED_LABELS.contains(&&***key));
    own.filter_map(|(key, value)| Some((key.to_string(), value.as_str()?.to_owned()))).collect()
}
