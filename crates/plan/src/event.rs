//! What an executor tells while it works, for whoever shows progress. As JSON it is, with the stack and the time, a line of
//! `-o json`, which `schemas/events.json` describes.

use serde::Serialize;
use stack::ReleaseId;

use crate::{Action, ObjectId, Purpose, ReleaseAction, ReleaseResult};

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event<'a> {
    WaveStarted {
        #[serde(rename = "wave")]
        number: usize,
        of: usize,
        purpose: Purpose,
        /// Those that have something to do.
        releases: usize,
    },
    /// Releases without anything to do are not told.
    ReleaseStarted {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        action: ReleaseAction,
        objects: usize,
    },
    /// A deferred release, before it starts: what is to be done for it after all.
    RenderedAgain {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        action: ReleaseAction,
        objects: usize,
    },
    /// What the release does from now on.
    PhaseStarted {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        phase: Phase,
        /// Why the release goes back, where it is because of its own failure.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
    },
    ObjectDone {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        object: &'a ObjectId,
        action: Action,
    },
    /// Not all of what was sent is ready, or not all of what was deleted is gone; told when that changes.
    Waiting {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        ready: usize,
        total: usize,
        /// One that is not ready, and why.
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<&'a ObjectId>,
        #[serde(skip_serializing_if = "str::is_empty")]
        why: &'a str,
    },
    HookStarted {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        object: &'a ObjectId,
        /// `pre-upgrade`
        hook: &'a str,
    },
    /// What a container of a hook wrote, where `helm.sh/hook-output-log-policy` asks for it.
    HookOutput {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        object: &'a ObjectId,
        hook: &'a str,
        pod: &'a str,
        container: &'a str,
        /// The last ones.
        lines: &'a [String],
    },
    ReleaseDone {
        #[serde(rename = "release")]
        id: &'a ReleaseId,
        result: &'a ReleaseResult,
    },
    /// Somebody interrupts the run: what is under way is finished, and nothing more is begun.
    Stopping,
}

/// Where a release stands. A phase without work is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// What is in `crds/` is sent, and has to be established.
    Crds,
    Hooks,
    Applying,
    Waiting,
    /// What failed is taken back.
    RollingBack,
    Deleting,
}

impl Phase {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crds => "crds",
            Self::Hooks => "hooks",
            Self::Applying => "applying",
            Self::Waiting => "waiting",
            Self::RollingBack => "rolling back",
            Self::Deleting => "deleting",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::readiness::Code;
    use crate::{ObjectFailure, ObjectNote, Outcome, RollbackFailure};

    #[test]
    fn every_event_fits_the_schema() {
        let schema = include_str!("../../../schemas/events.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let check = |event: Event<'_>, word: &str| {
            let mut line = serde_json::to_value(event).unwrap();
            line["stack"] = "shop/dev".into();
            line["at"] = "2026-01-01T00:00:00.000Z".into();
            let wrong: Vec<String> =
                validator.iter_errors(&line).map(|error| error.to_string()).collect();
            assert_eq!(wrong, [""; 0], "{line}");
            assert_eq!(line["event"], word);
        };
        let id = &"api".parse::<ReleaseId>().unwrap();
        let (group, namespace) = ("batch".to_owned(), Some("shop".to_owned()));
        let object =
            &ObjectId { group, kind: "Job".to_owned(), namespace, name: "migrate".to_owned() };
        let failure = ObjectFailure {
            object: object.clone(),
            code: Code::JobFailed,
            cause: "its time is up".to_owned(),
            pod: Some("migrate-x".to_owned()),
            container: None,
            logs: vec!["no".to_owned()],
            events: Vec::new(),
        };
        let action = ReleaseAction::Install;
        let taken_back =
            RollbackFailure { error: "no".to_owned(), failures: vec![failure.clone()] };
        let result = &ReleaseResult {
            written: vec![object.clone()],
            notes: vec![ObjectNote { object: object.clone(), note: "suspended".to_owned() }],
            error: Some("`Job/migrate`: its time is up".to_owned()),
            failures: vec![failure],
            rolled_back: Some(3),
            back_to: Some(1),
            rollback_failed: Some(taken_back),
            because: Some(id.clone()),
            ..ReleaseResult::new(id.clone(), action, Outcome::Failed)
        };
        let purpose = Purpose::Prune;
        check(Event::WaveStarted { number: 1, of: 2, purpose, releases: 3 }, "wave-started");
        check(Event::RenderedAgain { id, action, objects: 3 }, "rendered-again");
        check(Event::ReleaseStarted { id, action, objects: 3 }, "release-started");
        for phase in [
            Phase::Crds,
            Phase::Hooks,
            Phase::Applying,
            Phase::Waiting,
            Phase::RollingBack,
            Phase::Deleting,
        ] {
            check(Event::PhaseStarted { id, phase, error: None }, "phase-started");
        }
        let (phase, error) = (Phase::RollingBack, Some("its time is up"));
        check(Event::PhaseStarted { id, phase, error }, "phase-started");
        check(Event::ObjectDone { id, object, action: Action::Create }, "object-done");
        let why = "0/1 pods ready";
        check(Event::Waiting { id, ready: 0, total: 1, object: Some(object), why }, "waiting");
        check(Event::Waiting { id, ready: 1, total: 1, object: None, why: "" }, "waiting");
        check(Event::HookStarted { id, object, hook: "pre-upgrade" }, "hook-started");
        let (pod, container, lines) = ("migrate-x", "main", &["3 tables".to_owned()]);
        let output = Event::HookOutput { id, object, hook: "pre-upgrade", pod, container, lines };
        check(output, "hook-output");
        check(Event::ReleaseDone { id, result }, "release-done");
        check(Event::Stopping, "stopping");
    }
}
