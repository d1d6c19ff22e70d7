//! What is wrong with one container of a pod.

use source::Tree;

use super::super::fields::{at, count, int, is_true, list, one_line, text};
use super::super::{Certainty, Code, Failure, Grace};
use super::{Trouble, controller};

/// A container's status beside its part of the spec.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) status: &'a Tree,
    spec: Option<&'a Tree>,
    init: bool,
}

/// Init containers first, as they run.
pub(super) fn containers(pod: &Tree) -> Vec<Container<'_>> {
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
    pub(super) fn words(&self) -> String {
        let word = if self.init { "init container" } else { "container" };
        format!("{word} `{}`", text(self.status, "name").unwrap_or("?"))
    }

    fn image(&self) -> &str {
        let written = self.spec.and_then(|spec| text(spec, "image"));
        written.or_else(|| text(self.status, "image")).unwrap_or("?")
    }

    pub(super) fn trouble(
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

/// None for a container that is ready, has done its work, or simply starts.
pub(super) fn container(pod: &Tree, container: Container<'_>) -> Option<Trouble> {
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
    let certainty = match now && controller(pod) != Some("Job") {
        true => Certainty::Likely(Grace::Restarts(u32::try_from(restarts).unwrap_or(u32::MAX))),
        // A Job counts its own attempts.
        false => Certainty::Possible,
    };
    let ended_now = at(container.status, "state.terminated").is_some();
    container.trouble(code, certainty, cause, !ended_now)
}

/// `exit code 137 (OOMKilled)`, `signal 9`, with the termination message if there is one.
pub(super) fn ending(terminated: &Tree) -> String {
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
