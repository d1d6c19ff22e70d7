//! Is a live object ready, what does it wait for, and what is wrong with it: predicates over objects as the API server
//! returns them, after the rules of kstatus with its holes closed. Whoever watches objects asks here and nowhere else.

pub mod code;
pub mod events;
pub mod failure;
pub mod owners;
pub mod pods;

mod custom;
mod denial;
mod fields;
mod jobs;
mod kinds;
mod lost;
mod marks;
mod operators;
mod platform;
mod rules;
mod webhooks;
mod workloads;

pub use code::Code;
pub use failure::{Certainty, Failure, Grace, decide};
pub use kinds::{Kind, children, needs_wait};
pub use lost::{Lost, is_lost, lost, unready_nodes};
pub use owners::{blocked, pods_of};
pub use pods::{Trouble, pod};
pub use webhooks::{backends, is_backed, is_bound_to_pods};

use source::{Node, Tree};
use stack::{ReadinessRule, Wait};

use fields::{condition, count, int, list, one_line, text};

/// How one object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The note says what a reader would not expect of a ready object: `paused`, `suspended`.
    Ready { note: Option<String> },
    /// A few words for a table: `2/3 pods ready`.
    Waiting { why: String },
    /// `decide` says whether it ends the wait.
    Failed(Failure),
    /// It is being deleted; the words say what that waits for.
    Terminating { why: String },
}

impl State {
    pub(crate) fn ready() -> Self {
        Self::Ready { note: None }
    }

    pub(crate) fn ready_but(note: impl Into<String>) -> Self {
        Self::Ready { note: Some(note.into()) }
    }

    pub(crate) fn waiting(why: impl Into<String>) -> Self {
        Self::Waiting { why: why.into() }
    }

    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }
}

/// How far Jobs and bare pods must have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// Jobs have started, as Helm's `--wait` has it.
    Started,
    /// Jobs are complete.
    Complete,
    /// A hook: Jobs are complete and bare pods have succeeded.
    Hook,
}

impl From<Wait> for Runs {
    fn from(wait: Wait) -> Self {
        match wait {
            Wait::Jobs => Self::Complete,
            Wait::Ready | Wait::No => Self::Started,
        }
    }
}

/// What must be known beside the object itself.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub runs: Runs,
    /// The release's own `readiness`.
    pub readiness: &'a [ReadinessRule],
    /// For a PersistentVolumeClaim: its storage class has `volumeBindingMode: WaitForFirstConsumer`.
    pub binds_when_used: bool,
    /// For webhooks: behind one of the `backends` is no pod that is ready.
    pub unanswered: bool,
    /// For a DaemonSet: pods that nobody can make ready.
    pub lost: Lost,
    /// For a custom resource: its CRD declares the `status` subresource for this version.
    pub status_subresource: bool,
    /// For a custom resource: it has been there long enough for its controller to have written a first status.
    pub grace_over: bool,
}

impl<'a> Rules<'a> {
    /// Where nothing is known beside the object.
    pub const fn new(runs: Runs, readiness: &'a [ReadinessRule]) -> Self {
        Self {
            runs,
            readiness,
            binds_when_used: false,
            unanswered: false,
            lost: Lost { pods: 0, updated: 0 },
            status_subresource: false,
            grace_over: false,
        }
    }
}

/// The state of one object, whatever its kind.
///
/// It knows nothing of the pods behind the object: those of `pods_of` have troubles of their own, which `pod` finds, and events
/// have more (`events::cause`). A status that was written before the last change counts as waiting.
pub fn state(object: &Tree, rules: &Rules<'_>) -> State {
    if text(object, "metadata.deletionTimestamp").is_some() {
        return terminating(object);
    }
    if !observed(object) {
        return State::waiting("waiting for its controller to see the change");
    }
    let unmet = rules::unmet(object, rules.readiness);
    if unmet.is_none() && rules::any_for(object, rules.readiness) {
        return State::ready();
    }
    if rules.runs != Runs::Hook
        && let Some(state) = marks::state(object)
    {
        return state;
    }
    match (standard(object).unwrap_or_else(|| kinds::state(object, rules)), unmet) {
        (State::Ready { .. } | State::Waiting { .. }, Some(why)) => State::Waiting { why },
        (state, _) => state,
    }
}

/// What to say of an object that is not ready when the time is up; none where it is ready.
pub fn overdue(object: &Tree, state: &State) -> Option<Failure> {
    let (code, why) = match state {
        State::Ready { .. } => return None,
        State::Failed(failure) => return Some(failure.clone()),
        State::Terminating { why } => (Code::Finalizer, why),
        State::Waiting { why } => (kinds::overdue(object), why),
    };
    Some(Failure::certain(code, format!("not ready in time: {why}")))
}

/// False where the controller's status is about a former generation. Some (Argo Rollouts) write the number as text.
fn observed(object: &Tree) -> bool {
    let Some(generation) = int(object, "metadata.generation") else { return true };
    match fields::at(object, "status.observedGeneration").map(|tree| &tree.node) {
        Some(Node::Int(seen)) => *seen == generation,
        Some(Node::Text(seen)) => seen.parse::<i64>().is_err() || **seen == *generation.to_string(),
        _ => true,
    }
}

/// The conditions that kstatus gave the world, whatever the kind.
fn standard(object: &Tree) -> Option<State> {
    if let Some(stalled) = condition(object, "Stalled").filter(|it| it.is_true()) {
        return Some(State::Failed(Failure::certain(
            Code::Stalled,
            stalled.words("its controller cannot go on"),
        )));
    }
    let reconciling = condition(object, "Reconciling").filter(|it| it.is_true())?;
    Some(State::waiting(reconciling.words("its controller is at work")))
}

fn terminating(object: &Tree) -> State {
    const NAMESPACE_CONDITIONS: [&str; 5] = [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceFinalizersRemaining",
        "NamespaceContentRemaining",
    ];
    let told = NAMESPACE_CONDITIONS
        .iter()
        .find_map(|kind| condition(object, kind).filter(|it| it.is_true()));
    let finalizers: Vec<&str> =
        list(object, "metadata.finalizers").iter().filter_map(Tree::as_str).collect();
    let why = match told {
        Some(condition) => format!("being deleted: {}", condition.words("its content remains")),
        None if finalizers.is_empty() => "being deleted".to_owned(),
        None => one_line(&format!("being deleted, held by {}", finalizers.join(", "))),
    };
    State::Terminating { why }
}

/// `2/3 pods ready`
fn part(done: i64, wanted: i64, words: &str) -> State {
    State::waiting(format!("{done}/{wanted} {words}"))
}

/// The pods wanted by a workload; the API server's default is 1.
fn replicas(object: &Tree) -> i64 {
    match int(object, "spec.replicas") {
        Some(_) => count(object, "spec.replicas"),
        None => 1,
    }
}

#[cfg(test)]
mod tests;
