//! Releases as they stand, with the hooks that test them: a plan that changes nothing and is only walked through.

use std::collections::BTreeMap;

use stack::{ReleaseId, Settings, StackId};

use super::decide::Draft;
use super::{Cluster, Deploy, previous, revision};
use crate::hooks::{HookEvent, for_event};
use crate::{Object, Operation, Plan, Purpose, ReleaseAction, ReleasePlan, ReleaseRecord};

/// The releases in their recorded waves. Hooks are those of the deployed revision; a release without one has none to run.
pub fn verify(
    stack: &StackId,
    cluster: &Cluster,
    releases: &[&ReleaseRecord],
    settings: impl Fn(&ReleaseId) -> Settings,
) -> Plan {
    let mut waves: BTreeMap<usize, Vec<ReleasePlan>> = BTreeMap::new();
    for release in releases {
        let plan = release_plan(release, cluster, settings(&release.id));
        waves.entry(release.wave).or_default().push(plan);
    }
    let mut draft = Draft::default();
    for releases in waves.into_values() {
        draft.push_wave(Purpose::Apply, releases);
    }
    draft.finish(stack.clone(), Operation::Apply, cluster)
}

fn release_plan(release: &ReleaseRecord, cluster: &Cluster, settings: Settings) -> ReleasePlan {
    let recorded = cluster.recorded.get(&release.key).cloned().unwrap_or_default();
    let deployed = recorded.deployed().cloned();
    let hooks = deployed.as_ref().map(|it| previous::hooks(it, &release.key, &cluster.apis));
    let hooks: Vec<Object> = hooks.unwrap_or_default();
    let tests: Vec<Object> = for_event(&hooks, HookEvent::Test).into_iter().cloned().collect();
    ReleasePlan {
        revision_before: recorded.last().map(|last| last.version),
        deploy: Some(Box::new(Deploy {
            record: deployed,
            recorded,
            settings,
            hooks: revision::hooks_of(&tests, &release.key, &cluster.apis),
            first: false,
            needs_applied: Vec::new(),
        })),
        record: Some(release.clone()),
        before: Some(release.clone()),
        ..ReleasePlan::new(release.id.clone(), release.key.clone(), ReleaseAction::Unchanged)
    }
}
