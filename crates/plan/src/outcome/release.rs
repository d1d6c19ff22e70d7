//! What becomes of one release, and why.

use serde::Serialize;
use stack::ReleaseId;

use super::ObjectPlan;
use crate::live::Deploy;
use crate::{HookEvent, Lookup, ObjectId, ReleaseKey, ReleaseRecord};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasePlan {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    pub action: ReleaseAction,
    pub causes: Vec<Cause>,
    /// In the order of execution; deletions last.
    pub objects: Vec<ObjectPlan>,
    /// The revision of Helm's record that it becomes; none where no record is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
    /// The revision that Helm's records end with until now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_before: Option<u64>,
    /// Hooks that run, in their order: those before the objects, then those after them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<HookRun>,
    /// What its templates asked the cluster for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lookups: Vec<Lookup>,
    /// Why it is rendered and planned again when its wave comes; nothing for what is carried out as it is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<Deferral>,
    /// Its objects were applied by the client until now, and their fields move to server-side apply.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub migrated: bool,
    /// What a cluster needs beside the objects: records, hooks, waiting.
    #[serde(skip)]
    pub deploy: Option<Box<Deploy>>,
    /// What stands in the inventory afterwards; none when the release is gone.
    #[serde(skip)]
    pub record: Option<ReleaseRecord>,
    /// What stands in the inventory now.
    #[serde(skip)]
    pub before: Option<ReleaseRecord>,
}

/// One run of a hook. A hook that names two events has two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HookRun {
    #[serde(serialize_with = "crate::report::shown")]
    pub event: HookEvent,
    pub object: ObjectId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReleaseAction {
    Install,
    Upgrade,
    /// It is there as it should be and becomes ours.
    Adopt,
    /// No object changes, only what the inventory says of the release.
    Record,
    Unchanged,
    Delete,
}

/// Why something changes. The order is that of importance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Not there before.
    New,
    Chart,
    Values,
    Capabilities,
    /// Labels, needs, wave or protection.
    Settings,
    /// Same inputs, and what its templates look up may be another.
    Lookup,
    /// Same inputs, no lookup, no random call, and yet another text: another version of Regatta renders it so.
    Renderer,
    /// A rollback was asked for.
    Rollback,
    /// It was rolled back since the last apply.
    RolledBack,
    /// Somebody else changed or removed it since our last apply.
    Drift,
    /// The last apply did not come to its end.
    Unfinished,
    /// It stands there and nobody recorded it.
    Foreign,
    /// The manifest no longer has the release.
    NotInManifest,
    /// The manifest says `installed: false`.
    NotInstalled,
    /// The release no longer has the object.
    NotInRelease,
    /// The target would put it elsewhere now.
    Moved,
    /// A field of it cannot be changed.
    Immutable,
    /// `destroy` was asked for.
    Destroy,
    /// `helm.sh/resource-policy: keep`.
    KeepPolicy,
    /// Equal inputs, and only random or dated values differ.
    NotDeterministic,
}

/// A lookup that an earlier wave gives another answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deferral {
    /// Where it stands.
    pub template: String,
    pub line: usize,
    /// What is looked up, or one of what is listed.
    pub object: ObjectId,
    /// The release that changes it.
    pub release: ReleaseId,
}

impl ReleasePlan {
    /// Of a release that nothing is known of yet: no objects, no hooks, no record.
    pub fn new(id: ReleaseId, key: ReleaseKey, action: ReleaseAction) -> Self {
        Self {
            id,
            key,
            action,
            causes: Vec::new(),
            objects: Vec::new(),
            revision: None,
            revision_before: None,
            hooks: Vec::new(),
            lookups: Vec::new(),
            deferred: Vec::new(),
            migrated: false,
            deploy: None,
            record: None,
            before: None,
        }
    }

    /// Whether anything is to be done for it, be it only to look at it again.
    pub fn has_work(&self) -> bool {
        self.action != ReleaseAction::Unchanged || self.is_deferred()
    }

    pub fn is_deferred(&self) -> bool {
        !self.deferred.is_empty()
    }

    /// What has to come to its end before it begins: what it needs, and what it looks up.
    pub fn comes_after(&self) -> impl Iterator<Item = &ReleaseId> {
        let needs = self.record.iter().flat_map(|record| &record.needs);
        needs.chain(self.deferred.iter().map(|deferral| &deferral.release))
    }

    /// Those of them that have only to be applied. What is looked up has to be done, whatever the need for it says: hooks and
    /// controllers may change it until then.
    pub fn comes_after_applied(&self) -> impl Iterator<Item = &ReleaseId> {
        let needs = self.deploy.iter().flat_map(|deploy| &deploy.needs_applied);
        needs.filter(|need| self.deferred.iter().all(|deferral| deferral.release != **need))
    }
}
