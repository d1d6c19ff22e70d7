//! Going back: what recorded revisions say takes the place of what charts would render, and the rest is a plan like any other.

use std::collections::BTreeSet;

use source::Tree;
use stack::{Need, OnFailure, ReleaseId, Selection, Settings, StackId, Until};

use super::inventory::Change;
use super::{Cluster, decide, previous};
use crate::record::{History, NoTarget, Record, RecordedHook};
use crate::{
    Cause, Content, Declared, Desired, DesiredRelease, Inputs, Operation, Options, Plan, Purpose,
    RecordedChart, ReleaseRecord,
};

/// Where the releases of a stack go back to; those that are in neither list stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Back {
    pub revisions: Vec<(ReleaseRecord, Record)>,
    /// Those that were not there.
    pub gone: Vec<ReleaseId>,
}

/// What the last run of a stack did to one release, as far as it can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo<'a> {
    Revision(&'a ReleaseRecord, u64),
    Remove(&'a ReleaseRecord),
    /// Its records went with it.
    Lost(&'a Change),
    Nothing,
}

/// How a change of the last run is undone.
pub fn undo<'a>(change: &'a Change, cluster: &'a Cluster) -> Undo<'a> {
    let mut known = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
    let record = known.find(|record| record.key == change.key);
    match (record, change.revision) {
        (Some(record), Some(revision)) => Undo::Revision(record, revision),
        (Some(record), None) => Undo::Remove(record),
        (None, Some(_)) => Undo::Lost(change),
        (None, None) => Undo::Nothing,
    }
}

/// The revision that a release goes back to. Asked for none in particular it is the one before the deployed one.
pub fn target(history: &History, revision: Option<u64>) -> Result<u64, NoTarget> {
    Ok(history.rollback_target(revision)?.version)
}

/// The recorded revisions as what should be. `settings` are the manifest's, where it still has the release.
pub fn desired(
    stack: &StackId,
    cluster: &Cluster,
    back: &Back,
    settings: impl Fn(&ReleaseId) -> Settings,
) -> Desired {
    let all = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
    let selected: BTreeSet<&ReleaseId> =
        back.revisions.iter().map(|(release, _)| &release.id).chain(&back.gone).collect();
    let declared = all.map(|release| Declared {
        id: release.id.clone(),
        key: release.key.clone(),
        selected: selected.contains(&release.id),
        installed: !back.gone.contains(&release.id),
    });
    let releases = back.revisions.iter().map(|(release, record)| {
        // A rollback that fails is no reason for another one.
        let settings = Settings { on_failure: OnFailure::Keep, ..settings(&release.id) };
        desired_release(release, record, settings, cluster)
    });
    Desired {
        stack: stack.clone(),
        selection: Selection { skip_needs: true, ..Selection::default() },
        declared: declared.collect(),
        releases: releases.collect(),
    }
}

fn desired_release(
    release: &ReleaseRecord,
    record: &Record,
    settings: Settings,
    cluster: &Cluster,
) -> DesiredRelease {
    let mut objects = previous::objects_of(record, &release.key, &cluster.apis);
    objects.extend(previous::hooks(record, &release.key, &cluster.apis));
    let need =
        |id: &ReleaseId| Need { release: id.clone(), until: Until::default(), optional: true };
    let hooks = record
        .hooks
        .iter()
        .map(|hook| RecordedHook { last_run: crate::record::LastRun::default(), ..hook.clone() });
    DesiredRelease {
        id: release.id.clone(),
        key: release.key.clone(),
        wave: release.wave,
        needs: release.needs.iter().map(need).collect(),
        labels: release.labels.clone(),
        protect: release.protect,
        chart: chart(record),
        // What was rendered from is not recorded: no later plan may take equal inputs for an equal result.
        inputs: Inputs::default(),
        objects,
        impure: Vec::new(),
        lookups: Vec::new(),
        settings,
        content: Some(Content {
            config: record.config.clone(),
            chart: record.chart.clone(),
            manifest: record.manifest.clone(),
            hooks: hooks.collect(),
            notes: record.info.notes.clone(),
            back_to: Some(record.version),
        }),
    }
}

fn chart(record: &Record) -> RecordedChart {
    let field = |key: &str| {
        let value = record.chart.get("metadata").and_then(|metadata| metadata.get(key));
        value.and_then(Tree::as_str).unwrap_or_default().to_owned()
    };
    RecordedChart {
        name: field("name"),
        version: field("version"),
        app_version: field("appVersion"),
    }
}

/// What going back would do. Releases that were not there go last, and all of it is said to be a rollback.
pub fn plan(desired: &Desired, cluster: &Cluster, options: &Options) -> Plan {
    let mut plan = decide::plan(desired, cluster, options);
    plan.operation = Operation::Rollback;
    for wave in plan.waves.iter_mut().filter(|wave| wave.purpose == Purpose::Uninstall) {
        for release in &mut wave.releases {
            let causes = release.objects.iter_mut().map(|object| &mut object.causes);
            for cause in causes.chain([&mut release.causes]).flatten() {
                if *cause == Cause::NotInstalled {
                    *cause = Cause::Rollback;
                }
            }
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReleaseKey;
    use crate::live::Inventory;

    fn key(name: &str) -> ReleaseKey {
        let (namespace, name) = ("shop".parse().unwrap(), name.parse().unwrap());
        ReleaseKey { cluster: None, namespace, name }
    }

    fn release(name: &str) -> ReleaseRecord {
        ReleaseRecord {
            id: name.parse().unwrap(),
            key: key(name),
            wave: 0,
            needs: Vec::new(),
            labels: std::collections::BTreeMap::default(),
            protect: false,
            chart: RecordedChart::default(),
            inputs: None,
            objects: Vec::new(),
        }
    }

    #[test]
    fn what_a_run_did_is_undone_as_far_as_records_reach() {
        let stack = StackId {
            workspace: "shop".parse().unwrap(),
            environment: "dev".parse().unwrap(),
            instance: None,
        };
        let inventory = Inventory { releases: vec![release("api")], ..Inventory::new(stack) };
        let cluster = Cluster { inventory: Some(inventory), ..Cluster::default() };
        let check = |name: &str, revision: Option<u64>, expect: &str| {
            let change = Change { id: name.parse().unwrap(), key: key(name), revision };
            let told = match undo(&change, &cluster) {
                Undo::Revision(release, revision) => format!("{} to {revision}", release.id),
                Undo::Remove(release) => format!("remove {}", release.id),
                Undo::Lost(change) => format!("{} is lost", change.id),
                Undo::Nothing => "nothing".to_owned(),
            };
            assert_eq!(told, expect);
        };
        check("api", Some(3), "api to 3");
        check("api", None, "remove api");
        check("web", Some(3), "web is lost");
        check("web", None, "nothing");
    }
}
