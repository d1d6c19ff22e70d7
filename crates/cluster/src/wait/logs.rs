//! What the pods of an object wrote.

use plan::readiness::pods_of;
use source::Tree;

use super::kin::path;
use super::store::text;
use crate::Error;
use crate::client::{Client, Logs, Pick};

/// The last lines of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLog {
    pub pod: String,
    pub container: String,
    pub lines: Vec<String>,
}

/// Enough for the last lines of any sane program: the server cuts at the end, where the lines are that matter.
const LIMIT: u32 = 1 << 20;
/// Of a line, in characters.
const LONGEST: usize = 2000;

/// The last lines of all containers of an object's pods, init containers first; of a pod itself. In the order of their start.
///
/// # Errors
/// Where pods may not be listed. A log that cannot be read is left out.
pub async fn logs(client: &Client, object: &Tree, lines: u32) -> Result<Vec<PodLog>, Error> {
    let Some(namespace) = text(object, "namespace") else { return Ok(Vec::new()) };
    let sets = path("apps", "v1", "ReplicaSet", namespace);
    let pods = path("", "v1", "Pod", namespace);
    let kind = object.get("kind").and_then(Tree::as_str).unwrap_or_default();
    let mut among = match kind {
        "Deployment" | "Rollout" => client.list(&sets, Pick::default()).await?.items,
        _ => Vec::new(),
    };
    if kind != "Pod" {
        among.extend(client.list(&pods, Pick::default()).await?.items);
    }
    let mut pods = pods_of(object, among.iter().chain([object]));
    pods.sort_by_key(|pod| (text(pod, "creationTimestamp"), text(pod, "name")));
    let mut found = Vec::new();
    for pod in pods {
        let Some(name) = text(pod, "name") else { continue };
        for container in containers(pod) {
            let how =
                Logs { container: Some(container), tail_lines: Some(lines), ..Logs::default() };
            let lines = tail(client, namespace, name, how).await;
            if !lines.is_empty() {
                let (pod, container) = (name.to_owned(), container.to_owned());
                found.push(PodLog { pod, container, lines });
            }
        }
    }
    Ok(found)
}

/// Empty where there is no log, or none that can be read.
pub(super) async fn tail(
    client: &Client,
    namespace: &str,
    pod: &str,
    how: Logs<'_>,
) -> Vec<String> {
    let how = Logs { limit_bytes: Some(LIMIT), ..how };
    let text = client.logs(namespace, pod, how).await.ok().flatten().unwrap_or_default();
    text.lines().map(|line| line.chars().take(LONGEST).collect()).collect()
}

fn containers(pod: &Tree) -> impl Iterator<Item = &str> {
    let of = |key: &str| {
        let list = pod.get("spec").and_then(|spec| spec.get(key)).and_then(Tree::as_list);
        list.unwrap_or_default().iter().filter_map(|container| container.get("name")?.as_str())
    };
    of("initContainers").chain(of("containers"))
}
