//! Workloads that keep pods running: Deployments, ReplicaSets, StatefulSets, DaemonSets.

use source::{Node, Tree};

use super::denial::denial;
use super::fields::{at, condition, count, int, is_true, mark, text};
use super::{Certainty, Code, Failure, Lost, State, part, replicas};

/// The controllers always write `observedGeneration`; without it nobody has looked at the object yet.
fn unseen(object: &Tree) -> Option<State> {
    match int(object, "status.observedGeneration") {
        Some(_) => None,
        None => Some(State::waiting("waiting for its controller")),
    }
}

pub(super) fn deployment(object: &Tree) -> State {
    if let Some(state) = unseen(object) {
        return state;
    }
    if is_true(object, "spec.paused") {
        return State::ready_but("paused");
    }
    if let Some(failure) = refused(object) {
        return State::Failed(failure);
    }
    let progressing = condition(object, "Progressing");
    match progressing {
        Some(it) if it.reason == "ProgressDeadlineExceeded" => {
            let cause = it.words("no progress within its deadline");
            return State::Failed(Failure::certain(Code::Deadline, cause));
        }
        // A ReplicaSet that the API server refuses.
        Some(it) if it.is_false() && it.reason == "ReplicaSetCreateError" => {
            return State::Failed(denial(it.message));
        }
        _ => {}
    }

    let wanted = replicas(object);
    let field = |name: &str| count(object, &format!("status.{name}"));
    let (there, updated) = (field("replicas"), field("updatedReplicas"));
    let (ready, available) = (field("readyReplicas"), field("availableReplicas"));
    if updated < wanted {
        return part(updated, wanted, "pods updated");
    }
    if there > wanted {
        return old_pods(there - wanted);
    }
    if ready < wanted {
        return part(ready, wanted, "pods ready");
    }
    if available < updated.max(wanted) {
        return part(available, wanted, "pods available");
    }

    // Only with a deadline does the controller say that a rollout is over; the largest int32 means none.
    let has_deadline =
        int(object, "spec.progressDeadlineSeconds").is_some_and(|it| it != i64::from(i32::MAX));
    let over = progressing.is_some_and(|it| it.is_true() && it.reason == "NewReplicaSetAvailable");
    if has_deadline && !over {
        return State::waiting("waiting for the rollout to end");
    }
    match condition(object, "Available").is_some_and(|it| it.is_true()) {
        true => State::ready(),
        false => State::waiting("waiting to be available"),
    }
}

fn old_pods(count: i64) -> State {
    State::waiting(match count {
        1 => "waiting for 1 old pod to end".to_owned(),
        _ => format!("waiting for {count} old pods to end"),
    })
}

/// Why a Deployment's pods were refused, if they were. An exceeded quota is a wall for a first revision; later ones may find
/// room when old pods have ended, of which those that are about to end are in no count.
fn refused(object: &Tree) -> Option<Failure> {
    let refused = condition(object, "ReplicaFailure").filter(|it| it.is_true())?;
    let mut failure = denial(refused.message);
    if failure.code == Code::Quota && matches!(failure.certainty, Certainty::Likely(_)) {
        let old = count(object, "status.replicas") - count(object, "status.updatedReplicas");
        let needed = replicas(object) - max_unavailable(object);
        if old > 0 && count(object, "status.availableReplicas") > needed {
            failure.certainty = Certainty::Possible;
        } else if mark(object, "annotations", "deployment.kubernetes.io/revision") == Some("1") {
            failure.certainty = Certainty::Certain;
        }
    }
    Some(failure)
}

/// How many pods of a Deployment a rollout may take away, as its controller rounds: unavailable down, surge up, never both 0.
fn max_unavailable(object: &Tree) -> i64 {
    let wanted = replicas(object);
    let share = |key: &str, up: bool| {
        let share = at(object, "spec.strategy.rollingUpdate").and_then(|it| it.get(key));
        match share.map(|it| &it.node) {
            Some(Node::Int(pods)) => (*pods).max(0),
            Some(Node::Text(text)) => percent(text, wanted, up),
            _ => percent("25%", wanted, up),
        }
    };
    match (text(object, "spec.strategy.type"), share("maxUnavailable", false)) {
        (Some("Recreate"), _) => wanted,
        (_, 0) if share("maxSurge", true) == 0 => 1,
        (_, pods) => pods.min(wanted),
    }
}

fn percent(text: &str, of: i64, up: bool) -> i64 {
    let percent = text.strip_suffix('%').and_then(|it| it.parse::<i64>().ok()).unwrap_or_default();
    let hundredfold = percent.clamp(0, 10_000).saturating_mul(of.max(0));
    hundredfold / 100 + i64::from(up && hundredfold % 100 > 0)
}

/// A ReplicaSet or a ReplicationController.
pub(super) fn replica_set(object: &Tree) -> State {
    if let Some(state) = unseen(object) {
        return state;
    }
    if let Some(refused) = condition(object, "ReplicaFailure").filter(|it| it.is_true()) {
        return State::Failed(denial(refused.message));
    }
    let wanted = replicas(object);
    let field = |name: &str| count(object, &format!("status.{name}"));
    if field("fullyLabeledReplicas") < wanted {
        return part(field("fullyLabeledReplicas"), wanted, "pods created");
    }
    if field("readyReplicas") < wanted {
        return part(field("readyReplicas"), wanted, "pods ready");
    }
    if field("availableReplicas") < wanted {
        return part(field("availableReplicas"), wanted, "pods available");
    }
    match field("replicas") - wanted {
        ..=0 => State::ready(),
        more => old_pods(more),
    }
}

pub(super) fn stateful_set(object: &Tree) -> State {
    if let Some(state) = unseen(object) {
        return state;
    }
    let wanted = replicas(object);
    let field = |name: &str| count(object, &format!("status.{name}"));
    let revisions_agree =
        text(object, "status.currentRevision") == text(object, "status.updateRevision");
    let updated = if revisions_agree { wanted } else { field("updatedReplicas") };
    if text(object, "spec.updateStrategy.type") == Some("OnDelete") && updated < wanted {
        return State::ready_but("pods keep their old revision until they are deleted");
    }
    if field("replicas") < wanted {
        return part(field("replicas"), wanted, "pods created");
    }
    if field("readyReplicas") < wanted {
        return part(field("readyReplicas"), wanted, "pods ready");
    }
    if field("replicas") > wanted {
        return old_pods(field("replicas") - wanted);
    }
    match int(object, "spec.updateStrategy.rollingUpdate.partition").filter(|it| *it > 0) {
        Some(partition) => {
            let wanted = wanted.saturating_sub(partition).max(0);
            match updated < wanted {
                true => part(updated, wanted, "pods updated"),
                false if revisions_agree => State::ready(),
                false => State::ready_but(format!("updated down to its partition {partition}")),
            }
        }
        None if updated < wanted => part(updated, wanted, "pods updated"),
        None if field("availableReplicas") < wanted
            && int(object, "status.availableReplicas").is_some() =>
        {
            part(field("availableReplicas"), wanted, "pods available")
        }
        None => State::ready(),
    }
}

/// Without the pods on nodes that do not answer, unless these are all.
pub(super) fn daemon_set(object: &Tree, lost: Lost) -> State {
    if let Some(state) = unseen(object) {
        return state;
    }
    let Some(nodes) = int(object, "status.desiredNumberScheduled") else {
        return State::waiting("waiting for its controller");
    };
    if nodes <= 0 {
        return State::ready_but("no node asks for it");
    }
    let field = |name: &str| count(object, &format!("status.{name}"));
    if field("currentNumberScheduled") < nodes {
        return part(field("currentNumberScheduled"), nodes, "pods created");
    }
    let lost = if lost.pods < nodes { lost } else { Lost::default() };
    let wanted = nodes - lost.pods;
    let updated = field("updatedNumberScheduled") - lost.updated;
    if updated < wanted {
        return match text(object, "spec.updateStrategy.type") {
            Some("OnDelete") => {
                State::ready_but("pods keep their old revision until they are deleted")
            }
            _ => part(updated, wanted, "pods updated"),
        };
    }
    if field("numberReady") < wanted {
        return part(field("numberReady"), wanted, "pods ready");
    }
    match lost.pods {
        _ if field("numberAvailable") < wanted => {
            part(field("numberAvailable"), wanted, "pods available")
        }
        0 => State::ready(),
        1 => State::ready_but("1 node does not answer"),
        pods => State::ready_but(format!("{pods} nodes do not answer")),
    }
}
