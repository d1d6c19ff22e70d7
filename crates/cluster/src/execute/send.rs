//! The requests of one object, with what the plan expects to find.

use std::time::Duration;

use plan::live::{Present, Request, normal};
use plan::{Address, ObjectId};
use source::Tree;
use tokio::time::Instant;

use super::{Fault, Run, SOON, gone, migrate};
use crate::client::{Apply, Client, Delete, Deletion, MANAGER};

/// Sends them in order. The answer is the object as it is now, unless it is gone.
pub(super) async fn requests(
    run: &Run<'_>,
    object: &ObjectId,
    requests: &[Request],
) -> Result<Option<Tree>, Fault> {
    let mut answer = None;
    for (position, request) in requests.iter().enumerate() {
        answer = match request {
            Request::Migrate { address } => {
                migrate::fields(&run.client, address)
                    .await
                    .map_err(|error| Fault::of(object, error))?;
                None
            }
            Request::Apply { address, body, force, expect, .. } => {
                expected(&run.client, object, address, expect).await?;
                Some(apply(&run.client, object, address, body, *force).await?)
            }
            Request::Delete { address, uid } => {
                delete(run, object, address, uid).await?;
                // Another one takes its name.
                if position + 1 < requests.len() {
                    let deleted = vec![(object.clone(), address.clone(), uid.clone())];
                    gone::wait_for(run, deleted, Instant::now() + SOON, &|_| {}).await?;
                }
                None
            }
        };
    }
    Ok(answer)
}

/// The plan saw nothing there, or this very object.
async fn expected(
    client: &Client,
    object: &ObjectId,
    address: &Address,
    expect: &Present,
) -> Result<(), Fault> {
    let live = client.get(&address.path()).await.map_err(|error| Fault::of(object, error))?;
    let stale = |what| Err(Fault::Stale { object: object.clone(), what });
    match (live.as_ref().and_then(normal::uid), expect) {
        (None, Present::Absent) => Ok(()),
        (Some(found), Present::Uid(uid)) if found == uid => Ok(()),
        (Some(_), Present::Absent) => stale("was created by somebody else"),
        (Some(_), Present::Uid(_)) => stale("was replaced by another object of its name"),
        // Somebody deleted it; the apply brings it back.
        (None, Present::Uid(_)) => Ok(()),
    }
}

pub(super) async fn apply(
    client: &Client,
    object: &ObjectId,
    address: &Address,
    body: &str,
    force: bool,
) -> Result<Tree, Fault> {
    let how = Apply { dry_run: false, force, manager: MANAGER, strict: true };
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        match client.apply(address, body, how).await {
            // A definition is established a moment before every server serves its kind.
            Err(error) if error.is_unserved() && Instant::now() < patience => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            answer => return answer.map_err(|error| Fault::of(object, error)),
        }
    }
}

/// Deletes just that object, in the background; it may take a while to go.
pub(super) async fn delete(
    run: &Run<'_>,
    object: &ObjectId,
    address: &Address,
    uid: &str,
) -> Result<Deletion, Fault> {
    let how = Delete { uid: Some(uid), ..Delete::default() };
    run.client.delete(address, how).await.map_err(|error| Fault::of(object, error))
}
