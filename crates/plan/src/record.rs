//! Helm's release records: what one revision of a release was, kept in one Secret, readable and writable by Helm 3, Helm 4
//! and us.
//!
//! `decode` makes a `Record` of the live object, `encode` the whole object of a `Record`, slim where it would not fit.
//! `History` knows what the revisions of a release mean together; `manifest` writes and reads the text of its objects.

mod decode;
mod encode;
mod fields;
mod history;
pub mod manifest;
mod pack;
mod slim;

use std::collections::BTreeMap;
use std::fmt;

use source::{Map, Tree};
use stack::{Namespace, ReleaseName};

pub use decode::decode;
pub use encode::{EncodeError, Encoded, encode};
pub use history::{History, NoTarget, Revision};
pub use slim::{Part, Slim, TooLarge};

/// One revision of a release (Helm's `pkg/release/v1/release.go`). What others wrote beside the fields that we know is kept
/// in `other` and written again.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub name: ReleaseName,
    /// Where the record lies, and where objects go that name no namespace.
    pub namespace: Namespace,
    /// The revision, from 1.
    pub version: u64,
    pub info: Info,
    /// The chart as Helm keeps it: metadata, lock, templates, values, schema, files. Null where there is none.
    pub chart: Tree,
    /// The user's values: a map, or null where there are none.
    pub config: Tree,
    /// The text of all objects but hooks and `crds/`.
    pub manifest: String,
    pub hooks: Vec<RecordedHook>,
    /// None in records of Helm 3, which is client-side apply.
    pub apply_method: Option<ApplyMethod>,
    /// What `helm --labels` sets; they are labels of the Secret and stand nowhere else.
    pub labels: BTreeMap<String, String>,
    pub storage: Storage,
    pub other: Map,
}

impl Record {
    /// The name of the Secret: `sh.helm.release.v1.api.v3`.
    pub fn key(&self) -> String {
        key(&self.name, self.version)
    }
}

/// The name of the Secret that keeps a revision.
pub fn key(name: &ReleaseName, version: u64) -> String {
    format!("{KEY_PREFIX}{name}.v{version}")
}

const KEY_PREFIX: &str = "sh.helm.release.v1.";

/// What happened to a revision. Times are texts of RFC 3339 as they were read or as the caller gives them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// When the first revision was; each later one takes it over.
    pub first_deployed: Option<String>,
    pub last_deployed: Option<String>,
    pub deleted: Option<String>,
    /// `Install complete`, `Upgrade "api" failed: …`
    pub description: String,
    pub status: Status,
    /// The revision that a rollback went back to; only Helm 4 tells.
    pub rollback_revision: Option<u64>,
    pub notes: String,
    pub other: Map,
}

/// Helm's words (`pkg/release/common/status.go`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    #[default]
    Unknown,
    Deployed,
    Uninstalled,
    Superseded,
    Failed,
    Uninstalling,
    PendingInstall,
    PendingUpgrade,
    PendingRollback,
}

impl Status {
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Deployed,
        Self::Uninstalled,
        Self::Superseded,
        Self::Failed,
        Self::Uninstalling,
        Self::PendingInstall,
        Self::PendingUpgrade,
        Self::PendingRollback,
    ];

    /// A word that Helm does not know is `Unknown`.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.as_str() == word).unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// A run is at work on the release, or was killed. Helm refuses to upgrade then; `uninstalling` is none of these.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// How the objects of a revision were sent; it decides how Helm 4 sends those of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyMethod {
    /// Server-side apply, `ssa`.
    Ssa,
    /// Client-side apply, `csa`.
    Csa,
}

/// A hook as a record keeps it, with its text and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedHook {
    pub name: String,
    pub kind: String,
    /// `web/templates/migrate.yaml`
    pub path: String,
    pub manifest: String,
    pub events: Vec<String>,
    pub last_run: LastRun,
    pub weight: i64,
    pub delete_policies: Vec<String>,
    pub output_log_policies: Vec<String>,
    pub other: Map,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastRun {
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    /// None for a hook that never ran.
    pub phase: Option<HookPhase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPhase {
    Unknown,
    Running,
    Succeeded,
    Failed,
}

impl HookPhase {
    const ALL: [Self; 4] = [Self::Unknown, Self::Running, Self::Succeeded, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

/// The object that keeps a record. The default is a Secret that does not exist yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storage {
    pub kind: StorageKind,
    /// Its `metadata` as it was read, without `managedFields`. Empty for one that is yet to be created.
    pub metadata: Map,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageKind {
    #[default]
    Secret,
    /// `HELM_DRIVER=configmap`
    ConfigMap,
}

impl Storage {
    /// Of a live object: also of the server's answer to a write, so that the record can be written again.
    pub fn read(object: &Tree) -> Self {
        let kind = match object.get("kind").and_then(Tree::as_str) {
            Some("ConfigMap") => StorageKind::ConfigMap,
            _ => StorageKind::Secret,
        };
        let mut metadata =
            object.get("metadata").and_then(Tree::as_map).cloned().unwrap_or_default();
        metadata.shift_remove("managedFields");
        Self { kind, metadata }
    }

    /// The precondition of the next write.
    pub fn resource_version(&self) -> Option<&str> {
        self.metadata.get("resourceVersion")?.as_str()
    }

    pub fn uid(&self) -> Option<&str> {
        self.metadata.get("uid")?.as_str()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.metadata.get("labels")?.get(key)?.as_str()
    }
}

/// A record that is none, or that nothing can be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// `Secret shop/sh.helm.release.v1.api.v3`
    pub object: String,
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is no release record that can be read: {}",
            self.object, self.reason
        )
    }
}

impl std::error::Error for Unreadable {}

/// Labels that belong to Helm; a user's label cannot have one of these names (`pkg/storage/driver/util.go`).
pub const RESERVED_LABELS: [&str; 6] =
    ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

#[cfg(test)]
mod tests;
