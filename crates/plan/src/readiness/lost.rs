//! Nodes that do not answer any more. A DaemonSet that tolerates their taints, as agents do, wants a pod on each of them too,
//! which nobody can make ready.

use std::collections::{BTreeMap, BTreeSet};

use source::Tree;

use super::fields::{condition, group, kind, text};
use super::owners::{is_pod, is_present, owners};

/// How many nodes a DaemonSet has lost, and on how many of these its pod is of the present revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    pub pods: i64,
    pub updated: i64,
}

/// A node whose kubelet has not reported for so long that its state is unknown. One that is not ready and says so is none: a
/// network plugin is a DaemonSet, and makes its nodes ready.
pub fn is_lost(node: &Tree) -> bool {
    condition(node, "Ready").is_some_and(|ready| ready.status == "Unknown")
}

/// The nodes on which a DaemonSet has pods that are not ready; none for other kinds.
pub fn unready_nodes<'a>(
    set: &Tree,
    among: impl IntoIterator<Item = &'a Tree>,
) -> BTreeSet<&'a str> {
    unready(set, among).into_keys().collect()
}

/// What a DaemonSet has lost of those.
pub fn lost<'a>(
    set: &Tree,
    among: impl IntoIterator<Item = &'a Tree>,
    is_lost: impl Fn(&str) -> bool,
) -> Lost {
    let nodes = unready(set, among).into_iter().filter(|(node, _)| is_lost(node));
    nodes.fold(Lost::default(), |lost, (_, updated)| Lost {
        pods: lost.pods + 1,
        updated: lost.updated + i64::from(updated),
    })
}

/// By node, and whether one of the pods there is of the present revision.
fn unready<'a>(set: &Tree, among: impl IntoIterator<Item = &'a Tree>) -> BTreeMap<&'a str, bool> {
    let mut nodes = BTreeMap::new();
    let uid = text(set, "metadata.uid");
    if (group(set), kind(set)) != ("apps", "DaemonSet") || uid.is_none() {
        return nodes;
    }
    let own = |it: &&Tree| is_pod(it) && owners(it).any(|owner| Some(owner) == uid);
    let ready = |it: &Tree| condition(it, "Ready").is_some_and(|ready| ready.is_true());
    for pod in among.into_iter().filter(own).filter(|it| !ready(it)) {
        if let Some(node) = text(pod, "spec.nodeName") {
            *nodes.entry(node).or_default() |= is_present(set, pod);
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        source::yaml::read_bare(text).expect("valid YAML")
    }

    #[test]
    fn nodes_that_do_not_answer() {
        let check = |status: &str, expect: bool| {
            let node = format!("{{status: {{conditions: [{{type: Ready, status: '{status}'}}]}}}}");
            assert_eq!(is_lost(&tree(&node)), expect, "{status}");
        };
        check("Unknown", true);
        check("False", false);
        check("True", false);
        assert!(!is_lost(&tree("{}")));
    }

    #[test]
    fn what_a_daemon_set_has_lost() {
        let set = tree(
            "{apiVersion: apps/v1, kind: DaemonSet, metadata: {uid: s, annotations: {deprecated.daemonset.template.generation: '2'}}}",
        );
        let pod = |node: &str, generation: u32, ready: &str, owner: &str| {
            tree(&format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{labels: {{pod-template-generation: '{generation}'}}, ownerReferences: [{{uid: {owner}}}]}}, spec: {{nodeName: {node}}}, status: {{conditions: [{{type: Ready, status: '{ready}'}}]}}}}"
            ))
        };
        let pods = [
            pod("a", 2, "True", "s"),
            pod("b", 1, "False", "s"),
            pod("c", 1, "False", "s"),
            pod("c", 2, "False", "s"),
            pod("d", 2, "False", "s"),
            pod("e", 2, "False", "t"),
        ];
        assert_eq!(unready_nodes(&set, &pods), BTreeSet::from(["b", "c", "d"]));
        assert_eq!(lost(&set, &pods, |node| node != "d"), Lost { pods: 2, updated: 1 });
        let other = tree("{apiVersion: apps/v1, kind: StatefulSet, metadata: {uid: s}}");
        assert!(unready_nodes(&other, &pods).is_empty());
    }
}
