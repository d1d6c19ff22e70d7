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
#[derive(Default)]
pub(super) struct Seen {
    pub(super) known: Known,
    /// Its pods and what stands between.
    pub(super) family: Vec<Arc<Tree>>,
    /// About it and its family, of this wait.
    pub(super) events: Vec<Arc<Tree>>,
    /// Why nothing is known.
    pub(super) trouble: Option<String>,
    /// Nothing ever will be.
    pub(super) is_blind: bool,
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
    /// What a reader would not expect of a ready object.
    Ready { note: Option<String> },
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
        (Known::Nothing, _) if seen.is_blind => {
            let trouble = seen.trouble.as_deref().unwrap_or_default();
            let cause = format!("it cannot be waited for: {trouble}");
            State::Failed(Failure::certain(Code::Timeout, cause))
        }
        (Known::Object(live), _) => of_live(object, live, rules, now - start),
        (Known::Nothing, Some(answer)) => of_live(object, answer, rules, now - start),
        (Known::Nothing, None) => {
            let why = seen.trouble.clone().unwrap_or_else(|| "not seen yet".to_owned());
            State::Waiting { why }
        }
        (Known::Deleted(last), _) => of_deleted(last.as_deref(), rules, track),
    };
    if let State::Ready { note } = standing {
        *track = Track { was_ready: true, wrong: None };
        return Opinion::Ready { note };
    }
    let failure = worst(&standing, live(object, seen), seen);
    let since = since(track, failure.as_ref(), now);
    match failure {
        Some(failure) if decide(&failure, now - since, fail_fast) => Opinion::Failed(failure),
        Some(failure) => Opinion::Waiting { why: failure.cause.clone(), failure: Some(failure) },
        None => Opinion::Waiting { why: why(standing, seen), failure: None },
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

fn why(standing: State, seen: &Seen) -> String {
    let why = match standing {
        State::Waiting { why } | State::Terminating { why } => why,
        State::Failed(failure) => failure.cause,
        State::Ready { note } => note.unwrap_or_default(),
    };
    match &seen.trouble {
        Some(trouble) if *trouble != why => format!("{why}; {trouble}"),
        _ => why,
    }
}

#[cfg(test)]
mod tests {
    use plan::readiness::Runs;
    use plan::{Address, ObjectId};
    use source::yaml::read_bare;

    use super::*;

    fn tree(text: &str) -> Tree {
        read_bare(text).expect("valid YAML")
    }

    fn object(kind: &str, answer: &str) -> AwaitedObject {
        let id = ObjectId {
            group: String::new(),
            kind: kind.to_owned(),
            namespace: None,
            name: "a".to_owned(),
        };
        let address = Address {
            group: String::new(),
            version: "v1".to_owned(),
            plural: "as".to_owned(),
            namespace: None,
            name: "a".to_owned(),
        };
        AwaitedObject { id, address, answer: Some(tree(answer)), changed: true }
    }

    /// One object seen at several seconds.
    fn check(object: &AwaitedObject, looks: &[(u64, Known, &str)]) {
        let rules = Rules::new(Runs::Complete, &[]);
        let start = Instant::now();
        let mut track = Track::default();
        for (second, known, expect) in looks {
            let seen = Seen { known: known.clone(), ..Seen::default() };
            let times = (start, start + Duration::from_secs(*second));
            let opinion = judge(object, &seen, &rules, &FailFast::default(), &mut track, times);
            let found = match opinion {
                Opinion::Ready { note } => note.unwrap_or_else(|| "ready".to_owned()),
                Opinion::Waiting { why, .. } => why,
                Opinion::Failed(failure) => failure.to_string(),
            };
            assert_eq!(found, *expect, "at {second} s");
        }
    }

    fn seen(text: &str) -> Known {
        Known::Object(Arc::new(tree(text)))
    }

    #[test]
    fn a_likely_failure_ends_the_wait_when_it_lasts() {
        let pod = |state: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: a, uid: p}}, status: {{phase: Pending, containerStatuses: [{{name: c, image: 'i', state: {{waiting: {{reason: {state}}}}}}}]}}}}"
            )
        };
        let (pull, config, starts) =
            (pod("ImagePullBackOff"), pod("CreateContainerConfigError"), pod("ContainerCreating"));
        let cannot = "container `c` cannot pull `i`: ImagePullBackOff";
        let ends = "E-IMAGE-PULL: container `c` cannot pull `i`: ImagePullBackOff";
        let missing = "container `c` cannot be created: CreateContainerConfigError";
        check(
            &object("Pod", "{kind: Pod}"),
            &[
                (0, seen(&pull), cannot),
                (30, seen(&starts), "waiting for a node"),
                (59, seen(&pull), cannot),
                (60, seen(&pull), ends),
                (61, seen(&config), missing),
                (70, seen(&pull), cannot),
                (129, seen(&pull), cannot),
                (130, seen(&pull), ends),
            ],
        );
    }

    #[test]
    fn an_old_status_does_not_count() {
        let ready = "{apiVersion: e.com/v1, kind: A, metadata: {resourceVersion: '7'}, status: {conditions: [{type: Ready, status: 'True'}]}}";
        let later = ready.replace("'7'", "'8'");
        let settles = "waiting for its controller to see the change";
        let changed = object("A", ready);
        check(&changed, &[(0, Known::Nothing, settles), (3, Known::Nothing, "ready")]);
        check(&changed, &[(0, seen(ready), settles), (1, seen(&later), "ready")]);
        let unchanged = AwaitedObject { changed: false, ..changed };
        check(&unchanged, &[(0, Known::Nothing, "ready")]);
    }

    #[test]
    fn what_was_deleted() {
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: a, deletionTimestamp: '2026-01-01T00:00:00Z'}, status: {conditions: [{type: Complete, status: 'True'}]}}";
        let deleted = |last: Option<&str>| Known::Deleted(last.map(|last| Arc::new(tree(last))));
        let created = object("Job", "{apiVersion: batch/v1, kind: Job}");
        check(&created, &[(0, seen(job), "ready"), (1, deleted(Some(job)), "ready")]);
        let missed = "it was deleted while it was waited for";
        check(
            &object("Deployment", "{apiVersion: apps/v1, kind: Deployment}"),
            &[
                (0, Known::Nothing, "waiting for its controller"),
                (1, deleted(None), missed),
                (61, deleted(None), &format!("E-TIMEOUT: {missed}")),
            ],
        );
    }
}
