//! Leaves out of live objects what nobody asks about, so that namespaces with thousands of pods fit into memory.

use source::{Map, Node, Tree};

/// Keeps what `plan::readiness` reads, and what rules of a release may well ask for.
pub(super) fn thin(mut object: Tree) -> Tree {
    if let Some(metadata) = map(&mut object).and_then(|it| it.get_mut("metadata"))
        && let Some(metadata) = map(metadata)
    {
        metadata.swap_remove("managedFields");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(map) {
            annotations.swap_remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    let text = |key: &str| object.get(key).and_then(Tree::as_str).unwrap_or_default();
    let of_pod = text("kind") == "Pod" && text("apiVersion") == "v1";
    let of_set = text("kind") == "ReplicaSet";
    if let Some(spec) = map(&mut object).and_then(|it| it.get_mut("spec")).and_then(map) {
        if of_pod {
            pod(spec);
        } else if of_set {
            spec.swap_remove("template");
        }
    }
    object
}

fn pod(spec: &mut Map) {
    spec.retain(|key, _| !matches!(&**key, "affinity" | "tolerations" | "volumes"));
    for containers in ["containers", "initContainers"] {
        let Some(Node::List(list)) = spec.get_mut(containers).map(|it| &mut it.node) else {
            continue;
        };
        for container in list.iter_mut().filter_map(map) {
            container.retain(|key, _| !matches!(&**key, "env" | "envFrom" | "volumeMounts"));
        }
    }
}

fn map(tree: &mut Tree) -> Option<&mut Map> {
    match &mut tree.node {
        Node::Map(map) => Some(map),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use source::json::{Html, Layout, read_bare, write};

    use super::*;

    #[test]
    fn what_is_kept() {
        let check = |object: &str, expect: &str| {
            let thin = thin(read_bare(object).unwrap());
            assert_eq!(write(&thin, Html::Plain, Layout::Compact).unwrap(), expect);
        };
        check(
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"managedFields":[],"name":"a"},"spec":{"containers":[{"env":[],"image":"i","name":"c"}],"volumes":[]}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"image":"i","name":"c"}]}}"#,
        );
        check(
            r#"{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"x"}},"spec":{"replicas":1,"template":{}}}"#,
            r#"{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"annotations":{}},"spec":{"replicas":1}}"#,
        );
        check(
            r#"{"kind":"Deployment","spec":{"template":1}}"#,
            r#"{"kind":"Deployment","spec":{"template":1}}"#,
        );
        check("7", "7");
    }
}
