//! What a cluster serves: two requests where it tells everything at once, else one per version.

mod read;

use std::collections::{BTreeMap, BTreeSet};

use plan::{Api, Apis};
use source::Tree;

use crate::client::Client;
use crate::error::Error;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The preferred version of each kind first. Subresources are left out.
    pub apis: Apis,
    /// What a chart's `.Capabilities.APIVersions` holds: `apps/v1` and `apps/v1/Deployment`, the kinds of subresources
    /// included (Helm pkg/action/action.go, `GetVersionSet`).
    pub api_versions: BTreeSet<String>,
    /// `metrics.k8s.io/v1beta1`: what an extension should serve and now does not. Its kinds are unknown.
    pub unavailable: BTreeSet<String>,
    subresources: BTreeMap<(String, String, String), BTreeSet<String>>,
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
    application/json";

impl Discovery {
    /// `status`, `scale`, …
    pub fn has_subresource(&self, api: &Api, subresource: &str) -> bool {
        let key = (api.group.clone(), api.version.clone(), api.plural.clone());
        self.subresources.get(&key).is_some_and(|known| known.contains(subresource))
    }
}

/// # Errors
/// Where the server does not tell. A group that is unavailable is no error.
pub async fn discover(client: &Client) -> Result<Discovery, Error> {
    let core = client.get_as("/api", AGGREGATED);
    let groups = client.get_as("/apis", AGGREGATED);
    let (core, groups) = tokio::try_join!(core, groups)?;
    let mut discovery = Discovery::default();
    for (answer, base) in [(core, "/api"), (groups, "/apis")] {
        match answer.get("kind").and_then(Tree::as_str) {
            Some("APIGroupDiscoveryList") => read::aggregated(&answer, &mut discovery),
            _ => one_by_one(client, &answer, base, &mut discovery).await?,
        }
    }
    Ok(discovery)
}

/// The way of servers before 1.27, and of those behind a proxy that drops the header.
async fn one_by_one(
    client: &Client,
    answer: &Tree,
    base: &str,
    discovery: &mut Discovery,
) -> Result<(), Error> {
    let versions = read::group_versions(answer);
    let mut asked = tokio::task::JoinSet::new();
    for (order, version) in versions.iter().enumerate() {
        let (client, path) = (client.clone(), format!("{base}/{version}"));
        asked.spawn(async move { (order, client.get(&path).await) });
    }
    let mut answers = BTreeMap::new();
    while let Some(answer) = asked.join_next().await {
        let (order, answer) = answer.expect("requests do not panic and nobody cancels them");
        answers.insert(order, answer);
    }
    for (version, answer) in versions.iter().zip(answers.into_values()) {
        match answer {
            Ok(Some(resources)) => read::resources(version, &resources, discovery),
            Ok(None) => {
                discovery.unavailable.insert(version.clone());
            }
            Err(error) if error.status().is_some_and(|status| status.code >= 500) => {
                discovery.unavailable.insert(version.clone());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
