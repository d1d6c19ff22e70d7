//! What is recorded and what lives in a cluster, asked side by side; nothing is changed and nothing is decided.

mod config_maps;
mod elsewhere;
mod history;
mod inventories;
mod lists;
mod objects;
pub(crate) mod records;

use std::collections::BTreeSet;

pub use elsewhere::is_nowhere_else;
use futures_util::future::{join, try_join_all};
pub use history::history;
pub use inventories::inventories;
use plan::live::{Cluster, Inventory, NamespaceState, Policy, Target, inventory, targets};
use plan::{Address, ReleaseKey};
use source::Tree;
use stack::StackId;

use crate::client::Client;
use crate::{Connection, Error};

/// The stack's inventory and Helm's records of its releases: those in the inventory, and `desired`.
pub async fn recorded(
    connection: &Connection,
    stack: &StackId,
    state_namespace: &str,
    desired: &[ReleaseKey],
) -> Result<Cluster, Error> {
    let client = &connection.client;
    let desired: BTreeSet<ReleaseKey> = desired.iter().cloned().collect();
    let inventory = read_inventory(client, stack, state_namespace);
    // Where neither may be read, it is the inventory that is told of, whichever answer comes first.
    let (inventory, recorded) = join(inventory, records::of(client, desired.clone())).await;
    let (inventory, mut recorded) = (inventory?, recorded?);
    let known = inventory.iter().flat_map(|inventory| &inventory.releases);
    let known: BTreeSet<ReleaseKey> = known.map(|record| record.key.clone()).collect();
    recorded.extend(records::of(client, &known - &desired).await?);
    Ok(Cluster {
        name: connection.place.to_string(),
        state_namespace: state_namespace.to_owned(),
        apis: connection.discovery.apis.clone(),
        inventory,
        recorded,
        ..Cluster::default()
    })
}

/// Looks at every target: what lives there, and what an apply would make of it.
pub async fn look(
    connection: &Connection,
    cluster: &mut Cluster,
    wanted: Vec<Target>,
    policy: Policy,
) -> Result<(), Error> {
    let client = &connection.client;
    let mut names = targets::namespaces(&wanted);
    names.insert(cluster.state_namespace.clone());
    for (name, namespace) in namespaces(client, names).await? {
        if let Some(label) = namespace.as_ref().and_then(stack_of) {
            cluster.namespaces_of_stacks.insert(name.clone(), label.to_owned());
        }
        cluster.namespaces.insert(name, state(namespace.as_ref()));
    }
    cluster.in_config_maps = config_maps::newest(client, cluster).await?;
    cluster.objects = objects::look(client, wanted, &cluster.namespaces, policy).await?;
    let warnings = client.take_warnings();
    cluster.warnings = warnings
        .into_iter()
        .map(|warning| format!("{}: {}", warning.subject, warning.text))
        .collect();
    Ok(())
}

/// The Secret that keeps a stack's inventory.
pub fn inventory_address(stack: &StackId, state_namespace: &str) -> Address {
    core("secrets", Some(state_namespace), &inventory::name(stack))
}

/// An object of the core group.
pub(crate) fn core(plural: &str, namespace: Option<&str>, name: &str) -> Address {
    Address {
        group: String::new(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    }
}

fn name_of(object: &Tree) -> &str {
    let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
    name.and_then(Tree::as_str).unwrap_or_default()
}

async fn read_inventory(
    client: &Client,
    stack: &StackId,
    state_namespace: &str,
) -> Result<Option<Inventory>, Error> {
    let address = inventory_address(stack, state_namespace);
    let Some(secret) = client.get(&address.path()).await? else { return Ok(None) };
    let unreadable = |reason| Error::State {
        place: client.place().clone(),
        object: format!("Secret {state_namespace}/{}", address.name),
        reason,
    };
    Inventory::read(&secret).map(Some).map_err(unreadable)
}

/// The label of the ephemeral stack that made a namespace and takes it away.
pub(crate) fn stack_of(namespace: &Tree) -> Option<&str> {
    namespace.get("metadata")?.get("labels")?.get(inventory::STACK)?.as_str()
}

async fn namespaces(
    client: &Client,
    names: BTreeSet<String>,
) -> Result<Vec<(String, Option<Tree>)>, Error> {
    let looks = names.into_iter().map(async |name| {
        let namespace = client.get(&core("namespaces", None, &name).path()).await;
        match namespace {
            Ok(namespace) => Ok((name, namespace)),
            // Who may work inside a namespace need not be allowed to look at it from outside.
            Err(error) if error.is_forbidden() => Ok((name, Some(Tree::default()))),
            Err(error) => Err(error),
        }
    });
    try_join_all(looks).await
}

fn state(namespace: Option<&Tree>) -> NamespaceState {
    match namespace {
        None => NamespaceState::Missing,
        Some(namespace) if plan::live::normal::is_terminating(namespace) => {
            NamespaceState::Terminating
        }
        Some(_) => NamespaceState::Active,
    }
}
