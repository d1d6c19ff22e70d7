//! The requests that a plan without changes cannot do without, over an open connection: the lists of records and objects, and
//! the dry run of each object's apply.

use std::path::Path;
use std::time::{Duration, Instant};

use cluster::{Access, Apply, Client, Limits, Pick};
use futures_util::future::{try_join, try_join_all};
use plan::Address;
use plan::live::listing;
use source::{Map, Node, Tree};
use stack::{Cluster, ClusterName};

const DRY: Apply<'static> = Apply { dry_run: true, force: false, manager: "helm", strict: true };

const RESOURCES: [(&str, &str, &str); 4] = [
    ("", "configmaps", "ConfigMap"),
    ("", "secrets", "Secret"),
    ("", "services", "Service"),
    ("apps", "deployments", "Deployment"),
];

/// How long they take once the connection has been used.
pub(crate) fn requests(kubeconfig: &Path, namespace: &str) -> Result<Duration, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| format!("the system gives no threads: {error}"))?;
    runtime.block_on(measure(kubeconfig, namespace)).map_err(|error| error.to_string())
}

async fn measure(kubeconfig: &Path, namespace: &str) -> Result<Duration, cluster::Error> {
    let access = Access { kubeconfig: vec![kubeconfig.to_owned()], ..Access::default() };
    let wanted = Cluster {
        name: ClusterName::new("test").expect("the name is lower case"),
        contexts: vec!["test".to_owned()],
        uid: None,
    };
    let client = cluster::connect(&access, &wanted, Limits::default()).await?.client;
    let mut bodies = Vec::new();
    for (group, plural, kind) in RESOURCES {
        let collection = address(group, plural, namespace, "");
        for item in client.list(&collection.collection(), Pick::default()).await?.items {
            let name = name(&item).to_owned();
            if name.starts_with('r') && !name.contains('.') {
                bodies.push((address(group, plural, namespace, &name), body(&item, group, kind)));
            }
        }
    }
    round(&client, namespace, &bodies).await?;
    let began = Instant::now();
    round(&client, namespace, &bodies).await?;
    Ok(began.elapsed())
}

async fn round(
    client: &Client,
    namespace: &str,
    bodies: &[(Address, String)],
) -> Result<(), cluster::Error> {
    let records = address("", "secrets", namespace, "").collection();
    client.list(&records, Pick { labels: "owner=helm", ..Pick::default() }).await?;
    let selector = listing::selector();
    let lists = RESOURCES.map(async |(group, plural, _)| {
        let collection = address(group, plural, namespace, "").collection();
        client.list(&collection, Pick { labels: &selector, ..Pick::default() }).await
    });
    let dry_runs = bodies.iter().map(|(address, body)| client.apply(address, body, DRY));
    try_join(try_join_all(lists), try_join_all(dry_runs)).await.map(drop)
}

fn address(group: &str, plural: &str, namespace: &str, name: &str) -> Address {
    Address {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

fn name(object: &Tree) -> &str {
    let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
    name.and_then(Tree::as_str).unwrap_or_default()
}

/// The live object as a chart would say it.
fn body(object: &Tree, group: &str, kind: &str) -> String {
    let api = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
    let mut body = Map::new();
    body.insert("apiVersion".into(), api.as_str().into());
    body.insert("kind".into(), kind.into());
    let metadata = [("name".into(), name(object).into())];
    body.insert("metadata".into(), metadata.into_iter().collect::<Map>().into());
    if let Node::Map(object) = &object.node {
        let said = ["data", "spec"].into_iter().filter_map(|key| Some((key, object.get(key)?)));
        body.extend(said.map(|(key, value)| (key.into(), value.clone())));
    }
    plan::live::wish::json(&body.into())
}
