//! What tells why an object failed: its pods' last log lines and its warnings. Collected while everything is still there.

use std::collections::BTreeMap;
use std::time::Duration;

use plan::ObjectId;
use plan::readiness::{Failure, events, pod, pods_of};
use source::{Node, Tree};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::ObjectFailure;
use super::kin::{concerned, is_since, path};
use super::logs::tail;
use super::store::{owners, text};
use crate::Error;
use crate::client::{Client, List, Logs, Pick};

/// Empty where nothing could be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub pod: Option<String>,
    pub container: Option<String>,
    /// True where the lines are of the container's run before the last restart.
    pub previous: bool,
    /// The last lines that the container wrote.
    pub logs: Vec<String>,
    /// `Pod/web-1: BackOff: Back-off restarting failed container (5 times)`, the newest last.
    pub events: Vec<String>,
}

/// An object that failed.
pub(super) struct Failing {
    pub(super) id: ObjectId,
    pub(super) live: Option<Tree>,
    pub(super) failure: Failure,
}

/// All of it together takes no longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Of so many objects; the others have their cause alone.
const OBJECTS: usize = 8;
const LINES: u32 = 20;
const EVENTS: usize = 10;

/// Adds to each failure what can be found out in a few seconds.
pub(super) async fn collect(
    client: &Client,
    failing: Vec<Failing>,
    since: Option<&str>,
) -> Vec<ObjectFailure> {
    let mut tasks = JoinSet::new();
    let mut scenes: BTreeMap<String, Vec<(usize, Tree)>> = BTreeMap::new();
    for (position, it) in failing.iter().enumerate().take(OBJECTS) {
        if let (Some(namespace), Some(live)) = (&it.id.namespace, &it.live) {
            scenes.entry(namespace.clone()).or_default().push((position, live.clone()));
        }
    }
    for (namespace, objects) in scenes {
        let (client, since) = (client.clone(), since.map(str::to_owned));
        tasks.spawn(async move {
            let scene = Scene::fetch(&client, namespace, since.as_deref()).await;
            let mut found = Vec::new();
            for (position, live) in objects {
                found.push((position, scene.evidence(&client, &live).await));
            }
            found
        });
    }
    let mut found: BTreeMap<usize, Evidence> = BTreeMap::new();
    // What comes too late is left out; the tasks end with the set.
    let all = async {
        while let Some(Ok(one)) = tasks.join_next().await {
            found.extend(one);
        }
    };
    let _in_time = timeout(PATIENCE, all).await.is_ok();
    let failures = failing.into_iter().enumerate().map(|(position, it)| ObjectFailure {
        id: it.id,
        code: it.failure.code,
        cause: it.failure.cause,
        evidence: found.remove(&position).unwrap_or_default(),
    });
    failures.collect()
}

/// What is in a namespace now.
struct Scene {
    namespace: String,
    /// Pods and ReplicaSets.
    objects: Vec<Tree>,
    warnings: Vec<Tree>,
}

impl Scene {
    async fn fetch(client: &Client, namespace: String, since: Option<&str>) -> Self {
        let sets = path("apps", "v1", "ReplicaSet", &namespace);
        let pods = path("", "v1", "Pod", &namespace);
        let events = path("", "v1", "Event", &namespace);
        let warnings = Pick { fields: "type=Warning", ..Pick::default() };
        let (sets, pods, warnings) = tokio::join!(
            client.list(&sets, Pick::default()),
            client.list(&pods, Pick::default()),
            client.list(&events, warnings),
        );
        let items = |list: Result<List, Error>| match list {
            Ok(list) => list.items,
            // The failure itself is known; what cannot be read is left out.
            Err(_) => Vec::new(),
        };
        let mut objects = items(sets);
        objects.extend(items(pods));
        let mut warnings = items(warnings);
        warnings.retain(|event| is_since(event, since));
        Self { namespace, objects, warnings }
    }

    async fn evidence(&self, client: &Client, live: &Tree) -> Evidence {
        let mut evidence = Evidence { events: self.events(live), ..Evidence::default() };
        let pods = pods_of(live, self.objects.iter().chain([live]));
        let troubles = pods.iter().filter_map(|it| Some((*it, pod(it)?)));
        let worst = troubles.min_by_key(|(_, trouble)| trouble.failure.certainty);
        let (pod, container, previous) = match (worst, pods.last()) {
            (Some((pod, trouble)), _) => (pod, trouble.container, trouble.previous_log),
            (None, Some(last)) => (*last, None, false),
            (None, None) => return evidence,
        };
        let Some(name) = text(pod, "name") else { return evidence };
        let container = container.or_else(|| first_container(pod).map(str::to_owned));
        evidence.pod = Some(name.to_owned());
        evidence.container.clone_from(&container);
        for previous in [previous, false] {
            let how = Logs {
                container: container.as_deref(),
                previous,
                tail_lines: Some(LINES),
                ..Logs::default()
            };
            let lines = tail(client, &self.namespace, name, how).await;
            if !lines.is_empty() {
                evidence.previous = previous;
                evidence.logs = lines;
                break;
            }
        }
        evidence
    }

    /// The warnings about an object and its present family, each said once.
    fn events(&self, live: &Tree) -> Vec<String> {
        let mut known: Vec<&str> = text(live, "uid").into_iter().collect();
        let mut family = Vec::new();
        // ReplicaSets stand before pods in `objects`, so that one pass finds both.
        for object in &self.objects {
            if owners(object).any(|owner| known.contains(&owner)) {
                known.extend(text(object, "uid"));
                family.push(object);
            }
        }
        let concerned = concerned(live, &family);
        let concerns = |event: &&Tree| {
            let about = event.get("involvedObject").and_then(|it| it.get("uid")?.as_str());
            about.is_some_and(|uid| concerned.contains(uid))
        };
        let mut warnings: Vec<&Tree> = self.warnings.iter().filter(concerns).collect();
        warnings.sort_by_key(|event| events::time(event));
        // Pods of one object often warn alike.
        let mut said: Vec<(String, String)> = Vec::new();
        for event in warnings {
            let (about, words) = line(event);
            said.retain(|(_, known)| *known != words);
            said.push((about, words));
        }
        let last = said.split_off(said.len().saturating_sub(EVENTS));
        last.into_iter().map(|(about, words)| format!("{about}: {words}")).collect()
    }
}

fn first_container(pod: &Tree) -> Option<&str> {
    let containers = pod.get("spec")?.get("containers")?.as_list()?;
    containers.first()?.get("name")?.as_str()
}

/// What it is about, and what it says.
fn line(event: &Tree) -> (String, String) {
    let text = |tree: Option<&Tree>, key: &str| {
        let found = tree.and_then(|it| it.get(key)).and_then(Tree::as_str);
        found.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let about = event.get("involvedObject");
    let times = match event.get("count").map(|count| &count.node) {
        Some(Node::Int(count)) if *count > 1 => format!(" ({count} times)"),
        _ => String::new(),
    };
    let message = text(Some(event), "message");
    let message: String = message.chars().take(LONGEST).collect();
    (
        format!("{}/{}", text(about, "kind"), text(about, "name")),
        format!("{}: {message}{times}", text(Some(event), "reason")),
    )
}

/// Of a message, in characters.
const LONGEST: usize = 500;

#[cfg(test)]
mod tests {
    use source::json::read_bare;

    use super::*;

    #[test]
    fn events_in_one_line() {
        let check = |event: &str, expect: &str| {
            let (about, words) = line(&read_bare(event).unwrap());
            assert_eq!(format!("{about}: {words}"), expect);
        };
        check(
            r#"{"involvedObject":{"kind":"Pod","name":"web-1"},"reason":"BackOff","message":"Back-off\n restarting","count":5}"#,
            "Pod/web-1: BackOff: Back-off restarting (5 times)",
        );
        check("{}", "/: : ");
    }
}
