//! A desired object in, the exact body of the request that would bring it out.

use source::json::{Html, Layout};
use source::{Map, Node, Tree};

use crate::{Address, Api, Apis, Object, ReleaseKey, Section};

/// The request that makes a desired object real: a server-side apply of `body` at `address`.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub address: Address,
    pub body: Tree,
    /// Another version than the chart's, because the cluster no longer serves that one; never used for writing.
    pub namespaced: bool,
}

/// Why there is no request for an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoWish {
    /// The cluster does not serve the kind; `versions` are those of the kind that it does serve.
    UnknownKind { api_version: String, kind: String, versions: Vec<String> },
    /// Only the server makes up names, and it cannot apply what has none.
    GenerateName,
}

/// What says whose an object is (`pkg/action/validate.go` of Helm).
pub const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "Helm");
pub const RELEASE_NAME: &str = "meta.helm.sh/release-name";
pub const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// The object as it is sent. Objects of the manifest get the labels and annotations that say whose they are; hooks and
/// `crds/` get none, as Helm has it.
pub fn wish(object: &Object, release: &ReleaseKey, apis: &Apis) -> Result<Wish, NoWish> {
    let mut body = object.tree();
    let id = object.id();
    let Some(api) = apis.find(&id.group, &object.version, &id.kind) else {
        let versions = apis.versions(&id.group, &id.kind).iter().map(Api::api_version).collect();
        let api_version = api_version(&body);
        return Err(NoWish::UnknownKind { api_version, kind: id.kind.clone(), versions });
    };
    if has_no_name(&body) {
        return Err(NoWish::GenerateName);
    }
    let namespace = id.namespace.as_deref().unwrap_or(release.namespace.as_str());
    if let Some(metadata) = entry(&mut body, "metadata") {
        if api.namespaced && !metadata.get("namespace").is_some_and(is_text) {
            metadata.insert("namespace".into(), namespace.into());
        }
        if object.key.section == Section::Manifest {
            own(metadata, release);
        }
    }
    Ok(Wish { address: api.address(namespace, &id.name), body, namespaced: api.namespaced })
}

impl Wish {
    pub fn json(&self) -> String {
        json(&self.body)
    }
}

/// One line of JSON; numbers that JSON has no words for cannot come out of a chart's YAML.
pub fn json(tree: &Tree) -> String {
    source::json::write(tree, Html::Plain, Layout::Compact).unwrap_or_default()
}

fn own(metadata: &mut Map, release: &ReleaseKey) {
    if let Some(labels) = child(metadata, "labels") {
        labels.insert(MANAGED_BY.0.into(), MANAGED_BY.1.into());
    }
    if let Some(annotations) = child(metadata, "annotations") {
        annotations.insert(RELEASE_NAME.into(), release.name.as_str().into());
        annotations.insert(RELEASE_NAMESPACE.into(), release.namespace.as_str().into());
    }
}

fn api_version(body: &Tree) -> String {
    body.get("apiVersion").and_then(Tree::as_str).unwrap_or_default().to_owned()
}

fn has_no_name(body: &Tree) -> bool {
    !body.get("metadata").and_then(|metadata| metadata.get("name")).is_some_and(is_text)
}

fn is_text(tree: &Tree) -> bool {
    tree.as_str().is_some_and(|text| !text.is_empty())
}

/// A map below a map, made where it is missing or null; none where something else stands there.
fn child<'a>(map: &'a mut Map, key: &str) -> Option<&'a mut Map> {
    let tree = map.entry(key.into()).or_default();
    if tree.is_null() {
        tree.node = Node::Map(Map::default());
    }
    match &mut tree.node {
        Node::Map(map) => Some(map),
        _ => None,
    }
}

fn entry<'a>(tree: &'a mut Tree, key: &str) -> Option<&'a mut Map> {
    match &mut tree.node {
        Node::Map(map) => child(map, key),
        _ => None,
    }
}
