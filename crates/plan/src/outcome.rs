//! The plan itself: waves of releases with every object's action, cause, edits and steps. Nothing is left to decide.

mod object;
mod release;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stack::{Prune, ReleaseId, StackId};

use crate::live::Inventory;
use crate::{Kept, Refusal, ReleaseKey, ReleaseRecord};

pub use object::{Action, Expect, ObjectPlan, Step};
pub use release::{Cause, Deferral, HookRun, ReleaseAction, ReleasePlan};

/// What the command line decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// `ask` plans the deletions as `auto` does; who asks drops them with `Plan::without_prune`.
    pub prune: Prune,
    pub allow_protected: bool,
    /// Foreign and changed objects are taken; what stood there is put aside.
    pub force_conflicts: bool,
    /// Releases of other stacks become ours.
    pub take_release: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    #[serde(serialize_with = "crate::report::stack_id")]
    pub stack: StackId,
    pub operation: Operation,
    /// In the order of execution; deletions of whole releases come last.
    pub waves: Vec<Wave>,
    /// Recorded releases that the manifest no longer has and that stay, and why.
    pub left: Vec<Left>,
    /// While there is one, nothing may be executed.
    pub refusals: Vec<Refusal>,
    pub summary: Summary,
    /// An earlier run did not come to its end, and this plan goes on from what it left.
    pub unfinished: bool,
    /// Namespaces that the plan creates or deletes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<NamespacePlan>,
    /// What the target's server warned of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The inventory as it was read from a cluster.
    #[serde(skip)]
    pub inventory: Option<Inventory>,
    /// What the inventory holds about kept objects now and afterwards.
    #[serde(skip)]
    pub kept_before: Vec<Kept>,
    #[serde(skip)]
    pub kept: Vec<Kept>,
    /// The records of releases that the plan does not touch, in recorded order.
    #[serde(skip)]
    pub untouched: Vec<ReleaseRecord>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    #[default]
    Apply,
    /// To earlier revisions.
    Rollback,
    Destroy,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wave {
    /// From 1, over all waves of the plan.
    pub number: usize,
    pub purpose: Purpose,
    pub releases: Vec<ReleasePlan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    Apply,
    /// Deletes what the manifest says is not installed.
    Uninstall,
    /// Deletes what the manifest no longer has.
    Prune,
    Destroy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamespacePlan {
    pub name: String,
    pub action: Action,
}

/// A recorded release that stays although the manifest does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    pub reason: LeftReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftReason {
    /// Needs `--allow-protected`.
    Protected,
    NotSelected,
    /// `prune: never`, or not asked for.
    PruneNever,
}

/// How many objects get which action, and how many releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub objects: BTreeMap<Action, usize>,
    pub releases: BTreeMap<ReleaseAction, usize>,
    /// Objects that others changed or removed.
    pub drifted: usize,
    pub not_deterministic: usize,
}

impl Summary {
    pub fn of(plan: &Plan) -> Self {
        let mut summary = Self::default();
        for release in plan.releases() {
            *summary.releases.entry(release.action).or_default() += 1;
            for object in &release.objects {
                *summary.objects.entry(object.action).or_default() += 1;
                let has = |cause: Cause| usize::from(object.causes.contains(&cause));
                summary.drifted += has(Cause::Drift);
                summary.not_deterministic += has(Cause::NotDeterministic);
            }
        }
        summary
    }
}

impl Plan {
    /// All releases in the order of execution.
    pub fn releases(&self) -> impl Iterator<Item = &ReleasePlan> {
        self.waves.iter().flat_map(|wave| &wave.releases)
    }

    /// Whether executing it would write anything, be it only the inventory.
    pub fn has_changes(&self) -> bool {
        let planned = self.namespaces.iter().any(|namespace| namespace.action.is_change());
        self.unfinished || planned || self.releases().any(ReleasePlan::has_work)
    }

    /// Masks what stands beside a secret in any edit.
    pub fn mask_beside(&mut self, is_secret: impl Fn(&str) -> bool) {
        let releases = self.waves.iter_mut().flat_map(|wave| &mut wave.releases);
        for object in releases.flat_map(|release| &mut release.objects) {
            for edit in object.edits.iter_mut().chain(&mut object.drift) {
                edit.mask_beside(&is_secret);
            }
        }
    }

    pub fn prunes(&self) -> bool {
        self.waves.iter().any(|wave| wave.purpose == Purpose::Prune)
    }

    /// The same plan for a user who did not ask for the deletions of releases that the manifest no longer has.
    pub fn without_prune(mut self) -> Self {
        let (pruned, waves): (Vec<Wave>, Vec<Wave>) =
            self.waves.into_iter().partition(|wave| wave.purpose == Purpose::Prune);
        self.waves = waves;
        for release in pruned.into_iter().flat_map(|wave| wave.releases) {
            self.kept.retain(|kept| kept.release != release.key);
            self.refusals.retain(|refusal| refusal.release != release.id);
            self.untouched.extend(release.before);
            let (id, key) = (release.id, release.key);
            self.left.push(Left { id, key, reason: LeftReason::PruneNever });
        }
        self.summary = Summary::of(&self);
        self
    }

    /// What the inventory holds when everything has been done.
    pub fn records(&self) -> Vec<ReleaseRecord> {
        let planned = self.releases().filter_map(|release| release.record.clone());
        let mut records: Vec<ReleaseRecord> =
            self.untouched.iter().cloned().chain(planned).collect();
        records.sort_by(|a, b| (a.wave, &a.id).cmp(&(b.wave, &b.id)));
        records
    }

    /// What the inventory holds before.
    pub fn records_before(&self) -> Vec<ReleaseRecord> {
        let planned = self.releases().filter_map(|release| release.before.clone());
        let mut records: Vec<ReleaseRecord> =
            self.untouched.iter().cloned().chain(planned).collect();
        records.sort_by(|a, b| (a.wave, &a.id).cmp(&(b.wave, &b.id)));
        records
    }
}
