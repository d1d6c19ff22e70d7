//! The stacks of a workspace that a cluster knows, found by the labels of their inventories.

use plan::live::{Inventory, inventory};
use source::Tree;
use stack::{EnvironmentName, Namespace, WorkspaceName};

use super::core;
use crate::client::Pick;
use crate::{Connection, Error};

/// Every inventory of a workspace, or of one environment of it, with the namespace that it lies in. None of the namespaces
/// stands for all of them.
///
/// # Errors
/// Where Secrets may not be listed there, and where an inventory cannot be read.
pub async fn inventories(
    connection: &Connection,
    workspace: &WorkspaceName,
    environment: Option<&EnvironmentName>,
    namespace: Option<&Namespace>,
) -> Result<Vec<(Namespace, Inventory)>, Error> {
    let client = &connection.client;
    let labels = inventory::selector(workspace, environment);
    let pick = Pick { labels: &labels, ..Pick::default() };
    let place = core("secrets", namespace.map(Namespace::as_str), "");
    let secrets = client.list(&place.collection(), pick).await?;
    let mut found = Vec::new();
    for secret in &secrets.items {
        let text = |key: &str| secret.get("metadata")?.get(key).and_then(Tree::as_str);
        let namespace = text("namespace").unwrap_or_default();
        let unreadable = |reason| Error::State {
            place: client.place().clone(),
            object: format!("Secret {namespace}/{}", text("name").unwrap_or_default()),
            reason,
        };
        let inventory = Inventory::read(secret).map_err(unreadable)?;
        // Labels of long names are shortened, so that they may be another's.
        let is_ours = inventory.stack.workspace == *workspace
            && environment.is_none_or(|environment| inventory.stack.environment == *environment);
        let place = Namespace::new(namespace).map_err(|error| unreadable(error.to_string()))?;
        if is_ours {
            found.push((place, inventory));
        }
    }
    found.sort_by_key(|(_, inventory)| inventory.stack.to_string());
    Ok(found)
}
