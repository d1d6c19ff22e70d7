//! What a stack keeps of itself in a cluster: one Secret with its releases, the namespaces that it created, and when it
//! may go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use source::{Tree, base64};
use stack::{EnvironmentName, InstanceName, ReleaseId, StackId, WorkspaceName};

use crate::{Operation, ReleaseKey, ReleaseRecord};

/// Readable without us: the Secret's `inventory` is this as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    pub stack: StackId,
    /// In the order of waves and ids.
    pub releases: Vec<ReleaseRecord>,
    /// Created by an apply of this stack, and deleted with it where it is ephemeral.
    pub namespaces: Vec<String>,
    /// The stack goes when it is destroyed or outlives its time.
    pub ephemeral: bool,
    /// RFC 3339; `regatta gc` destroys the stack after it.
    pub expires: Option<String>,
    /// The last run that changed releases.
    pub run: Option<LastRun>,
    /// `resourceVersion` and `uid` of the Secret that it was read from.
    pub version: Option<(String, String)>,
}

/// What a run set out to change: enough to go back to what was there before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// When it began, RFC 3339.
    pub id: String,
    #[serde(default)]
    pub operation: Operation,
    pub changes: Vec<Change>,
    /// What it did not bring to its end: while it is at work, all that it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<ReleaseId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    /// The revision that was in place before; none for a release that was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    version: u32,
    workspace: WorkspaceName,
    environment: EnvironmentName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<InstanceName>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ephemeral: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    namespaces: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<LastRun>,
    releases: Vec<ReleaseRecord>,
}

const FORMAT: u32 = 1;
const KEY: &str = "inventory";

/// Labels by which stacks are found again.
pub const MANAGED: (&str, &str) = ("app.kubernetes.io/managed-by", "regatta");
pub const COMPONENT: &str = "regatta/component";
pub const WORKSPACE: &str = "regatta/workspace";
pub const ENVIRONMENT: &str = "regatta/environment";
pub const INSTANCE: &str = "regatta/instance";
/// On Helm's record Secrets: the stack that a release belongs to. On namespaces: the ephemeral stack that made them and takes
/// them away.
pub const STACK: &str = "regatta/stack";

/// The name of the Secret and of the Lease: `regatta.shop.dev`, `regatta.shop.e2e.build-41`.
pub fn name(stack: &StackId) -> String {
    let instance = stack.instance.as_ref().map(|instance| format!(".{instance}"));
    let name = format!(
        "regatta.{}.{}{}",
        stack.workspace,
        stack.environment,
        instance.unwrap_or_default()
    );
    shortened(name, 253)
}

/// The stack as the value of a label.
pub fn label(stack: &StackId) -> String {
    shortened(name(stack).trim_start_matches("regatta.").to_owned(), 63)
}

/// Long names keep their beginning and get a digest, so that they stay unique.
fn shortened(name: String, limit: usize) -> String {
    if name.len() <= limit {
        return name;
    }
    let digest = crate::digest(name.as_bytes());
    format!("{}-{}", name[..limit - 13].trim_end_matches(['.', '-']), &digest[..12])
}

pub fn labels(stack: &StackId) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        (MANAGED.0.to_owned(), MANAGED.1.to_owned()),
        (COMPONENT.to_owned(), KEY.to_owned()),
        (WORKSPACE.to_owned(), shortened(stack.workspace.to_string(), 63)),
        (ENVIRONMENT.to_owned(), shortened(stack.environment.to_string(), 63)),
    ]);
    if let Some(instance) = &stack.instance {
        labels.insert(INSTANCE.to_owned(), shortened(instance.to_string(), 63));
    }
    labels
}

/// The selector that finds the inventories of a workspace, or of one environment of it.
pub fn selector(workspace: &WorkspaceName, environment: Option<&EnvironmentName>) -> String {
    let mut selector =
        format!("{COMPONENT}={KEY},{WORKSPACE}={}", shortened(workspace.to_string(), 63));
    if let Some(environment) = environment {
        let environment = shortened(environment.to_string(), 63);
        selector = format!("{selector},{ENVIRONMENT}={environment}");
    }
    selector
}

impl Inventory {
    pub fn new(stack: StackId) -> Self {
        Self {
            stack,
            releases: Vec::new(),
            namespaces: Vec::new(),
            ephemeral: false,
            expires: None,
            run: None,
            version: None,
        }
    }

    /// From the Secret as the server has it. The error says what is wrong with it.
    pub fn read(secret: &Tree) -> Result<Self, String> {
        let data = secret.get("data").and_then(|data| data.get(KEY)).and_then(Tree::as_str);
        let bytes = data.and_then(base64::decode).ok_or("it has no readable `data.inventory`")?;
        let content: Content = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if content.version != FORMAT {
            let version = content.version;
            return Err(format!(
                "its format is {version}, and this version of Regatta knows {FORMAT}"
            ));
        }
        let metadata = |key: &str| secret.get("metadata")?.get(key)?.as_str().map(str::to_owned);
        Ok(Self {
            stack: StackId {
                workspace: content.workspace,
                environment: content.environment,
                instance: content.instance,
            },
            releases: content.releases,
            namespaces: content.namespaces,
            ephemeral: content.ephemeral,
            expires: content.expires,
            run: content.run,
            version: metadata("resourceVersion").zip(metadata("uid")),
        })
    }

    /// The whole Secret. It names the `resourceVersion` that it was read with, so that nobody's newer one is lost.
    pub fn write(&self, namespace: &str) -> Tree {
        let content = Content {
            version: FORMAT,
            workspace: self.stack.workspace.clone(),
            environment: self.stack.environment.clone(),
            instance: self.stack.instance.clone(),
            ephemeral: self.ephemeral,
            expires: self.expires.clone(),
            namespaces: self.namespaces.clone(),
            run: self.run.clone(),
            releases: self.releases.clone(),
        };
        let bytes = serde_json::to_vec(&content).expect("names and texts are JSON");
        let mut metadata = serde_json::json!({
            "name": name(&self.stack),
            "namespace": namespace,
            "labels": labels(&self.stack),
        });
        if let Some((version, uid)) = &self.version {
            metadata["resourceVersion"] = version.as_str().into();
            metadata["uid"] = uid.as_str().into();
        }
        let secret = serde_json::json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "regatta/inventory.v1",
            "metadata": metadata,
            "data": { KEY: base64::encode(&bytes) },
        });
        source::typed::to_tree(&secret).expect("JSON is a tree")
    }

    /// What decides whether it has to be written again; times aside.
    pub fn digest(&self) -> String {
        let shown = serde_json::to_string(&(&self.releases, &self.namespaces, self.ephemeral));
        let hash = Sha256::digest(shown.unwrap_or_default());
        crate::digest(&hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(instance: Option<&str>) -> StackId {
        StackId {
            workspace: "shop".parse().unwrap(),
            environment: "e2e".parse().unwrap(),
            instance: instance.map(|name| name.parse().unwrap()),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut inventory = Inventory::new(stack(Some("build-41")));
        inventory.namespaces = vec!["shop-e2e-build-41".to_owned()];
        inventory.ephemeral = true;
        inventory.expires = Some("2026-11-21T12:00:00Z".to_owned());
        let key = ReleaseKey {
            cluster: None,
            namespace: "shop".parse().unwrap(),
            name: "api".parse().unwrap(),
        };
        let change = Change { id: "api".parse().unwrap(), key, revision: Some(3) };
        let id = "2026-11-21T10:00:00Z".to_owned();
        let open = vec![change.id.clone()];
        inventory.run =
            Some(LastRun { id, operation: Operation::Rollback, changes: vec![change], open });
        let secret = inventory.write("shop-e2e-build-41");
        assert_eq!(Inventory::read(&secret), Ok(inventory));
    }

    #[test]
    fn names_fit() {
        assert_eq!(name(&stack(None)), "regatta.shop.e2e");
        assert_eq!(name(&stack(Some("b"))), "regatta.shop.e2e.b");
        assert_eq!(label(&stack(Some("b"))), "shop.e2e.b");
        let long = shortened("x".repeat(80), 63);
        assert_eq!(long.len(), 63);
        assert_ne!(long, shortened("x".repeat(81), 63));
    }
}
