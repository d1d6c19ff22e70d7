//! A stack without an inventory at its place may have one at another: the manifest named another namespace when it was applied.

use plan::live::Cluster;
use stack::StackId;

use super::{inventories, read_inventory};
use crate::{Connection, Error};

/// Looks for the inventory where it may have been before: in the environment's namespace, and, if secrets may be listed there,
/// in all others. `always` is for who knows nothing of releases: otherwise all namespaces are only asked where a release is
/// installed already.
///
/// # Errors
/// `Error::StateElsewhere` where it is: going on without it would lose all that it knows.
pub async fn is_nowhere_else(
    connection: &Connection,
    stack: &StackId,
    environment_namespace: &str,
    recorded: &Cluster,
    always: bool,
) -> Result<(), Error> {
    if recorded.inventory.is_some() {
        return Ok(());
    }
    let expected = &recorded.state_namespace;
    let elsewhere = |found: String| Error::StateElsewhere {
        stack: stack.clone(),
        found,
        expected: expected.clone(),
    };
    if environment_namespace != expected {
        match read_inventory(&connection.client, stack, environment_namespace).await {
            Ok(Some(_)) => return Err(elsewhere(environment_namespace.to_owned())),
            Err(error) if !error.is_forbidden() => return Err(error),
            Ok(None) | Err(_) => {}
        }
    }
    let is_installed = recorded.recorded.values().any(|one| !one.in_place.is_empty());
    if !always && !is_installed {
        return Ok(());
    }
    match inventories(connection, &stack.workspace, Some(&stack.environment), None).await {
        Ok(found) => match found.into_iter().find(|(_, one)| one.stack == *stack) {
            Some((namespace, _)) => Err(elsewhere(namespace.to_string())),
            None => Ok(()),
        },
        Err(error) if error.is_forbidden() => Ok(()),
        Err(error) => Err(error),
    }
}
