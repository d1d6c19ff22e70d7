//! From client-side to server-side apply: what Helm wrote as an update becomes its apply, without changing the object
//! (`csaupgrade` of client-go).

use plan::Address;
use plan::live::wish::json;
use source::{Node, Tree};

use crate::Error;
use crate::client::{Client, MANAGER, Write, map};

/// Moves the fields. An object that is gone or has nothing to move stays as it is; one that changed meanwhile is read again.
pub(super) async fn fields(client: &Client, address: &Address) -> Result<(), Error> {
    for attempt in 0.. {
        let Some(live) = client.get(&address.path()).await? else { return Ok(()) };
        let Some(patch) = patch(&live) else { return Ok(()) };
        let how = Write { dry_run: false, manager: MANAGER };
        match client.patch_json(address, None, &json(&patch), how).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_stale() && attempt < 5 => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A JSON patch of `managedFields`, which holds for this version of the object alone. None where nothing is to be moved.
fn patch(live: &Tree) -> Option<Tree> {
    let metadata = live.get("metadata")?;
    let version = metadata.get("resourceVersion")?.clone();
    let entries = metadata.get("managedFields")?.as_list()?;
    let moved = moved(entries)?;
    let operation = |path: &str, value: Tree| {
        map(vec![("op", "replace".into()), ("path", path.into()), ("value", value)])
    };
    Some(Tree::from(vec![
        operation("/metadata/managedFields", moved.into()),
        operation("/metadata/resourceVersion", version),
    ]))
}

/// All of Helm's entries as one apply. What they own together, it owns.
fn moved(entries: &[Tree]) -> Option<Vec<Tree>> {
    let text = |entry: &Tree, key: &str| entry.get(key).and_then(Tree::as_str).map(str::to_owned);
    let ours = |entry: &Tree| {
        text(entry, "manager").as_deref() == Some(MANAGER)
            && text(entry, "subresource").is_none_or(|subresource| subresource.is_empty())
    };
    let is_update =
        |entry: &&Tree| ours(entry) && text(entry, "operation").as_deref() == Some("Update");
    let updates: Vec<&Tree> = entries.iter().filter(is_update).collect();
    let newest = updates.last()?;
    let applied = entries
        .iter()
        .find(|entry| ours(entry) && text(entry, "operation").as_deref() == Some("Apply"));
    let mut entry = applied.unwrap_or(newest).clone();
    let mut fields = entry.get("fieldsV1").cloned().unwrap_or_default();
    for update in &updates {
        if let Some(more) = update.get("fieldsV1") {
            unite(&mut fields, more);
        }
    }
    if let Node::Map(map) = &mut entry.node {
        map.insert("operation".into(), "Apply".into());
        map.insert("fieldsV1".into(), fields);
    }
    let others = entries.iter().filter(|other| {
        !ours(other) || !matches!(text(other, "operation").as_deref(), Some("Update" | "Apply"))
    });
    Some(others.cloned().chain([entry]).collect())
}

/// A set of fields is a map of maps: its union has the keys of both.
fn unite(fields: &mut Tree, more: &Tree) {
    let (Node::Map(fields), Some(more)) = (&mut fields.node, more.as_map()) else { return };
    for (key, value) in more {
        match fields.get_mut(key) {
            Some(known) => unite(known, value),
            None => {
                fields.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helms_updates_become_its_apply() {
        let live = source::yaml::read_bare(
            "metadata:
               resourceVersion: '7'
               managedFields:
                 - {manager: helm, operation: Update, apiVersion: v1, fieldsV1: {'f:a': {}, 'f:m': {'f:x': {}}}}
                 - {manager: kubectl, operation: Update, apiVersion: v1, fieldsV1: {'f:b': {}}}
                 - {manager: helm, operation: Apply, apiVersion: v1, fieldsV1: {'f:m': {'f:y': {}}}}",
        )
        .unwrap();
        let patch = patch(&live).unwrap();
        let fields = patch.as_list().unwrap()[0].get("value").unwrap();
        assert_eq!(
            json(fields),
            r#"[{"apiVersion":"v1","fieldsV1":{"f:b":{}},"manager":"kubectl","operation":"Update"},{"apiVersion":"v1","fieldsV1":{"f:a":{},"f:m":{"f:x":{},"f:y":{}}},"manager":"helm","operation":"Apply"}]"#
        );
        let live = source::yaml::read_bare(
            "metadata: {resourceVersion: '7', managedFields: [{manager: helm, operation: Apply}]}",
        );
        assert_eq!(super::patch(&live.unwrap()), None);
    }
}
