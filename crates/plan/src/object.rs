//! One Kubernetes object as a chart rendered it: which object it is, its text, and what its annotations ask of us.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use source::Tree;

use crate::Hook;

/// Which object. Versions are left out on purpose: an object stays itself when its API moves from `v1beta1` to `v1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectId {
    /// Empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    pub kind: String,
    /// None for cluster-scoped objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The `generateName` of an object that has no name.
    pub name: String,
}

/// `Deployment/api`, or `Certificate.cert-manager.io/api` for kinds outside Kubernetes' own groups.
impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = !self.group.contains('.') || self.group.ends_with(".k8s.io");
        match own {
            true => write!(formatter, "{}/{}", self.kind, self.name),
            false => write!(formatter, "{}.{}/{}", self.kind, self.group, self.name),
        }
    }
}

impl ObjectId {
    /// As a view shows it inside a release: with the namespace only where that is not the release's own.
    pub fn shown_in(&self, release_namespace: &str) -> String {
        match &self.namespace {
            Some(namespace) if namespace != release_namespace => format!("{namespace}/{self}"),
            _ => self.to_string(),
        }
    }

    /// A core `Secret`, whose data is never shown.
    pub fn is_secret(&self) -> bool {
        self.group.is_empty() && self.kind == "Secret"
    }
}

/// What part of a release an object is. The order is that of an apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// From `crds/`.
    Crd,
    Hook,
    Manifest,
}

/// Which object of a release. The same id may stand in two sections, and several hooks may share one id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectKey {
    pub section: Section,
    pub id: ObjectId,
    /// Counts objects of one section with one id from 0: hooks for different events, or several of one `generateName`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ordinal: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(ordinal: &u32) -> bool {
    *ordinal == 0
}

#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub key: ObjectKey,
    /// `v1`, `v1beta1`.
    pub version: String,
    /// The document as rendered, ending in one newline at least.
    pub text: Arc<str>,
    /// SHA-256 of the text, in hexadecimal.
    pub digest: String,
    /// The template or CRD file that it comes from: `web/templates/deployment.yaml`.
    pub template: String,
    /// When it runs and what becomes of it then; none for anything but hooks.
    pub hook: Option<Hook>,
    /// `helm.sh/resource-policy: keep`: stays where it is when the release goes or no longer has it.
    pub keep: bool,
    /// What kind a CustomResourceDefinition brings.
    pub defines: Option<Definition>,
}

/// The annotation that keeps an object in place.
pub(crate) const KEEP: &str = "helm.sh/resource-policy";

/// A kind, and whether its objects live outside namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub group: String,
    pub kind: String,
    pub cluster_scoped: bool,
}

impl Definition {
    pub(crate) fn read(object: &Tree) -> Option<Self> {
        if object.get("kind")?.as_str()? != "CustomResourceDefinition" {
            return None;
        }
        let spec = object.get("spec")?;
        Some(Self {
            group: spec.get("group")?.as_str()?.to_owned(),
            kind: spec.get("names")?.get("kind")?.as_str()?.to_owned(),
            cluster_scoped: spec.get("scope").and_then(Tree::as_str) == Some("Cluster"),
        })
    }
}

impl Object {
    pub fn id(&self) -> &ObjectId {
        &self.key.id
    }

    /// The text's value. Trees are large and only needed where texts differ, so they are read again then.
    pub fn tree(&self) -> Tree {
        source::yaml::read_bare(&self.text).unwrap_or_default()
    }
}
