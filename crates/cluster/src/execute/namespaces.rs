//! Namespaces that a stack needs: created before anything else, deleted after everything else.

use futures_util::future::{join_all, try_join_all};
use plan::live::inventory::STACK;
use plan::live::normal::uid;
use plan::{Action, ObjectId};
use source::Tree;
use tokio::time::Instant;

use super::inventory::locked;
use super::{Fault, Order, Run, SOON, gone, inventory};
use crate::Error;
use crate::client::{Client, Creation, Delete, MANAGER, Pick, Write, map};
use crate::observe::{core, stack_of};

/// Creates the planned ones, as Helm does with the label `name` (`pkg/action/install.go`). Where one of them cannot be, the
/// others are in the inventory all the same.
pub(super) async fn create(run: &Run<'_>) -> Result<(), Error> {
    let order = run.order;
    let planned = planned(order).filter(|name| *name != order.state_namespace);
    let created = planned.map(async |name| (name, create_one(&run.client, order, name).await));
    let mut failed = None;
    for (name, created) in join_all(created).await {
        if !matches!(created, Ok(true)) {
            disown(run, name);
        }
        failed = failed.or(created.err());
    }
    let Some(error) = failed else { return Ok(()) };
    let made = locked(run).namespaces.clone();
    if order.ephemeral && !made.is_empty() {
        // What stopped the run is told first.
        inventory::claim(run, made).await.ok();
    }
    Err(error)
}

/// Whether the one that the lock and the inventory lie in comes with the plan.
pub(super) fn creates_state(order: &Order<'_>) -> bool {
    planned(order).any(|name| name == order.state_namespace)
}

/// Creates that one. False where somebody else was faster.
pub(super) async fn create_state(client: &Client, order: &Order<'_>) -> Result<bool, Error> {
    create_one(client, order, order.state_namespace).await
}

fn planned<'a>(order: &Order<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let created = order.plan.namespaces.iter().filter(|one| one.action == Action::Create);
    created.map(|one| one.name.as_str())
}

/// Whether the stack takes it away when it goes.
pub(super) fn goes_with_stack(order: &Order<'_>, name: &str) -> bool {
    order.ephemeral && !(order.state_is_apart && name == order.state_namespace)
}

/// It is somebody else's, and stays when the stack goes.
pub(super) fn disown(run: &Run<'_>, name: &str) {
    locked(run).namespaces.retain(|known| known != name);
}

/// False where somebody else was faster: it is there, and not ours to delete. One that goes with the stack says so from its
/// beginning, so that it is known again whatever ends the run.
async fn create_one(client: &Client, order: &Order<'_>, name: &str) -> Result<bool, Error> {
    let label = goes_with_stack(order, name).then(|| inventory::label(order));
    let stack = label.as_deref().map(|label| (STACK, label.into()));
    let labels = map([("name", name.into())].into_iter().chain(stack).collect());
    let body = map(vec![
        ("apiVersion", "v1".into()),
        ("kind", "Namespace".into()),
        ("metadata", map(vec![("name", name.into()), ("labels", labels)])),
    ]);
    let how = Write { dry_run: false, manager: MANAGER };
    let address = core("namespaces", None, name);
    match client.create(&address, &plan::live::wish::json(&body), how).await {
        Ok(Creation::Done(_)) => return Ok(true),
        Ok(Creation::Uncertain) => {}
        Err(error) if error.is_already_exists() => {}
        Err(error) => return Err(error),
    }
    let Some(label) = label else { return Ok(false) };
    // Another run of this stack, or an attempt of ours whose answer was lost.
    match client.get(&address.path()).await {
        Ok(live) => Ok(live.as_ref().and_then(stack_of) == Some(&label)),
        Err(error) if error.is_forbidden() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Deletes the planned ones, unless a release of somebody else or another stack lives there, and waits until they are gone.
/// What stays afterwards stands in the inventory.
pub(super) async fn delete(run: &Run<'_>) -> Result<(), Fault> {
    let planned = run.order.plan.namespaces.iter();
    let deleted = planned
        .filter(|namespace| namespace.action == Action::Delete)
        .map(|namespace| delete_one(run, &namespace.name));
    let gone: Vec<String> = try_join_all(deleted).await?.into_iter().flatten().collect();
    if gone.is_empty() {
        return Ok(());
    }
    {
        let mut inventory = locked(run);
        inventory.namespaces.retain(|known| !gone.contains(known));
        // The inventory went with its namespace.
        if gone.iter().any(|name| name == run.order.state_namespace) {
            inventory.version = None;
            inventory.namespaces.clear();
        }
    }
    Ok(inventory::write_if_changed(run).await?)
}

async fn delete_one(run: &Run<'_>, name: &str) -> Result<Option<String>, Fault> {
    let address = core("namespaces", None, name);
    let Some(namespace) = run.client.get(&address.path()).await? else {
        return Ok(Some(name.to_owned()));
    };
    if is_used(run, name).await? {
        return Ok(None);
    }
    let Some(uid) = uid(&namespace) else { return Ok(None) };
    run.client.delete(&address, Delete { uid: Some(uid), ..Delete::default() }).await?;
    let id = ObjectId {
        group: String::new(),
        kind: "Namespace".to_owned(),
        namespace: None,
        name: name.to_owned(),
    };
    let deadline = Instant::now() + SOON * 5;
    gone::wait_for(run, vec![(id, address, uid.to_owned())], deadline, &|_| {}).await?;
    Ok(Some(name.to_owned()))
}

/// Whether a Helm release, or the inventory of another stack, is still there.
async fn is_used(run: &Run<'_>, namespace: &str) -> Result<bool, Error> {
    let collection = core("secrets", Some(namespace), "").collection();
    let pick = |labels| Pick { labels, metadata_only: true, ..Pick::default() };
    let helm = run.client.list(&collection, pick("owner=helm")).await?;
    let stacks = run.client.list(&collection, pick("regatta/component=inventory")).await?;
    let own = plan::live::inventory::name(&run.order.plan.stack);
    let other = |secret: &Tree| {
        let name = secret.get("metadata").and_then(|metadata| metadata.get("name"));
        name.and_then(Tree::as_str) != Some(&own)
    };
    Ok(!helm.items.is_empty() || stacks.items.iter().any(other))
}
