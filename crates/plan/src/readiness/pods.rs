//! What is wrong with a pod, and the state of a bare one.

use source::Tree;

use super::fields::{at, condition, count, int, is_true, list, name, one_line, text};
use super::{Certainty, Code, Failure, Grace, Runs, State};

/// What is wrong with a pod, and whose log tells more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub failure: Failure,
    pub container: Option<String>,
    /// The log of the container's former run is the telling one: the present one has hardly begun, or never does.
    pub previous_log: bool,
}

/// The trouble of a pod that is not as it should be: the most certain one of its containers'. None for
/// a pod that is ready, has succeeded, is being deleted, or simply starts.
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

/// A container's status beside its part of the spec.
#[derive(Clone, Copy)]
struct Container<'a> {
    status: &'a Tree,
    spec: Option<&'a Tree>,
    init: bool,
}

fn containers(pod: &Tree) -> Vec<Container<'_>> {
    let of = |statuses: &str, specs: &str, init: bool| {
        let specs = list(pod, specs);
        let with_spec = |status| {
            let named = text(status, "name");
            let spec = specs.iter().find(|spec| named.is_some() && text(spec, "name") == named);
            Container { status, spec, init }
        };
        list(pod, statuses).iter().map(with_spec).collect::<Vec<_>>()
    };
    let mut all = of("status.initContainerStatuses", "spec.initContainers", true);
    all.extend(of("status.containerStatuses", "spec.containers", false));
    all
}

impl Container<'_> {
    /// ``container `api` ``
    fn words(&self) -> String {
        let word = if self.init { "init container" } else { "container" };
        format!("{word} `{}`", text(self.status, "name").unwrap_or("?"))
    }

    fn image(&self) -> &str {
        let written = self.spec.and_then(|spec| text(spec, "image"));
        written.or_else(|| text(self.status, "image")).unwrap_or("?")
    }

    fn trouble(
        &self,
        code: Code,
        certainty: Certainty,
        cause: String,
        previous_log: bool,
    ) -> Trouble {
        Trouble {
            failure: Failure::new(code, certainty, cause),
            container: text(self.status, "name").map(str::to_owned),
            previous_log,
        }
    }
}

fn container(pod: &Tree, container: Container<'_>) -> Option<Trouble> {
    let status = container.status;
    if let Some(reason) = text(status, "state.waiting.reason") {
        return waits(pod, container, reason);
    }
    let exit_code = int(status, "state.terminated.exitCode").unwrap_or_default();
    let restarts = count(status, "restartCount");
    let crashed_before =
        restarts > 0 && int(status, "lastState.terminated.exitCode").is_some_and(|code| code != 0);
    if exit_code != 0 {
        // Between its end and the next start; in a pod that never restarts the phase follows.
        return Some(crash(pod, container, at(status, "state.terminated"), true));
    }
    if at(status, "state.running").is_none() || is_true(status, "ready") {
        return None;
    }
    if crashed_before && !container.init {
        return Some(crash(pod, container, at(status, "lastState.terminated"), false));
    }
    let probes = |probe: &str| container.spec.and_then(|spec| spec.get(probe)).is_some();
    let probe = match at(status, "started").is_some() && !is_true(status, "started") {
        true if probes("startupProbe") => "startup",
        _ if probes("readinessProbe") && !container.init => "readiness",
        _ => return None,
    };
    let cause = format!("{} runs, but its {probe} probe has not succeeded", container.words());
    Some(container.trouble(Code::Probe, Certainty::Possible, cause, false))
}

/// Reasons of the kubelet for a container that waits. Those that are not here (`ContainerCreating`, `PodInitializing`) are the
/// usual way of things.
fn waits(pod: &Tree, container: Container<'_>, reason: &str) -> Option<Trouble> {
    use Certainty::{Certain, Likely};
    let message = one_line(text(container.status, "state.waiting.message").unwrap_or_default());
    let told = |otherwise: &str| match message.is_empty() {
        true => otherwise.to_owned(),
        false => message.clone(),
    };
    let (words, image) = (container.words(), container.image());
    let (code, certainty, cause) = match reason {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => (
            Code::ImagePull,
            Likely(Grace::ImagePull),
            format!("{words} cannot pull `{image}`: {}", told(reason)),
        ),
        "ErrImageNeverPull" => (
            Code::ImagePull,
            Certain,
            format!("{words} may never pull `{image}`, and the node does not have it"),
        ),
        "InvalidImageName" => (
            Code::ImageName,
            Certain,
            format!("{words} has the image `{image}`, which is no valid name"),
        ),
        "CreateContainerConfigError" => (
            Code::Config,
            Likely(Grace::ConfigError),
            format!("{words} cannot be created: {}", told(reason)),
        ),
        "CreateContainerError"
        | "RunContainerError"
        | "PreCreateHookError"
        | "PreStartHookError"
        | "PostStartHookError" => (
            Code::Start,
            Likely(Grace::ConfigError),
            format!("{words} cannot be started: {}", told(reason)),
        ),
        "CrashLoopBackOff" => {
            let last = at(container.status, "lastState.terminated");
            return Some(crash(pod, container, last, true));
        }
        _ => return None,
    };
    Some(container.trouble(code, certainty, cause, false))
}

/// A container that ended though it should not have. While it runs again (`now` is false) this attempt may be the good one.
fn crash(pod: &Tree, container: Container<'_>, last: Option<&Tree>, now: bool) -> Trouble {
    let restarts = count(container.status, "restartCount");
    let words = container.words();
    let times = match restarts.saturating_add(i64::from(now)) {
        ..=1 => "ended".to_owned(),
        2 => "ended twice".to_owned(),
        times => format!("ended {times} times"),
    };
    let how = last.map(ending).unwrap_or_default();
    let cause = match how.is_empty() {
        true => format!("{words} {times}"),
        false if restarts > 0 => format!("{words} {times}, last with {how}"),
        false => format!("{words} {times} with {how}"),
    };
    let unstartable = matches!(
        last.and_then(|last| text(last, "reason")),
        Some("StartError" | "ContainerCannotRun")
    );
    let code = if unstartable { Code::Start } else { Code::CrashLoop };
    let certainty = match now && !is_owned_by_job(pod) {
        true => Certainty::Likely(Grace::Restarts(u32::try_from(restarts).unwrap_or(u32::MAX))),
        // A Job counts its own attempts.
        false => Certainty::Possible,
    };
    let ended_now = at(container.status, "state.terminated").is_some();
    container.trouble(code, certainty, cause, !ended_now)
}

/// `exit code 137 (OOMKilled)`, `signal 9`, with the termination message if there is one.
fn ending(terminated: &Tree) -> String {
    let how = match (int(terminated, "exitCode"), int(terminated, "signal")) {
        (_, Some(signal)) if signal != 0 => format!("signal {signal}"),
        (Some(code), _) => format!("exit code {code}"),
        (None, _) => return String::new(),
    };
    let reason = text(terminated, "reason").filter(|it| !matches!(*it, "Error" | "Completed"));
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let message = text(terminated, "message").map(|message| format!(": {}", one_line(message)));
    format!("{how}{reason}{}", message.unwrap_or_default())
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

fn is_owned_by_job(pod: &Tree) -> bool {
    controller(pod) == Some("Job")
}

#[cfg(test)]
mod tests;
