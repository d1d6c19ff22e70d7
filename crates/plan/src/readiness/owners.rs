//! Which pods tell how an object does, found by the owners that objects name.

use std::collections::BTreeSet;

use source::Tree;

use super::fields::{condition, group, int, kind, list, mark, name, text};
use super::pods::pod;
use super::{Certainty, Code, Failure, Grace};

/// The pods of an object's *present* revision among objects that were fetched (pods, and the ReplicaSets or Jobs between), in
/// the given order; a pod is its own.
///
/// Pods of former revisions are left out: a broken old version is often why somebody deploys, and must not be blamed on the new
/// one. Before the controller has seen the change there are none.
pub fn pods_of<'a>(object: &Tree, among: impl IntoIterator<Item = &'a Tree>) -> Vec<&'a Tree> {
    let Some(uid) = text(object, "metadata.uid") else { return Vec::new() };
    if let (Some(seen), Some(generation)) =
        (int(object, "status.observedGeneration"), int(object, "metadata.generation"))
        && seen != generation
    {
        return Vec::new();
    }
    let among: Vec<&Tree> = among.into_iter().filter(|it| is_present(object, it)).collect();
    let mut family = BTreeSet::from([uid]);
    // Each round finds the children of the last one; it ends when no object is new.
    loop {
        let before = family.len();
        let born = among.iter().filter(|it| owners(it).any(|owner| family.contains(owner)));
        let born: Vec<&str> = born.filter_map(|it| text(it, "metadata.uid")).collect();
        family.extend(born);
        if family.len() == before {
            break;
        }
    }
    let is_kin = |it: &Tree| text(it, "metadata.uid").is_some_and(|uid| family.contains(uid));
    among.into_iter().filter(|it| is_pod(it) && is_kin(it)).collect()
}

pub(super) fn is_pod(object: &Tree) -> bool {
    kind(object) == "Pod" && group(object).is_empty()
}

pub(super) fn owners(object: &Tree) -> impl Iterator<Item = &str> {
    list(object, "metadata.ownerReferences").iter().filter_map(|owner| text(owner, "uid"))
}

/// Whether a descendant is of the object's present revision, as far as its marks tell.
pub(super) fn is_present(object: &Tree, descendant: &Tree) -> bool {
    let agree = |wanted: Option<&str>, has: Option<&str>| match (wanted, has) {
        (Some(wanted), Some(has)) => wanted == has,
        _ => true,
    };
    const REVISION: &str = "deployment.kubernetes.io/revision";
    const TEMPLATE: &str = "deprecated.daemonset.template.generation";
    match (group(object), kind(object), kind(descendant)) {
        ("apps", "Deployment", "ReplicaSet") => {
            agree(mark(object, "annotations", REVISION), mark(descendant, "annotations", REVISION))
        }
        ("apps", "StatefulSet", "Pod") => {
            agree(text(object, "status.updateRevision"), revision(descendant))
        }
        ("apps", "DaemonSet", "Pod") => agree(
            mark(object, "annotations", TEMPLATE),
            mark(descendant, "labels", "pod-template-generation"),
        ),
        ("argoproj.io", "Rollout", "ReplicaSet") => agree(
            text(object, "status.currentPodHash"),
            mark(descendant, "labels", "rollouts-pod-template-hash"),
        ),
        _ => true,
    }
}

fn revision(pod: &Tree) -> Option<&str> {
    mark(pod, "labels", "controller-revision-hash")
}

/// The known deadlock of StatefulSets: in their default order, a pod of the former revision that never becomes ready is waited
/// for and not replaced, so that the repaired revision never gets its turn.
pub fn blocked<'a>(
    stateful_set: &Tree,
    among: impl IntoIterator<Item = &'a Tree>,
) -> Option<Failure> {
    let ordered = text(stateful_set, "spec.podManagementPolicy") != Some("Parallel");
    let rolling = text(stateful_set, "spec.updateStrategy.type") != Some("OnDelete");
    if kind(stateful_set) != "StatefulSet" || !ordered || !rolling {
        return None;
    }
    let uid = text(stateful_set, "metadata.uid")?;
    let present = text(stateful_set, "status.updateRevision")?;
    let is_former = |it: &&Tree| revision(it).is_some_and(|revision| revision != present);
    let (broken, trouble) = among
        .into_iter()
        .filter(|it| is_pod(it) && owners(it).any(|owner| owner == uid))
        .filter(is_former)
        .filter(|it| !condition(it, "Ready").is_some_and(|ready| ready.is_true()))
        .find_map(|it| Some((it, pod(it)?)))?;
    let cause = format!(
        "pod `{}` of the former revision is broken and waited for: {}",
        name(broken),
        trouble.failure.cause
    );
    Some(Failure::new(Code::RolloutBlocked, Certainty::Likely(Grace::ConfigError), cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees(texts: &[&str]) -> Vec<Tree> {
        texts.iter().map(|text| source::yaml::read_bare(text).expect("valid YAML")).collect()
    }

    fn check(object: &str, among: &[&str], expect: &str) {
        let object = source::yaml::read_bare(object).expect("valid YAML");
        let among = trees(among);
        let pods: Vec<&str> = pods_of(&object, &among).into_iter().map(name).collect();
        assert_eq!(pods.join(" "), expect);
    }

    const OLD_SET: &str = "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, uid: r1, annotations: {deployment.kubernetes.io/revision: '1'}, ownerReferences: [{uid: d}]}}";
    const NEW_SET: &str = "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-2, uid: r2, annotations: {deployment.kubernetes.io/revision: '2'}, ownerReferences: [{uid: d}]}}";
    const OLD_POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web-1-a, uid: p1, ownerReferences: [{uid: r1}]}}";
    const NEW_POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web-2-a, uid: p2, ownerReferences: [{uid: r2}]}}";
    const STRANGER: &str = "{apiVersion: v1, kind: Pod, metadata: {name: other, uid: p3}}";

    #[test]
    fn a_deployment_has_the_pods_of_its_newest_replica_set() {
        let among = [OLD_POD, NEW_POD, STRANGER, OLD_SET, NEW_SET];
        check(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {uid: d, annotations: {deployment.kubernetes.io/revision: '2'}}}",
            &among,
            "web-2-a",
        );
        check(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {uid: d}}",
            &among,
            "web-1-a web-2-a",
        );
        check(
            "{apiVersion: apps/v1, kind: Deployment, metadata: {uid: d, generation: 3}, status: {observedGeneration: 2}}",
            &among,
            "",
        );
    }

    #[test]
    fn other_owners() {
        check(STRANGER, &[OLD_POD, STRANGER], "other");
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: j, uid: j, ownerReferences: [{uid: c}]}}";
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: j-1, uid: jp, ownerReferences: [{uid: j}]}}";
        check("{apiVersion: batch/v1, kind: CronJob, metadata: {uid: c}}", &[pod, job], "j-1");
        check(job, &[pod, STRANGER], "j-1");
        let ring = "{apiVersion: v1, kind: Pod, metadata: {name: ring, uid: x, ownerReferences: [{uid: x}]}}";
        check("{apiVersion: example.com/v1, kind: Widget, metadata: {uid: w}}", &[ring], "");
        check("{apiVersion: example.com/v1, kind: Widget}", &[ring], "");
    }

    #[test]
    fn sets_have_the_pods_of_their_revision() {
        let pod = |name: &str, labels: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, uid: {name}, labels: {{{labels}}}, ownerReferences: [{{uid: s}}]}}}}"
            )
        };
        let (old, new) =
            (pod("old", "controller-revision-hash: a"), pod("new", "controller-revision-hash: b"));
        let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {uid: s}, status: {updateRevision: b}}";
        check(set, &[&old, &new], "new");
        let (old, new) = (
            pod("old", "pod-template-generation: '1'"),
            pod("new", "pod-template-generation: '2'"),
        );
        let set = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {uid: s, annotations: {deprecated.daemonset.template.generation: '2'}}}";
        check(set, &[&old, &new], "new");
    }

    #[test]
    fn a_broken_pod_of_the_former_revision_blocks_a_stateful_set() {
        let pods = trees(&["
            {apiVersion: v1, kind: Pod, metadata: {name: db-1, uid: p, labels: {controller-revision-hash: a}, ownerReferences: [{uid: s}]},
             status: {phase: Pending, containerStatuses: [{name: db, image: 'db:1', state: {waiting: {reason: ImagePullBackOff}}}]}}"]);
        let check = |policy: &str, revision: &str, expect: Option<&str>| {
            let set = format!(
                "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{uid: s}}, spec: {{podManagementPolicy: {policy}}}, status: {{updateRevision: {revision}}}}}"
            );
            let set = source::yaml::read_bare(&set).expect("valid YAML");
            assert_eq!(blocked(&set, &pods).map(|it| it.to_string()).as_deref(), expect);
        };
        check(
            "OrderedReady",
            "b",
            Some(
                "E-ROLLOUT-BLOCKED: pod `db-1` of the former revision is broken and waited for: container `db` cannot pull `db:1`: ImagePullBackOff",
            ),
        );
        check("OrderedReady", "a", None);
        check("Parallel", "b", None);
    }
}
