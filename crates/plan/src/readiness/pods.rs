//! What is wrong with a pod, and the state of a bare one.

mod containers;

use source::Tree;

use super::fields::{at, condition, int, is_true, list, name, one_line, text};
use super::{Certainty, Code, Failure, Grace, Runs, State};
use containers::{container, containers, ending};

/// What is wrong with a pod, and whose log tells more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub failure: Failure,
    pub container: Option<String>,
    /// The log of the container's former run is the telling one: the present one has hardly begun, or never does.
    pub previous_log: bool,
}

/// The trouble of a pod that is not as it should be: the most certain one of its containers. None for a pod that is ready, has
/// succeeded, is being deleted, or simply starts.
pub fn pod(pod: &Tree) -> Option<Trouble> {
    if text(pod, "metadata.deletionTimestamp").is_some() {
        return None;
    }
    match text(pod, "status.phase") {
        Some("Succeeded") => None,
        Some("Failed") => Some(failed(pod)),
        _ => unscheduled(pod).or_else(|| {
            let troubles = containers(pod).into_iter().filter_map(|it| container(pod, it));
            troubles.min_by_key(|trouble| trouble.failure.certainty).or_else(|| gates(pod))
        }),
    }
}

/// A pod that belongs to no workload, or to a hook.
pub(super) fn state(object: &Tree, runs: Runs) -> State {
    let ready = condition(object, "Ready").is_some_and(|it| it.is_true());
    match text(object, "status.phase") {
        Some("Succeeded") => return State::ready_but("completed"),
        Some("Running") if runs == Runs::Hook && ready => return State::waiting("running"),
        Some("Running") if ready => return State::ready(),
        _ => {}
    }
    match pod(object) {
        Some(trouble) if trouble.failure.certainty == Certainty::Certain => {
            State::Failed(trouble.failure)
        }
        Some(trouble) => State::Waiting { why: trouble.failure.cause },
        None => State::Waiting { why: starting(object) },
    }
}

/// `1/2 containers ready`, or what comes before.
fn starting(pod: &Tree) -> String {
    let statuses = list(pod, "status.containerStatuses");
    let ready = statuses.iter().filter(|it| is_true(it, "ready")).count();
    match text(pod, "status.phase") {
        Some("Running") => format!("{ready}/{} containers ready", statuses.len()),
        _ if condition(pod, "PodScheduled").is_some_and(|it| it.is_true()) => "starting".to_owned(),
        _ => "waiting for a node".to_owned(),
    }
}

/// A pod that has ended for good. Only nobody's pod is lost by that: a workload replaces its own.
fn failed(pod: &Tree) -> Trouble {
    let certainty = match controller(pod) {
        None => Certainty::Certain,
        Some(_) => Certainty::Possible,
    };
    let ended = containers(pod)
        .into_iter()
        .find(|it| int(it.status, "state.terminated.exitCode").is_some_and(|code| code != 0));
    let told = match (text(pod, "status.reason"), text(pod, "status.message")) {
        (Some(reason), Some(message)) => Some(format!("{reason}: {}", one_line(message))),
        (reason, message) => reason.or(message).map(one_line),
    };
    match (told, ended) {
        (None, Some(container)) => {
            let how = at(container.status, "state.terminated").map(ending).unwrap_or_default();
            let cause = format!("{} ended with {how}", container.words());
            container.trouble(Code::PodFailed, certainty, cause, false)
        }
        (told, ended) => Trouble {
            failure: Failure::new(
                Code::PodFailed,
                certainty,
                format!(
                    "the pod has failed{}",
                    told.map(|it| format!(": {it}")).unwrap_or_default()
                ),
            ),
            container: ended.and_then(|it| text(it.status, "name").map(str::to_owned)),
            previous_log: false,
        },
    }
}

/// What the scheduler says. It never ends the wait by itself: autoscalers take minutes to add a node, and Helm waits too.
fn unscheduled(pod: &Tree) -> Option<Trouble> {
    let scheduled = condition(pod, "PodScheduled")
        .filter(|it| it.is_false() && it.reason == "Unschedulable")?;
    let lower = scheduled.message.to_lowercase();
    let claims = lower.contains("persistentvolumeclaim");
    let (code, certainty) = match claims {
        true if lower.contains("not found") => {
            (Code::PvcUnbound, Certainty::Likely(Grace::ConfigError))
        }
        true => (Code::PvcUnbound, Certainty::Possible),
        false => (Code::Unschedulable, Certainty::Possible),
    };
    let cause =
        format!("no node can take it: {}", scheduled.words("the scheduler gives no reason"));
    Some(Trouble {
        failure: Failure::new(code, certainty, cause),
        container: None,
        previous_log: false,
    })
}

/// Conditions that somebody else must set before a pod counts as ready.
fn gates(pod: &Tree) -> Option<Trouble> {
    let all_containers_ready = condition(pod, "ContainersReady").is_some_and(|it| it.is_true());
    let gate = list(pod, "spec.readinessGates")
        .iter()
        .filter_map(|gate| text(gate, "conditionType"))
        .find(|gate| !condition(pod, gate).is_some_and(|it| it.is_true()))
        .filter(|_| all_containers_ready)?;
    let cause = format!("pod `{}` waits for its readiness gate `{gate}`", name(pod));
    let failure = Failure::new(Code::Probe, Certainty::Possible, cause);
    Some(Trouble { failure, container: None, previous_log: false })
}

/// The kind of the workload that makes such pods anew.
fn controller(pod: &Tree) -> Option<&str> {
    let owner =
        list(pod, "metadata.ownerReferences").iter().find(|it| is_true(it, "controller"))?;
    text(owner, "kind")
}

#[cfg(test)]
mod tests;
