//! Facts about the cluster on which the readiness of some kinds depends. They are asked for where the answer matters, and once.

use std::sync::PoisonError;

use plan::readiness::{Rules, state};
use source::Tree;

use super::AwaitedObject;
use super::hub::Hub;

/// Fills in what the rules must know beside the object.
pub(super) async fn complete<'a>(
    hub: &Hub,
    object: &AwaitedObject,
    live: &Tree,
    rules: Rules<'a>,
) -> Rules<'a> {
    let matters = |with: Rules<'_>| state(live, &rules).is_ready() != state(live, &with).is_ready();
    if matters(Rules { status_subresource: true, grace_over: false, ..rules }) {
        let status_subresource = hub.has_status(object).await;
        return Rules { status_subresource, ..rules };
    }
    if matters(Rules { binds_when_used: true, ..rules }) {
        let binds_when_used = hub.binds_when_used(live).await;
        return Rules { binds_when_used, ..rules };
    }
    rules
}

impl Hub {
    /// Whether the kind has a status that its controller writes.
    async fn has_status(&self, object: &AwaitedObject) -> bool {
        let address = &object.address;
        let path = format!("/apis/{}/{}", address.group, address.version);
        let wanted = format!("{}/status", address.plural);
        let key = format!("{path}/{wanted}");
        self.fact(key, &path, |resources| {
            let resources = resources.get("resources").and_then(Tree::as_list).unwrap_or_default();
            resources.iter().any(|it| it.get("name").and_then(Tree::as_str) == Some(&wanted))
        })
        .await
    }

    /// Whether a claim's storage class waits for a pod.
    async fn binds_when_used(&self, claim: &Tree) -> bool {
        let class = claim.get("spec").and_then(|spec| spec.get("storageClassName"));
        let Some(class) = class.and_then(Tree::as_str).filter(|it| !it.is_empty()) else {
            return false;
        };
        let path = format!("/apis/storage.k8s.io/v1/storageclasses/{class}");
        self.fact(path.clone(), &path, |class| {
            let mode = class.get("volumeBindingMode").and_then(Tree::as_str);
            mode == Some("WaitForFirstConsumer")
        })
        .await
    }

    /// What cannot be known counts as no.
    async fn fact(&self, key: String, path: &str, holds: impl FnOnce(&Tree) -> bool) -> bool {
        let known = self.facts.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if let Some(known) = known {
            return known;
        }
        let answer = self.client().get(path).await.ok().flatten();
        let holds = answer.is_some_and(|answer| holds(&answer));
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).insert(key, holds);
        holds
    }

    /// Whether the API that a definition brings is served in all its versions. The server takes a moment after it said so.
    pub(super) async fn serves(&self, definition: &Tree) -> bool {
        let Some(spec) = definition.get("spec") else { return true };
        let text = |tree: Option<&Tree>| tree.and_then(Tree::as_str).unwrap_or_default().to_owned();
        let group = text(spec.get("group"));
        let plural = text(spec.get("names").and_then(|names| names.get("plural")));
        let versions = spec.get("versions").and_then(Tree::as_list).unwrap_or_default();
        for version in versions {
            if version.get("served") == Some(&Tree::from(false)) {
                continue;
            }
            let path = format!("/apis/{group}/{}", text(version.get("name")));
            let resources = match self.client().get(&path).await {
                Ok(Some(list)) => list,
                Ok(None) => return false,
                // Who may not ask has to believe the condition.
                Err(_) => return true,
            };
            let resources = resources.get("resources").and_then(Tree::as_list).unwrap_or_default();
            if !resources.iter().any(|it| text(it.get("name")) == plural) {
                return false;
            }
        }
        true
    }
}
