//! A live object as it is compared: without what only the server writes.

use source::{Map, Node, Tree};

use crate::ObjectId;

/// Fields of `metadata` that no chart decides.
const SERVERS: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Takes away `status` and the server's part of `metadata`.
pub fn normal(object: &Tree) -> Tree {
    let mut object = object.clone();
    let Node::Map(map) = &mut object.node else { return object };
    map.shift_remove("status");
    if let Some(Node::Map(metadata)) = map.get_mut("metadata").map(|metadata| &mut metadata.node) {
        for key in SERVERS {
            metadata.shift_remove(key);
        }
    }
    object
}

/// The uid of a live object.
pub fn uid(object: &Tree) -> Option<&str> {
    metadata(object)?.get("uid")?.as_str()
}

pub fn metadata(object: &Tree) -> Option<&Map> {
    object.get("metadata")?.as_map()
}

pub fn annotation<'a>(object: &'a Tree, key: &str) -> Option<&'a str> {
    metadata(object)?.get("annotations")?.get(key)?.as_str()
}

pub fn label<'a>(object: &'a Tree, key: &str) -> Option<&'a str> {
    metadata(object)?.get("labels")?.get(key)?.as_str()
}

/// Whether deleting it has begun.
pub fn is_terminating(object: &Tree) -> bool {
    metadata(object).is_some_and(|metadata| metadata.contains_key("deletionTimestamp"))
}

/// Which object a live one is.
pub fn id_of(object: &Tree) -> Option<ObjectId> {
    let api = object.get("apiVersion")?.as_str()?;
    let metadata = metadata(object)?;
    let text = |key: &str| metadata.get(key).and_then(Tree::as_str).map(str::to_owned);
    Some(ObjectId {
        group: api.split_once('/').map_or("", |(group, _)| group).to_owned(),
        kind: object.get("kind")?.as_str()?.to_owned(),
        namespace: text("namespace"),
        name: text("name")?,
    })
}
