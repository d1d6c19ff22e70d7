//! Writing Helm's records: the pending one first, its end last, and the older ones superseded or forgotten.

use std::collections::BTreeSet;
use std::sync::MutexGuard;

use plan::live::Recorded;
use plan::live::wish::json;
use plan::record::{self, Record, Revision, Status, Storage};
use plan::{Address, ReleaseKey};
use source::Tree;

use super::{Fault, Run};
use crate::Error;
use crate::client::{Client, Creation, Delete, MANAGER, Write};
use crate::observe::{core, records::read};

/// Writes the first version of a record. Its name is Helm's lock: where it is taken, somebody else was faster.
pub(super) async fn create(
    run: &Run<'_>,
    key: &ReleaseKey,
    record: &mut Record,
) -> Result<(), Fault> {
    let clock = run.order.clock;
    let now = clock.text();
    record.info.last_deployed = Some(now.clone());
    record.info.first_deployed.get_or_insert(now);
    let address = core("secrets", Some(record.namespace.as_str()), &record.key());
    let body = json(&record::encode(record, clock.seconds())?.object);
    let how = Write { dry_run: false, manager: MANAGER };
    let written = match run.client.create(&address, &body, how).await {
        Ok(Creation::Done(tree)) => tree,
        Ok(Creation::Uncertain) => {
            let live = run.client.get(&address.path()).await?.unwrap_or_default();
            let same = record::decode(&live)
                .is_ok_and(|live| live.info.last_deployed == record.info.last_deployed);
            if !same {
                return Err(Fault::Overtaken { version: record.version });
            }
            live
        }
        Err(error) if error.is_already_exists() => {
            return Err(Fault::Overtaken { version: record.version });
        }
        Err(error) => return Err(error.into()),
    };
    record.storage = Storage::read(&written);
    recorded(run).insert(key.clone());
    Ok(())
}

/// Whether this run wrote a revision of the release. One that stands there under the name of a planned revision may be somebody
/// else's.
pub(super) fn has(run: &Run<'_>, key: &ReleaseKey) -> bool {
    recorded(run).contains(key)
}

/// Whether this run wrote a revision of any release.
pub(super) fn has_any(run: &Run<'_>) -> bool {
    !recorded(run).is_empty()
}

fn recorded<'a>(run: &'a Run<'_>) -> MutexGuard<'a, BTreeSet<ReleaseKey>> {
    run.recorded.lock().expect("nothing panics while it is held")
}

/// Writes a record again, with what became of it.
pub(super) async fn update(run: &Run<'_>, record: &mut Record) -> Result<(), Fault> {
    let address = core("secrets", Some(record.namespace.as_str()), &record.key());
    let body = record::encode(record, run.order.clock.seconds())?.object;
    let written = replace(&run.client, &address, &body).await?;
    record.storage = Storage::read(&written);
    Ok(())
}

/// Puts a Secret of a known version in its own place. Where the answer to an attempt was lost, the version that the next one
/// finds may be ours.
pub(super) async fn replace(
    client: &Client,
    address: &Address,
    body: &Tree,
) -> Result<Tree, Error> {
    let how = Write { dry_run: false, manager: MANAGER };
    match client.replace(address, &json(body), how).await {
        Err(error) if error.is_stale() && error.is_uncertain() => {
            let live = client.get(&address.path()).await?;
            live.filter(|live| live.get("data") == body.get("data")).ok_or(error)
        }
        answer => answer,
    }
}

pub(super) async fn close(
    run: &Run<'_>,
    record: &mut Record,
    status: Status,
    description: String,
) -> Result<(), Fault> {
    record.info.status = status;
    record.info.description = description;
    update(run, record).await
}

/// A pending record under our lock is what a killed run left: it says so from now on.
pub(super) async fn recover(run: &Run<'_>, recorded: &Recorded) -> Result<(), Fault> {
    let pending = recorded.in_place.iter().filter(|record| record.info.status.is_pending());
    for record in pending {
        let mut record = record.clone();
        let description = format!("{} was interrupted", record.info.status);
        close(run, &mut record, Status::Failed, description).await?;
    }
    Ok(())
}

/// A revision that was good and was taken back all the same: superseded where an older one stands again, or else failed.
pub(super) async fn mark_undone(
    run: &Run<'_>,
    key: &ReleaseKey,
    record: &Record,
    superseded: bool,
) -> Result<(), Fault> {
    let address = core("secrets", Some(key.namespace.as_str()), &record.key());
    let Some(live) = run.client.get(&address.path()).await? else { return Ok(()) };
    let Ok(mut record) = record::decode(&live) else { return Ok(()) };
    let status = if superseded { Status::Superseded } else { Status::Failed };
    let description = "taken back because another release of the run failed".to_owned();
    close(run, &mut record, status, description).await
}

/// Marks every other deployed revision as superseded. Helm does not mind two that are deployed; none would be worse, which is
/// why this comes after the new one is.
pub(super) async fn supersede(
    run: &Run<'_>,
    key: &ReleaseKey,
    recorded: &Recorded,
    by: u64,
) -> Result<(), Fault> {
    for revision in recorded.history.superseded_by(by) {
        if let Some(mut older) = read(&run.client, key, revision).await? {
            older.info.status = Status::Superseded;
            update(run, &mut older).await?;
        }
    }
    Ok(())
}

/// Makes room for one more revision.
pub(super) async fn prune(
    run: &Run<'_>,
    key: &ReleaseKey,
    recorded: &Recorded,
    limit: u32,
) -> Result<(), Fault> {
    for revision in recorded.history.to_prune(limit as usize) {
        forget(run, key, revision).await?;
    }
    Ok(())
}

/// Forgets all that is known of a release that is gone.
pub(super) async fn purge(
    run: &Run<'_>,
    key: &ReleaseKey,
    recorded: &Recorded,
) -> Result<(), Fault> {
    for revision in recorded.history.revisions() {
        forget(run, key, revision).await?;
    }
    Ok(())
}

async fn forget(run: &Run<'_>, key: &ReleaseKey, revision: &Revision) -> Result<(), Fault> {
    let address = core("secrets", Some(key.namespace.as_str()), &revision.key);
    run.client
        .delete(&address, Delete { uid: revision.uid.as_deref(), ..Delete::default() })
        .await?;
    Ok(())
}
