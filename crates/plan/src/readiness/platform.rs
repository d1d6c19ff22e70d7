//! What the cluster itself provides: claims, Services, API definitions, namespaces, autoscalers.

use source::Tree;

use super::fields::{condition, int, list, mark, text};
use super::{Code, Failure, State};

pub(super) fn claim(object: &Tree, binds_when_used: bool) -> State {
    match text(object, "status.phase") {
        Some("Bound") => State::ready(),
        Some("Lost") => State::Failed(Failure::certain(Code::PvcUnbound, "its volume is gone")),
        // Once a pod asks for it the scheduler writes the pod's node there.
        _ if binds_when_used
            && mark(object, "annotations", "volume.kubernetes.io/selected-node").is_none() =>
        {
            State::ready_but("binds when a pod uses it")
        }
        _ => State::waiting("waiting for a volume"),
    }
}

pub(super) fn service(object: &Tree) -> State {
    let balanced = text(object, "spec.type") == Some("LoadBalancer");
    let addressed = !list(object, "status.loadBalancer.ingress").is_empty()
        || !list(object, "spec.externalIPs").is_empty();
    match balanced && !addressed {
        true => State::waiting("waiting for the load balancer's address"),
        false => State::ready(),
    }
}

/// A CustomResourceDefinition.
pub(super) fn definition(object: &Tree) -> State {
    let taken = condition(object, "NamesAccepted").filter(|it| it.is_false());
    let refused =
        condition(object, "Established").filter(|it| it.is_false() && it.reason != "Installing");
    // `NotAccepted` is told by both; `NamesAccepted` has the names.
    if let Some(condition) = taken.or(refused) {
        let cause = condition.words("its names are not accepted");
        return State::Failed(Failure::certain(Code::CrdNames, cause));
    }
    match condition(object, "Established").is_some_and(|it| it.is_true()) {
        true => State::ready(),
        false => State::waiting("waiting for its API"),
    }
}

pub(super) fn api_service(object: &Tree) -> State {
    match condition(object, "Available") {
        Some(available) if available.is_true() => State::ready(),
        Some(available) => State::waiting(format!(
            "its API is not available: {}",
            available.words("no reason given")
        )),
        None => State::waiting("waiting for its API"),
    }
}

pub(super) fn namespace(object: &Tree) -> State {
    match text(object, "status.phase") {
        Some("Terminating") => State::Terminating { why: "being deleted".to_owned() },
        _ => State::ready(),
    }
}

/// A PodDisruptionBudget counts once its controller has worked it out.
pub(super) fn disruption_budget(object: &Tree) -> State {
    match int(object, "status.observedGeneration") {
        Some(_) => State::ready(),
        None => State::waiting("waiting for its controller"),
    }
}

/// An autoscaler never blocks: it has no measurements before its pods run.
pub(super) fn autoscaler(object: &Tree) -> State {
    let troubled = ["AbleToScale", "ScalingActive"]
        .iter()
        .find_map(|kind| condition(object, kind).filter(|it| it.is_false()));
    match troubled {
        // Scaled to zero by hand.
        Some(condition) if condition.reason == "ScalingDisabled" => State::ready_but("disabled"),
        Some(condition) => {
            State::ready_but(format!("does not scale: {}", condition.words("no reason given")))
        }
        None => State::ready(),
    }
}
