//! Which recorded revisions a rollback goes back to, read from the cluster.

use plan::ReleaseRecord;
use plan::live::rollback::{self, Back, Undo};
use plan::live::{Cluster, inventory};
use plan::record::Record;
use stack::{ReleaseId, Settings};

use crate::cluster::{Opened, failure};
use crate::recorded;
use crate::report::{Failure, Reason};

/// One release, to a revision or to the one before.
pub fn of_release(
    opened: &Opened,
    cluster: &Cluster,
    word: &str,
    revision: Option<u64>,
) -> Result<Back, Failure> {
    let found = recorded::releases(cluster, &[word.to_owned()])?;
    let mut back = Back::default();
    for release in found {
        let record = record(opened, cluster, release, revision)?;
        back.revisions.push((release.clone(), record));
    }
    Ok(back)
}

/// What the last run changed, and what of it cannot come back.
pub fn of_last_run(opened: &Opened, cluster: &Cluster) -> Result<(Back, Vec<String>), Failure> {
    let last = cluster.inventory.as_ref().and_then(|inventory| inventory.run.as_ref());
    let Some(inventory::LastRun { changes, .. }) = last else {
        return Err(Failure::usage("no run of this stack is recorded")
            .help("name a release: `regatta rollback RELEASE`"));
    };
    let mut back = Back::default();
    let mut lost = Vec::new();
    for change in changes {
        match rollback::undo(change, cluster) {
            Undo::Revision(release, revision) => {
                let record = record(opened, cluster, release, Some(revision))?;
                back.revisions.push((release.clone(), record));
            }
            Undo::Remove(release) => back.gone.push(release.id.clone()),
            Undo::Lost(change) => lost.push(format!(
                "`{}` was deleted by that run, and its records with it; an apply of the former manifest brings it back",
                change.id
            )),
            Undo::Nothing => {}
        }
    }
    Ok((back, lost))
}

fn record(
    opened: &Opened,
    cluster: &Cluster,
    release: &ReleaseRecord,
    revision: Option<u64>,
) -> Result<Record, Failure> {
    let none = |why: String| {
        Failure::said(Reason::Usage, format!("`{}` cannot go back: {why}", release.id))
            .help(format!("`regatta history {}` shows its revisions", release.id))
    };
    let recorded = cluster.recorded.get(&release.key);
    let history = recorded.map(|recorded| recorded.history.clone()).unwrap_or_default();
    let version = rollback::target(&history, revision).map_err(|no| none(no.to_string()))?;
    let found = cluster::history(&opened.connection, &release.key);
    let found = opened.block_on(found).map_err(failure)?;
    let record = found.into_iter().find(|record| record.version == version);
    record.ok_or_else(|| none(format!("revision {version} went away just now")))
}

/// The settings that the manifest has for a release, or the built-in ones.
pub fn settings(stack: &stack::Stack) -> impl Fn(&ReleaseId) -> Settings {
    |id| {
        let body = stack.releases.get(id).and_then(|release| release.body.as_ref());
        body.map(|body| body.settings.clone()).unwrap_or_default()
    }
}
