//! What to think of one awaited object, from everything that is known of it and its kin. Rules are `plan::readiness`'s; here it
//! is which of them count now, and for how long something has been wrong.

use std::sync::Arc;
use std::time::Duration;

use plan::readiness::{
    Certainty, Code, Failure, Grace, Rules, State, blocked, decide, events, overdue, pod, pods_of,
    state,
};
use source::{Node, Tree};
use stack::FailFast;
use tokio::time::Instant;

use super::AwaitedObject;
use super::store::{Known, text, version};

/// What is known of an object.
pub(super) struct Seen {
    pub(super) known: Known,
    /// Its pods and what stands between.
    pub(super) family: Vec<Arc<Tree>>,
    /// About it and its family, of this wait.
    pub(super) events: Vec<Arc<Tree>>,
    /// Why nothing is known.
    pub(super) trouble: Option<String>,
}

/// What is remembered of an object from one look to the next.
#[derive(Default)]
pub(super) struct Track {
    was_ready: bool,
    /// What is wrong with it, and since when.
    wrong: Option<(Code, Instant)>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Opinion {
    Ready,
    Waiting {
        /// For a table.
        why: String,
        failure: Option<Failure>,
    },
    /// Waiting on does not help.
    Failed(Failure),
}

/// For a controller that does not say which generation its status is about: so long an old status is not believed.
const SETTLES: Duration = Duration::from_secs(3);

pub(super) fn judge(
    object: &AwaitedObject,
    seen: &Seen,
    rules: &Rules<'_>,
    fail_fast: &FailFast,
    track: &mut Track,
    (start, now): (Instant, Instant),
) -> Opinion {
    let standing = match (&seen.known, &object.answer) {
        (Known::Object(live), _) => of_live(object, live, rules, now - start),
        (Known::Nothing, Some(answer)) => of_live(object, answer, rules, now - start),
        (Known::Nothing, None) => {
            let why = seen.trouble.clone().unwrap_or_else(|| "not seen yet".to_owned());
            State::Waiting { why }
        }
        (Known::Deleted(last), _) => of_deleted(last.as_deref(), rules, track),
    };
    if standing.is_ready() {
        *track = Track { was_ready: true, wrong: None };
        return Opinion::Ready;
    }
    let failure = worst(&standing, live(object, seen), seen);
    let since = since(track, failure.as_ref(), now);
    match failure {
        Some(failure) if decide(&failure, now - since, fail_fast) => Opinion::Failed(failure),
        Some(failure) => Opinion::Waiting { why: failure.cause.clone(), failure: Some(failure) },
        None => Opinion::Waiting { why: why(standing), failure: None },
    }
}

/// What to say of an object that is not ready when the time is up.
pub(super) fn late(
    object: &AwaitedObject,
    seen: &Seen,
    why: &str,
    failure: Option<&Failure>,
) -> Failure {
    let Some(live) = live(object, seen) else {
        return Failure::certain(Code::Timeout, format!("not ready in time: {why}"));
    };
    let waiting = State::Waiting { why: why.to_owned() };
    match (failure, overdue(live, &waiting)) {
        (Some(known), _) => Failure::certain(known.code, format!("not ready in time: {why}")),
        (None, Some(late)) => late,
        (None, None) => Failure::certain(Code::Timeout, format!("not ready in time: {why}")),
    }
}

/// The latest state of it.
pub(super) fn live<'a>(object: &'a AwaitedObject, seen: &'a Seen) -> Option<&'a Tree> {
    match &seen.known {
        Known::Object(live) => Some(live),
        Known::Nothing => object.answer.as_ref(),
        Known::Deleted(last) => last.as_deref(),
    }
}

fn of_live(object: &AwaitedObject, live: &Tree, rules: &Rules<'_>, waited: Duration) -> State {
    if text(live, "deletionTimestamp").is_some()
        && let Some(finished) = finished(live, rules)
    {
        return finished;
    }
    match state(live, rules) {
        State::Ready { .. } if waited < SETTLES && is_unsettled(object, live) => {
            State::Waiting { why: "waiting for its controller to see the change".to_owned() }
        }
        state => state,
    }
}

fn of_deleted(last: Option<&Tree>, rules: &Rules<'_>, track: &Track) -> State {
    let finished = last.and_then(|last| finished(last, rules));
    match finished {
        Some(state) => state,
        None if track.was_ready && last.is_some_and(ends) => State::Ready { note: None },
        None => State::Failed(Failure::new(
            Code::Timeout,
            Certainty::Likely(Grace::ConfigError),
            "it was deleted while it was waited for",
        )),
    }
}

/// What became of a Job or pod that came to its end and is being removed, as by `ttlSecondsAfterFinished`.
fn finished(last: &Tree, rules: &Rules<'_>) -> Option<State> {
    if !ends(last) {
        return None;
    }
    let mut last = last.clone();
    if let Node::Map(map) = &mut last.node
        && let Some(Node::Map(metadata)) = map.get_mut("metadata").map(|it| &mut it.node)
    {
        metadata.swap_remove("deletionTimestamp");
    }
    Some(state(&last, rules)).filter(|it| matches!(it, State::Ready { .. } | State::Failed(_)))
}

fn ends(object: &Tree) -> bool {
    matches!(object.get("kind").and_then(Tree::as_str), Some("Job" | "Pod"))
}

/// True while the status may be one from before the write: nothing says which generation it is about, and nobody has touched the
/// object since. A definition's conditions are about its names alone.
fn is_unsettled(object: &AwaitedObject, live: &Tree) -> bool {
    let written = object.answer.as_ref().filter(|_| object.changed).and_then(version);
    let status = live.get("status");
    let has = |key: &str| status.is_some_and(|status| status.get(key).is_some());
    written.is_some()
        && written == version(live)
        && has("conditions")
        && !has("observedGeneration")
        && object.id.kind != "CustomResourceDefinition"
}

/// The most certain of all that is wrong.
fn worst(standing: &State, live: Option<&Tree>, seen: &Seen) -> Option<Failure> {
    let told = match standing {
        State::Failed(failure) => Some(failure.clone()),
        _ => None,
    };
    let family = || seen.family.iter().map(AsRef::as_ref);
    let pods = live.into_iter().flat_map(|it| pods_of(it, family().chain([it])));
    let pods = pods.filter_map(|it| Some(pod(it)?.failure));
    let blocked = live.and_then(|it| blocked(it, family()));
    let events = events::cause(seen.events.iter().map(AsRef::as_ref));
    told.into_iter().chain(pods).chain(blocked).chain(events).min_by_key(|it| it.certainty)
}

/// Since when it is wrong in this way. What may well mend does not count.
fn since(track: &mut Track, failure: Option<&Failure>, now: Instant) -> Instant {
    match (failure, track.wrong) {
        (Some(failure), Some((code, since))) if code == failure.code => since,
        (Some(failure), _) if failure.certainty != Certainty::Possible => {
            track.wrong = Some((failure.code, now));
            now
        }
        _ => now,
    }
}

fn why(standing: State) -> String {
    match standing {
        State::Waiting { why } | State::Terminating { why } => why,
        State::Failed(failure) => failure.cause,
        State::Ready { note } => note.unwrap_or_default(),
    }
}
