//! Roles as Kubernetes takes them.

use plan::live::rbac::{Role, Rule};
use serde_json::{Value, json};
use stack::StackId;

/// One YAML document for each. They are named after the workspace, the environment and the task: `regatta.shop.prod.apply`.
pub fn yaml(stack: &StackId, task: &str, roles: &[Role]) -> String {
    let name = format!("regatta.{}.{}.{task}", stack.workspace, stack.environment);
    let documents: Vec<String> = roles.iter().map(|role| document(&name, role)).collect();
    documents.join("---\n")
}

fn document(name: &str, role: &Role) -> String {
    let mut metadata = json!({ "name": name });
    if let Some(namespace) = &role.namespace {
        metadata["namespace"] = json!(namespace);
    }
    let kind = if role.namespace.is_some() { "Role" } else { "ClusterRole" };
    let object = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": metadata,
        "rules": role.rules.iter().map(rule).collect::<Vec<_>>(),
    });
    let tree = source::typed::to_tree(&object).expect("JSON is a tree");
    source::yaml::write(&tree, source::yaml::Dialect::Helm).expect("names and verbs are YAML")
}

fn rule(rule: &Rule) -> Value {
    let mut value = json!({
        "apiGroups": [rule.group],
        "resources": rule.resources,
        "verbs": rule.verbs,
    });
    if !rule.names.is_empty() {
        value["resourceNames"] = json!(rule.names);
    }
    value
}
