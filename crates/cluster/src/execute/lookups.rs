//! What templates looked up, asked once more before the first write: a plan may have waited long for its yes, and for the lock.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use plan::{Apis, Lookup};
use stack::ReleaseId;

use super::Order;
use crate::Error;
use crate::client::Client;

/// Says which answer is another one now. Deferred releases ask again themselves. `made` is a namespace of the plan's own that is
/// there by now: it and what comes with it is no change.
pub(super) async fn changed(
    order: &Order<'_>,
    made: Option<&str>,
) -> Result<Option<String>, Error> {
    let apis = &order.connection.discovery.apis;
    let releases =
        order.plan.releases().filter(|release| release.has_work() && !release.is_deferred());
    let mut asked: BTreeMap<String, (&ReleaseId, &Lookup)> = BTreeMap::new();
    for release in releases {
        for lookup in release.lookups.iter().filter(|lookup| !is_about(lookup, made)) {
            if let Some(path) = path(lookup, apis) {
                asked.entry(path).or_insert((&release.id, lookup));
            }
        }
    }
    let client = &order.connection.client;
    let answers = asked.into_iter().map(|(path, (release, lookup))| async move {
        let is_stale = is_stale(client, &path, lookup).await?;
        Ok::<_, Error>(is_stale.then(|| told(release, lookup)))
    });
    Ok(try_join_all(answers).await?.into_iter().flatten().next())
}

fn is_about(lookup: &Lookup, made: Option<&str>) -> bool {
    let is_namespace = lookup.api_version == "v1" && lookup.kind == "Namespace";
    let about = if is_namespace { &lookup.name } else { &lookup.namespace };
    made.is_some() && about.as_deref() == made
}

/// Of a single object whose kind was there when the plan was made.
fn path(lookup: &Lookup, apis: &Apis) -> Option<String> {
    let name = lookup.name.as_deref()?;
    let (group, version) = lookup.api_version.split_once('/').unwrap_or(("", &lookup.api_version));
    let api = apis.find(group, version, &lookup.kind)?;
    let mut address = api.address(lookup.namespace.as_deref().unwrap_or_default(), name);
    if lookup.namespace.is_none() {
        address.namespace = None;
    }
    Some(address.path())
}

async fn is_stale(client: &Client, path: &str, lookup: &Lookup) -> Result<bool, Error> {
    match client.get(path).await {
        Ok(live) => Ok(lookup.is_stale(live.as_ref())),
        // Who may not look any more has to go by what was seen.
        Err(error) if error.is_forbidden() => Ok(false),
        Err(error) => Err(error),
    }
}

fn told(release: &ReleaseId, lookup: &Lookup) -> String {
    let name = lookup.name.as_deref().unwrap_or_default();
    let place = lookup.namespace.as_ref().map(|it| format!(" in `{it}`")).unwrap_or_default();
    format!(
        "`{release}` looks up `{}/{name}`{place}, which changed since this plan was made",
        lookup.kind
    )
}
