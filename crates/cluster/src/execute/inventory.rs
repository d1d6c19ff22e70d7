//! The stack's inventory while a run goes on: what it means to do is written first, what came of it last.

use std::sync::MutexGuard;

use plan::live::inventory::{Change, LastRun};
use plan::live::wish::json;
use plan::live::{Inventory, inventory};
use plan::{Action, Address, Operation, Outcome, ReleaseKey, ReleasePlan, ReleaseRecord};
use source::Tree;

use super::{Ended, Order, Run, records};
use crate::Error;
use crate::client::{Client, Creation, Delete, MANAGER, Write};
use crate::observe::inventory_address;

/// What the inventory says while the run is at work: every release that is or will be there; those that change as unfinished.
pub(super) fn intended(order: &Order<'_>) -> Inventory {
    let plan = order.plan;
    let mut inventory =
        plan.inventory.clone().unwrap_or_else(|| Inventory::new(plan.stack.clone()));
    let mut releases: Vec<ReleaseRecord> = plan.untouched.clone();
    for release in plan.releases() {
        let only_recorded = release.action == plan::ReleaseAction::Record;
        let changes = release.is_deferred() || (release.has_work() && !only_recorded);
        match (&release.before, &release.record) {
            (Some(before), _) if !changes => releases.push(before.clone()),
            (_, Some(record)) => {
                let protect =
                    record.protect || release.before.as_ref().is_some_and(|one| one.protect);
                releases.push(ReleaseRecord { inputs: None, protect, ..record.clone() });
            }
            (Some(before), None) => {
                releases.push(ReleaseRecord { inputs: None, ..before.clone() });
            }
            (None, None) => {}
        }
    }
    sort(&mut releases);
    inventory.releases = releases;
    for namespace in &plan.namespaces {
        let stays = order.state_is_apart && namespace.name == order.state_namespace;
        let is_ours = namespace.action != Action::Delete && !stays;
        if is_ours && !inventory.namespaces.contains(&namespace.name) {
            inventory.namespaces.push(namespace.name.clone());
        }
    }
    let changes: Vec<Change> = plan.releases().filter_map(change).collect();
    if !changes.is_empty() {
        inventory.run = Some(last_run(order, inventory.run.take(), changes));
    }
    if plan.operation == Operation::Apply {
        inventory.ephemeral = order.ephemeral;
        inventory.expires.clone_from(&order.expires);
    }
    inventory
}

/// What is known of the run: it is one with the run that it resumes, so that both are taken back together.
fn last_run(order: &Order<'_>, before: Option<LastRun>, changes: Vec<Change>) -> LastRun {
    let open = changes.iter().map(|change| change.id.clone()).collect();
    let mut run = match before.filter(|_| order.resumes) {
        Some(before) => LastRun { open, ..before },
        None => LastRun {
            id: order.clock.text(),
            operation: order.plan.operation,
            changes: Vec::new(),
            open,
        },
    };
    let known: Vec<ReleaseKey> = run.changes.iter().map(|change| change.key.clone()).collect();
    run.changes.extend(changes.into_iter().filter(|change| !known.contains(&change.key)));
    run
}

/// What the run means to change of a release's revisions.
fn change(release: &ReleasePlan) -> Option<Change> {
    let deploy = release.deploy.as_ref()?;
    // What becomes of a deferred one is not known yet; to go back to the revision that it still has is no change.
    let changes = deploy.record.is_some() || release.record.is_none() || release.is_deferred();
    changes.then(|| Change {
        id: release.id.clone(),
        key: release.key.clone(),
        revision: deploy.recorded.history.last_good().map(|good| good.version),
    })
}

/// A release came to its end: its record is what the plan said, or gone.
pub(super) fn settle(run: &Run<'_>, release: &ReleasePlan) {
    put(&mut locked(run), release, release.record.clone());
}

/// What the run did not bring to its end stays noted, for who goes on with it. A run without any change to note is not the last
/// one: what an earlier one left stays open.
pub(super) fn note_open(inventory: &mut Inventory, ended: &[Ended<'_>]) {
    if ended.iter().all(|one| change(one.release).is_none()) {
        return;
    }
    let results = ended.iter().map(|one| &one.result);
    let open = results.filter(|one| matches!(one.outcome, Outcome::Failed | Outcome::Skipped));
    let open = open.map(|one| one.id.clone()).collect();
    if let Some(last) = &mut inventory.run {
        last.open = open;
    }
}

/// What was not begun, or was taken back to what stood before, is what it was.
pub(super) fn keep_untouched(inventory: &mut Inventory, ended: &[Ended<'_>]) {
    for Ended { release, result } in ended {
        if result.outcome == Outcome::Skipped {
            put(inventory, release, release.before.clone());
        } else if result.rolled_back.is_some() {
            put(inventory, release, restored(release));
        }
    }
}

/// Nothing was begun: the inventory says of the release what it said before the run, and nothing of one that is new.
pub(super) fn untouched(run: &Run<'_>, release: &ReleasePlan) {
    put(&mut locked(run), release, release.before.clone());
}

/// What was done is taken back: the inventory says of the release what it said before the run. One that is new stays as
/// unfinished: its records are there, and perhaps volumes, and whoever destroys the stack finds them by it.
pub(super) fn restore(run: &Run<'_>, release: &ReleasePlan) {
    put(&mut locked(run), release, restored(release));
}

fn restored(release: &ReleasePlan) -> Option<ReleaseRecord> {
    let new = || release.record.clone().map(|record| ReleaseRecord { inputs: None, ..record });
    release.before.clone().or_else(new)
}

fn put(inventory: &mut Inventory, release: &ReleasePlan, record: Option<ReleaseRecord>) {
    inventory.releases.retain(|known| known.key != release.key);
    inventory.releases.extend(record);
    sort(&mut inventory.releases);
}

/// Says that the namespaces which the run just made go with the stack, and of releases what was said before: for a run that
/// may end before it comes to any. False where somebody else was faster.
pub(super) async fn claim(run: &Run<'_>, made: Vec<String>) -> Result<bool, Error> {
    let (order, before) = (run.order, run.order.plan.inventory.as_ref());
    let mut claim = before.cloned().unwrap_or_else(|| Inventory::new(order.plan.stack.clone()));
    claim.version.clone_from(&locked(run).version);
    claim.ephemeral = order.ephemeral;
    claim.expires.clone_from(&order.expires);
    claim.namespaces.retain(|known| !made.contains(known));
    claim.namespaces.extend(made);
    match write(run, &claim).await {
        Ok(()) => Ok(true),
        Err(error) if error.is_conflict() || error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes the inventory where it says something new; an inventory of nothing is deleted.
pub(super) async fn write_if_changed(run: &Run<'_>) -> Result<(), Error> {
    let order = run.order;
    let inventory = locked(run).clone();
    let address = inventory_address(&inventory.stack, order.state_namespace);
    let owns = inventory.ephemeral && !inventory.namespaces.is_empty();
    let empty = inventory.releases.is_empty() && !owns;
    match &inventory.version {
        Some((_, uid)) if empty => {
            let how = Delete { uid: Some(uid), ..Delete::default() };
            run.client.delete(&address, how).await?;
            locked(run).version = None;
            return Ok(());
        }
        None if empty => return Ok(()),
        _ => {}
    }
    let before = order.plan.inventory.as_ref();
    let same = before.is_some_and(|before| {
        before.version == inventory.version
            && before.digest() == inventory.digest()
            && before.expires == inventory.expires
    });
    if same {
        return Ok(());
    }
    write(run, &inventory).await
}

async fn write(run: &Run<'_>, inventory: &Inventory) -> Result<(), Error> {
    let address = inventory_address(&inventory.stack, run.order.state_namespace);
    let body = inventory.write(run.order.state_namespace);
    let written = match inventory.version {
        Some(_) => records::replace(&run.client, &address, &body).await?,
        None => create(&run.client, &address, &body).await?,
    };
    locked(run).version = version(&written);
    Ok(())
}

async fn create(client: &Client, address: &Address, body: &Tree) -> Result<Tree, Error> {
    let how = Write { dry_run: false, manager: MANAGER };
    match client.create(address, &json(body), how).await? {
        Creation::Done(tree) => Ok(tree),
        // Our own, from an attempt whose answer was lost.
        Creation::Uncertain => Ok(client.get(&address.path()).await?.unwrap_or_default()),
    }
}

/// Gives an ephemeral stack that has nothing to change its new time to live.
pub async fn renew(
    client: &Client,
    inventory: &Inventory,
    state_namespace: &str,
    expires: String,
) -> Result<(), Error> {
    let renewed = Inventory { expires: Some(expires), ..inventory.clone() };
    let address = inventory_address(&renewed.stack, state_namespace);
    let body = renewed.write(state_namespace);
    records::replace(&client.writer(), &address, &body).await.map(drop)
}

fn version(secret: &Tree) -> Option<(String, String)> {
    let metadata = |key: &str| secret.get("metadata")?.get(key)?.as_str().map(str::to_owned);
    metadata("resourceVersion").zip(metadata("uid"))
}

fn sort(releases: &mut [ReleaseRecord]) {
    releases.sort_by(|a, b| (a.wave, &a.id, &a.key).cmp(&(b.wave, &b.id, &b.key)));
}

pub(super) fn locked<'a>(run: &'a Run<'_>) -> MutexGuard<'a, Inventory> {
    run.inventory.lock().expect("nothing panics while it is held")
}

/// Labels of what belongs to the stack.
pub(super) fn label(order: &Order<'_>) -> String {
    inventory::label(&order.plan.stack)
}

#[cfg(test)]
mod tests;
