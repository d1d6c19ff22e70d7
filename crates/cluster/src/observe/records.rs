//! Helm's records: one list of their labels for each namespace, and the few records that say what is in place.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use plan::ReleaseKey;
use plan::live::Recorded;
use plan::record::{self, History, Record, Revision};
use stack::{Namespace, ReleaseName};

use super::core;
use crate::Error;
use crate::client::{Client, Pick};

/// What is recorded of each release; nothing for one that was never installed.
pub(super) async fn of(
    client: &Client,
    keys: BTreeSet<ReleaseKey>,
) -> Result<BTreeMap<ReleaseKey, Recorded>, Error> {
    let mut namespaces: BTreeMap<Namespace, Vec<ReleaseKey>> = BTreeMap::new();
    for key in keys {
        namespaces.entry(key.namespace.clone()).or_default().push(key);
    }
    let lists = namespaces.into_iter().map(async |(namespace, keys)| {
        let mut revisions = revisions(client, &namespace).await?;
        let releases = keys.into_iter().map(|key| {
            let history = History::new(revisions.remove(&key.name).unwrap_or_default());
            release(client, key, history)
        });
        try_join_all(releases).await
    });
    Ok(try_join_all(lists).await?.into_iter().flatten().collect())
}

async fn revisions(
    client: &Client,
    namespace: &Namespace,
) -> Result<BTreeMap<ReleaseName, Vec<Revision>>, Error> {
    let collection = core("secrets", Some(namespace.as_str()), "").collection();
    let pick = Pick { labels: "owner=helm", metadata_only: true, ..Pick::default() };
    let mut revisions: BTreeMap<ReleaseName, Vec<Revision>> = BTreeMap::new();
    for item in client.list(&collection, pick).await?.items {
        // A Secret that only looks like a record is nobody's release.
        if let Ok(revision) = Revision::read(&item) {
            revisions.entry(revision.release.clone()).or_default().push(revision);
        }
    }
    Ok(revisions)
}

async fn release(
    client: &Client,
    key: ReleaseKey,
    history: History,
) -> Result<(ReleaseKey, Recorded), Error> {
    let in_place = history.in_place().iter().map(|revision| read(client, &key, revision));
    let in_place = try_join_all(in_place).await?.into_iter().flatten().collect();
    Ok((key, Recorded { history, in_place }))
}

/// One record, whole; none where it went between the list and now.
pub(crate) async fn read(
    client: &Client,
    key: &ReleaseKey,
    revision: &Revision,
) -> Result<Option<Record>, Error> {
    let address = core("secrets", Some(key.namespace.as_str()), &revision.key);
    let Some(secret) = client.get(&address.path()).await? else { return Ok(None) };
    record::decode(&secret).map(Some).map_err(|unreadable| Error::State {
        place: client.place().clone(),
        object: unreadable.object,
        reason: unreadable.reason,
    })
}
