//! Helm's records: for each namespace a list of all their labels beside one of the deployed records, whole; what that does not
//! show as the labels do is read by itself.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{try_join, try_join_all};
use plan::ReleaseKey;
use plan::live::Recorded;
use plan::record::{self, History, Record, Revision};
use source::Tree;
use stack::{Namespace, ReleaseName};

use super::{core, name_of};
use crate::Error;
use crate::client::{Client, List, Part, Pick};

/// How many releases a list names at the most: their names stand in its URL.
const NAMED: usize = 50;
/// How many whole records are asked for at once. Each may have 1 MiB, though few have a tenth of it.
const WHOLE: usize = 20;

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
        let whole = async { Ok(deployed(client, &namespace, &keys).await) };
        let (mut known, mut deployed) = try_join(revisions(client, &namespace), whole).await?;
        // One that was written between both lists is not the one that its labels told of.
        deployed.retain(|name, secret| known.versions.get(name) == version(secret).as_ref());
        let releases = keys.into_iter().map(|key| {
            let history = History::new(known.revisions.remove(&key.name).unwrap_or_default());
            release(client, key, history, &deployed)
        });
        try_join_all(releases).await
    });
    Ok(try_join_all(looks).await?.into_iter().flatten().collect())
}

/// What the labels tell.
#[derive(Default)]
struct Known {
    revisions: BTreeMap<ReleaseName, Vec<Revision>>,
    /// The `resourceVersion` of each Secret.
    versions: BTreeMap<String, String>,
}

async fn revisions(client: &Client, namespace: &Namespace) -> Result<Known, Error> {
    let collection = core("secrets", Some(namespace.as_str()), "").collection();
    let pick = Pick { labels: "owner=helm", metadata_only: true, ..Pick::default() };
    let mut known = Known::default();
    for item in client.list(&collection, pick).await?.items {
        // A Secret that only looks like a record is nobody's release.
        let Ok(revision) = Revision::read(&item) else { continue };
        known.versions.extend(version(&item).map(|version| (revision.key.clone(), version)));
        known.revisions.entry(revision.release.clone()).or_default().push(revision);
    }
    Ok(known)
}

fn version(secret: &Tree) -> Option<String> {
    secret.get("metadata")?.get("resourceVersion")?.as_str().map(str::to_owned)
}

/// The records that say they are deployed, by the names of their Secrets: mostly the only ones that are needed whole. The list
/// ends early where it fails, or where others have too many there.
async fn deployed(
    client: &Client,
    namespace: &Namespace,
    keys: &[ReleaseKey],
) -> BTreeMap<String, Tree> {
    let collection = core("secrets", Some(namespace.as_str()), "").collection();
    let names: BTreeSet<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    let mut labels = "owner=helm,status=deployed".to_owned();
    if names.len() <= NAMED {
        let names: Vec<&str> = names.iter().copied().collect();
        labels = format!("{labels},name in ({})", names.join(","));
    }
    let pick = Pick { labels: &labels, ..Pick::default() };
    let (mut found, mut token, mut looked_through) = (BTreeMap::new(), String::new(), 0);
    while looked_through < names.len() * 2 + WHOLE {
        let mut list = List::default();
        let part = Part { limit: Some(WHOLE), token: &token };
        // What is wrong with it is told by the labels' list, or by the records one by one.
        let Ok(next) = client.part(&collection, pick, part, &mut list).await else { break };
        looked_through += list.items.len();
        let ours = list.items.into_iter().filter(|secret| {
            let release = Revision::read(secret).map(|revision| revision.release);
            release.is_ok_and(|release| names.contains(release.as_str()))
        });
        found.extend(ours.map(|secret| (name_of(&secret).to_owned(), secret)));
        if next.is_empty() {
            break;
        }
        token = next;
    }
    found
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
