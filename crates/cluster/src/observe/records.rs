//! Helm's records: for each namespace a list of all their labels beside one of the deployed records, whole, and each other record
//! that says what is in place.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join_all};
use plan::ReleaseKey;
use plan::live::Recorded;
use plan::record::{self, History, Record, Revision};
use source::Tree;
use stack::{Namespace, ReleaseName};

use super::{core, name_of};
use crate::Error;
use crate::client::{Client, Pick};

/// How many releases one list names: their names stand in its URL.
const NAMED: usize = 50;

/// What is recorded of each release; nothing for one that was never installed.
pub(super) async fn of(
    client: &Client,
    keys: BTreeSet<ReleaseKey>,
) -> Result<BTreeMap<ReleaseKey, Recorded>, Error> {
    let mut namespaces: BTreeMap<Namespace, Vec<ReleaseKey>> = BTreeMap::new();
    for key in keys {
        namespaces.entry(key.namespace.clone()).or_default().push(key);
    }
    let looks = namespaces.into_iter().map(async |(namespace, keys)| {
        let (mut revisions, deployed) =
            try_join(revisions(client, &namespace), deployed(client, &namespace, &keys)).await?;
        let releases = keys.into_iter().map(|key| {
            let history = History::new(revisions.remove(&key.name).unwrap_or_default());
            release(client, key, history, &deployed)
        });
        try_join_all(releases).await
    });
    Ok(try_join_all(looks).await?.into_iter().flatten().collect())
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

/// The records that say they are deployed, by the names of their Secrets: mostly the only ones that are needed whole.
async fn deployed(
    client: &Client,
    namespace: &Namespace,
    keys: &[ReleaseKey],
) -> Result<BTreeMap<String, Tree>, Error> {
    let collection = core("secrets", Some(namespace.as_str()), "").collection();
    let lists = keys.chunks(NAMED).map(async |keys| {
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        let labels = format!("owner=helm,status=deployed,name in ({})", names.join(","));
        client.list(&collection, Pick { labels: &labels, ..Pick::default() }).await
    });
    let secrets = try_join_all(lists).await?.into_iter().flat_map(|list| list.items);
    Ok(secrets.map(|secret| (name_of(&secret).to_owned(), secret)).collect())
}

async fn release(
    client: &Client,
    key: ReleaseKey,
    history: History,
    deployed: &BTreeMap<String, Tree>,
) -> Result<(ReleaseKey, Recorded), Error> {
    let in_place =
        history.in_place().iter().map(async |revision| match deployed.get(&revision.key) {
            Some(secret) => decode(client, secret).map(Some),
            None => read(client, &key, revision).await,
        });
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
    match client.get(&address.path()).await? {
        Some(secret) => decode(client, &secret).map(Some),
        None => Ok(None),
    }
}

/// # Errors
/// Where a Secret with Helm's labels is no record.
pub(super) fn decode(client: &Client, secret: &Tree) -> Result<Record, Error> {
    record::decode(secret).map_err(|unreadable| Error::State {
        place: client.place().clone(),
        object: unreadable.object,
        reason: unreadable.reason,
    })
}
