//! Waiting until what was deleted is gone.

use plan::{Address, ObjectId};
use tokio::time::Instant;

use super::{Fault, Run};
use crate::wait::{self, Deleted};

/// Objects by their address and uid: another one of the same name is not waited for.
pub(super) async fn wait_for(
    run: &Run<'_>,
    objects: Vec<(ObjectId, Address, String)>,
    deadline: Instant,
    tell: &(dyn Fn(wait::Progress) + Sync),
) -> Result<(), Fault> {
    if objects.is_empty() {
        return Ok(());
    }
    let deleted = objects.into_iter().map(|(id, address, uid)| Deleted {
        id,
        address,
        uid: Some(uid),
        version: None,
    });
    let deleted: Vec<Deleted> = deleted.collect();
    let stop = run.order.stop.clone();
    wait::until_gone(&run.hub, &deleted, deadline, stop, tell).await.map_err(Fault::not_gone)
}
