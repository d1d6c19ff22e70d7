//! The stack's lock around a run: taken before the first write, and the plan's ground looked at once more under it.

use plan::Address;
use plan::ReleaseKey;
use plan::live::inventory;

use super::inventory::locked;
use super::{Order, Run};
use crate::lease::{self, Held, Lock, Pace};
use crate::{Error, observe};

/// The Lease of a stack; it lies beside the inventory and has its name.
pub fn address(stack: &stack::StackId, state_namespace: &str) -> Address {
    Address {
        group: "coordination.k8s.io".to_owned(),
        version: "v1".to_owned(),
        plural: "leases".to_owned(),
        namespace: Some(state_namespace.to_owned()),
        name: inventory::name(stack),
    }
}

/// Takes the lock, waiting for another run as long as the order says.
pub(super) async fn take(order: &Order<'_>) -> Result<Held, Error> {
    let client = order.connection.client.writer();
    let stack = &order.plan.stack;
    let lock = Lock {
        address: address(stack, order.state_namespace),
        labels: inventory::labels(stack),
        holder: order.holder.clone(),
        patience: order.patience,
        pace: Pace::default(),
    };
    lease::acquire(&client, &lock, order.is_dead, |waiting| (order.on_wait)(waiting)).await
}

/// Whether inventory and records still are what the plan was made from, or what this run wrote. Another one may have come in
/// between.
pub(super) async fn is_fresh(run: &Run<'_>) -> Result<bool, Error> {
    let order = run.order;
    let plan = order.plan;
    let keys: Vec<ReleaseKey> = plan
        .releases()
        .filter(|release| release.has_work())
        .map(|release| release.key.clone())
        .collect();
    let now =
        observe::recorded(order.connection, &plan.stack, order.state_namespace, &keys).await?;
    let version = now.inventory.and_then(|inventory| inventory.version);
    let same_records = plan.releases().all(|release| {
        let planned = release.deploy.as_ref().map(|deploy| &deploy.recorded.history);
        let found = now.recorded.get(&release.key).map(|recorded| &recorded.history);
        !release.has_work() || planned.is_none() || planned == found
    });
    Ok(same_records && version == locked(run).version)
}
