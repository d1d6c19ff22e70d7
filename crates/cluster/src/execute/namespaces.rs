//! Namespaces that a stack needs: created before anything else, deleted after everything else.

use futures_util::future::try_join_all;
use plan::live::normal::uid;
use plan::{Action, ObjectId};
use source::Tree;
use tokio::time::Instant;

use super::inventory::locked;
use super::{Fault, Order, Run, SOON, gone, inventory};
use crate::Error;
use crate::client::{Client, Creation, Delete, MANAGER, Pick, Write, map};
use crate::observe::core;

/// Creates the planned ones, as Helm does with the label `name` (`pkg/action/install.go`).
pub(super) async fn create(run: &Run<'_>) -> Result<(), Error> {
    let planned = run.order.plan.namespaces.iter();
    let created = planned
        .filter(|namespace| namespace.action == Action::Create)
        .map(|namespace| create_one(run, &namespace.name));
    try_join_all(created).await?;
    Ok(())
}

/// The one that the lock and the inventory lie in, first of all. False where it was to be created and somebody else was faster.
pub(super) async fn create_state(client: &Client, order: &Order<'_>) -> Result<bool, Error> {
    let mut planned = order.plan.namespaces.iter();
    let name = order.state_namespace;
    match planned.any(|one| one.action == Action::Create && one.name == name) {
        true => create_named(client, name).await,
        false => Ok(true),
    }
}

async fn create_one(run: &Run<'_>, name: &str) -> Result<(), Error> {
    if name == run.order.state_namespace {
        return Ok(());
    }
    if !create_named(&run.client, name).await? {
        disown(run, name);
    }
    Ok(())
}

/// It is somebody else's, and stays when the stack goes.
pub(super) fn disown(run: &Run<'_>, name: &str) {
    locked(run).namespaces.retain(|known| known != name);
}

/// False where somebody else was faster: it is there, and not ours to delete.
async fn create_named(client: &Client, name: &str) -> Result<bool, Error> {
    let labels = map(vec![("name", name.into())]);
    let body = map(vec![
        ("apiVersion", "v1".into()),
        ("kind", "Namespace".into()),
        ("metadata", map(vec![("name", name.into()), ("labels", labels)])),
    ]);
    let how = Write { dry_run: false, manager: MANAGER };
    let address = core("namespaces", None, name);
    match client.create(&address, &plan::live::wish::json(&body), how).await {
        Ok(Creation::Done(_) | Creation::Uncertain) => Ok(true),
        Err(error) if error.is_already_exists() => Ok(false),
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
