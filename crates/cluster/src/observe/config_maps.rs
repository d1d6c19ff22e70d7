//! Releases whose records Helm keeps in ConfigMaps (`HELM_DRIVER=configmap`). They are looked for only where a release would be
//! installed for the first time, so that nothing is installed over them.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use plan::ReleaseKey;
use plan::live::{Cluster, NamespaceState};
use plan::record::{History, Revision, Status};
use stack::{Namespace, ReleaseName};

use super::core;
use crate::Error;
use crate::client::{Client, Pick};

/// The newest record of each release that has none in Secrets. Who may not list ConfigMaps is not told.
pub(super) async fn newest(
    client: &Client,
    cluster: &Cluster,
) -> Result<BTreeMap<ReleaseKey, String>, Error> {
    let is_there = |namespace: &Namespace| {
        cluster.namespaces.get(namespace.as_str()) != Some(&NamespaceState::Missing)
    };
    let mut namespaces: BTreeMap<&Namespace, Vec<&ReleaseKey>> = BTreeMap::new();
    for (key, recorded) in &cluster.recorded {
        if recorded.history.last().is_none() && is_there(&key.namespace) {
            namespaces.entry(&key.namespace).or_default().push(key);
        }
    }
    let lists = namespaces.into_iter().map(async |(namespace, keys)| {
        let mut found = of(client, namespace).await?;
        let found =
            keys.into_iter().filter_map(|key| Some((key.clone(), found.remove(&key.name)?)));
        Ok::<_, Error>(found.collect::<Vec<_>>())
    });
    Ok(try_join_all(lists).await?.into_iter().flatten().collect())
}

async fn of(
    client: &Client,
    namespace: &Namespace,
) -> Result<BTreeMap<ReleaseName, String>, Error> {
    let collection = core("configmaps", Some(namespace.as_str()), "").collection();
    let pick = Pick { labels: "owner=helm", metadata_only: true, ..Pick::default() };
    let items = match client.list(&collection, pick).await {
        Ok(list) => list.items,
        Err(error) if error.is_forbidden() => Vec::new(),
        Err(error) => return Err(error),
    };
    // They are named and labelled as the Secrets are.
    let mut revisions: BTreeMap<_, Vec<Revision>> = BTreeMap::new();
    for revision in items.iter().filter_map(|item| Revision::read(item).ok()) {
        revisions.entry(revision.release.clone()).or_default().push(revision);
    }
    let newest = revisions.into_iter().filter_map(|(name, revisions)| {
        let history = History::new(revisions);
        let last = history.last().filter(|last| last.status != Status::Uninstalled)?;
        Some((name, last.key.clone()))
    });
    Ok(newest.collect())
}
