//! Desired and observed in, the whole plan for a cluster out.

use std::collections::{BTreeMap, BTreeSet};

use stack::{Selection, StackId};

use super::namespaces::Lack;
use super::observed::NamespaceState;
use super::release::{Stage, plan_release};
use super::removal::plan_removal;
use super::{Cluster, Recorded, deferred, inventory, namespaces, targets, warnings};
use crate::decide::removal::selects;
use crate::decide::{missing_needs, reason_to_stay};
use crate::record::Status;
use crate::{
    Action, Desired, DesiredRelease, Left, LeftReason, NamespacePlan, Operation, Options, Plan,
    Purpose, Refusal, RefusalReason, ReleaseKey, ReleaseRecord, Summary, Wave,
};

/// What an apply would do. Releases go in the waves of their needs; what the manifest no longer has goes after all of them,
/// in reverse recorded waves.
pub fn plan(desired: &Desired, cluster: &Cluster, options: &Options) -> Plan {
    let label = inventory::label(&desired.stack);
    let (apis, _) = targets::with_brought(desired, &cluster.apis);
    let stage = Stage { cluster, apis: &apis, options, label: &label };
    let recorded = recorded(cluster);
    let mut draft = Draft::default();
    draft.refusals.extend(missing_needs(desired, recorded.iter().copied()));

    let mut waves: BTreeMap<usize, Vec<&DesiredRelease>> = BTreeMap::new();
    for release in &desired.releases {
        waves.entry(release.wave).or_default().push(release);
    }
    for releases in waves.into_values() {
        let refusals = &mut draft.refusals;
        let planned =
            releases.into_iter().map(|release| plan_release(release, &stage, refusals)).collect();
        draft.push_wave(Purpose::Apply, planned);
    }
    deferred::mark(&mut draft.waves);
    let forgiven = deferred::forgive(&draft.waves, &mut draft.refusals);
    let too_early = deferred::too_early(&draft.waves);
    draft.namespaces(desired, cluster);

    let declared: BTreeMap<&ReleaseKey, bool> = desired
        .declared
        .iter()
        .map(|declared| (&declared.key, !declared.selected || declared.installed))
        .collect();
    let (mut uninstalled, mut pruned) = (Vec::new(), Vec::new());
    for record in &recorded {
        let purpose = match declared.get(&record.key) {
            Some(true) => continue,
            Some(false) => Purpose::Uninstall,
            None => Purpose::Prune,
        };
        match reason_to_stay(record, purpose, &desired.selection, options) {
            Some(reason) => draft.leave(record, reason),
            None if purpose == Purpose::Prune => pruned.push(*record),
            None => uninstalled.push(*record),
        }
    }
    draft.remove(&uninstalled, Purpose::Uninstall, cluster);
    draft.remove(&pruned, Purpose::Prune, cluster);
    let mut plan = draft.finish(desired.stack.clone(), Operation::Apply, cluster);
    plan.warnings.extend(forgiven.into_iter().chain(too_early));
    plan
}

/// What a destroy of the selected releases would do, from the inventory and Helm's records alone. A stack that goes as a
/// whole and is ephemeral loses the namespaces that it created.
pub fn destroy(
    stack: &StackId,
    cluster: &Cluster,
    selection: &Selection,
    options: &Options,
) -> Plan {
    let mut draft = Draft::default();
    let mut destroyed = Vec::new();
    let recorded = recorded(cluster);
    for record in &recorded {
        if !selects(selection, record) {
            draft.leave(record, LeftReason::NotSelected);
            continue;
        }
        if record.protect && !options.allow_protected {
            draft.refusals.push(Refusal::new(RefusalReason::Protected, &record.id));
        }
        destroyed.push(*record);
    }
    draft.remove(&destroyed, Purpose::Destroy, cluster);
    let stays = cluster.inventory.as_ref().is_some_and(|inventory| !inventory.ephemeral);
    if !stays && destroyed.len() == recorded.len() {
        let known = cluster.inventory.iter().flat_map(|inventory| &inventory.namespaces);
        let names: BTreeSet<&String> = known.chain(cluster.namespaces_of(stack)).collect();
        let delete = |name: &String| NamespacePlan { name: name.clone(), action: Action::Delete };
        draft.namespaces.extend(names.into_iter().map(delete));
    }
    draft.finish(stack.clone(), Operation::Destroy, cluster)
}

/// The stack's own releases: what another stack took over since is no longer ours to change or to delete.
fn recorded(cluster: &Cluster) -> Vec<&ReleaseRecord> {
    let all = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
    all.filter(|record| taken_over(record, cluster).is_none()).collect()
}

/// The other stack, as the label on the newest record names it.
pub(super) fn taken_over<'a>(record: &ReleaseRecord, cluster: &'a Cluster) -> Option<&'a String> {
    let own = inventory::label(cluster.stack()?);
    let last = cluster.recorded.get(&record.key).and_then(Recorded::last)?;
    last.labels.get(inventory::STACK).filter(|label| **label != own)
}

/// What planning has come to so far.
#[derive(Default)]
pub(super) struct Draft {
    waves: Vec<Wave>,
    left: Vec<Left>,
    refusals: Vec<Refusal>,
    namespaces: Vec<NamespacePlan>,
}

impl Draft {
    pub(super) fn push_wave(&mut self, purpose: Purpose, releases: Vec<crate::ReleasePlan>) {
        self.waves.push(Wave { number: self.waves.len() + 1, purpose, releases });
    }

    fn leave(&mut self, record: &ReleaseRecord, reason: LeftReason) {
        self.left.push(Left { id: record.id.clone(), key: record.key.clone(), reason });
    }

    /// Waves of deletions, last recorded wave first.
    fn remove(&mut self, records: &[&ReleaseRecord], purpose: Purpose, cluster: &Cluster) {
        let mut waves: BTreeMap<usize, Vec<&ReleaseRecord>> = BTreeMap::new();
        for record in records {
            waves.entry(record.wave).or_default().push(record);
        }
        for records in waves.into_values().rev() {
            let planned = records.into_iter().rev();
            let planned = planned.map(|record| plan_removal(record, purpose, cluster)).collect();
            self.push_wave(purpose, planned);
        }
    }

    /// Namespaces that are missing are created, or stop the plan. Those that an apply made which ended early are the stack's.
    fn namespaces(&mut self, desired: &Desired, cluster: &Cluster) {
        let brought = targets::brought_namespaces(desired);
        let installing: BTreeSet<&ReleaseKey> = self
            .waves
            .iter()
            .flat_map(|wave| &wave.releases)
            .filter(|release| release.has_work())
            .map(|release| &release.key)
            .collect();
        let state = cluster.state_namespace.clone();
        if !installing.is_empty()
            && cluster.namespaces.get(&state) == Some(&NamespaceState::Missing)
        {
            self.namespaces.push(NamespacePlan { name: state, action: Action::Create });
        }
        for release in desired.releases.iter().filter(|one| installing.contains(&one.key)) {
            for lack in namespaces::lacks(release, &brought, cluster) {
                match lack {
                    Lack::Create(name) if self.namespaces.iter().any(|one| one.name == name) => {}
                    Lack::Create(name) => {
                        self.namespaces.push(NamespacePlan { name, action: Action::Create });
                    }
                    Lack::Refuse(refusal) => self.refusals.push(refusal),
                }
            }
        }
        let is_known = |name: &&String| {
            cluster.inventory.as_ref().is_some_and(|inventory| inventory.namespaces.contains(name))
        };
        let made = cluster.namespaces_of(&desired.stack).filter(|name| !is_known(name));
        let none = |name: &String| NamespacePlan { name: name.clone(), action: Action::None };
        self.namespaces.extend(made.map(none));
    }

    pub(super) fn finish(self, stack: StackId, operation: Operation, cluster: &Cluster) -> Plan {
        let touched: BTreeSet<&ReleaseKey> =
            self.waves.iter().flat_map(|wave| &wave.releases).map(|release| &release.key).collect();
        let recorded = recorded(cluster);
        let untouched = recorded.into_iter().filter(|record| !touched.contains(&record.key));
        let untouched = untouched.cloned().collect();
        let pending = cluster.recorded.values().filter_map(Recorded::last);
        let unfinished = pending
            .into_iter()
            .any(|last| last.info.status.is_pending() || last.info.status == Status::Uninstalling);
        let mut plan = Plan {
            stack,
            operation,
            waves: self.waves,
            left: self.left,
            refusals: self.refusals,
            summary: Summary::default(),
            unfinished,
            namespaces: self.namespaces,
            warnings: warnings::of(cluster),
            inventory: cluster.inventory.clone(),
            kept_before: Vec::new(),
            kept: Vec::new(),
            untouched,
        };
        plan.summary = Summary::of(&plan);
        plan
    }
}
