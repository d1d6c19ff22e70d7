//! Why a release failed.

use plan::readiness::Code;
use plan::record::{EncodeError, Record, Status};
use plan::{ObjectFailure, ObjectId, RollbackFailure};

use crate::Error;
use crate::wait::{self, Ending, NotGone, NotReady};

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Api(#[from] Error),
    /// The server's no to one object.
    #[error("{}", refusal(object, error))]
    Object { object: ObjectId, error: Error },
    #[error("{why}")]
    NotReady { why: String, failures: Vec<ObjectFailure> },
    #[error("{0}")]
    NotGone(String),
    #[error("the hook `{object}` failed: {why}")]
    Hook { object: ObjectId, why: String, failures: Vec<ObjectFailure> },
    /// Something stands there that the plan did not see.
    #[error("`{object}` {what} since the plan was made; plan again")]
    Stale { object: ObjectId, what: &'static str },
    #[error("{0}")]
    Record(#[from] EncodeError),
    #[error("revision {version} of it was written by somebody else meanwhile; plan again")]
    Overtaken { version: u64 },
    /// A deferred release could not be planned again.
    #[error("{0}")]
    Again(String),
    #[error("it was deleted")]
    Deleted,
    #[error("interrupted")]
    Stopped,
}

impl Fault {
    pub(super) fn of(object: &ObjectId, error: Error) -> Self {
        Self::Object { object: object.clone(), error }
    }

    /// The end of a wait; stopping it is no failure of the objects.
    pub(super) fn not_ready(not_ready: NotReady) -> Self {
        if not_ready.kind == Ending::Stopped {
            return Self::Stopped;
        }
        let failures: Vec<ObjectFailure> = not_ready.failures.into_iter().map(told).collect();
        let why: Vec<String> = failures
            .iter()
            .map(|failure| format!("`{}`: {} ({})", failure.object, failure.cause, failure.code))
            .collect();
        Self::NotReady { why: why.join("; "), failures }
    }

    /// Names what holds on.
    pub(super) fn not_gone(not_gone: NotGone) -> Self {
        if not_gone.was_stopped {
            return Self::Stopped;
        }
        let held = not_gone.objects.iter().map(|held| format!("`{}` {}", held.id, held.why));
        Self::NotGone(format!("not gone in time: {}", held.collect::<Vec<_>>().join(", ")))
    }

    /// What the record of the revision that it ended says (Helm `pkg/action/{install,upgrade,rollback}.go`).
    pub(super) fn description(&self, record: &Record, first: bool) -> String {
        let what = match record.info.status {
            // To Helm, what goes back and does not become ready is a release that failed.
            Status::PendingRollback if !matches!(self, Self::NotReady { .. }) => "Rollback",
            Status::PendingRollback => "Release",
            _ if first => "Release",
            _ => "Upgrade",
        };
        format!("{what} \"{}\" failed: {self}", record.name)
    }

    /// The same, as what ended a rollback.
    pub(super) fn of_rollback(&self) -> RollbackFailure {
        RollbackFailure { error: self.to_string(), failures: self.failures() }
    }

    /// What was found out about each object that failed.
    pub(super) fn failures(&self) -> Vec<ObjectFailure> {
        match self {
            Self::NotReady { failures, .. } | Self::Hook { failures, .. } => failures.clone(),
            Self::Object { object, error } => refused(object, error).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// `` cannot apply `Deployment/web` in `shop`: … ``; the object is named once, as the plan names it.
fn refusal(object: &ObjectId, error: &Error) -> String {
    let place = object.namespace.as_ref().map(|it| format!(" in `{it}`")).unwrap_or_default();
    match error {
        Error::Refused(refused) => {
            format!("cannot {} `{object}`{place}: {}", refused.verb, refused.answer())
        }
        other => format!("`{object}`{place}: {other}"),
    }
}

/// The server's no, where it is of a kind that has a code.
fn refused(object: &ObjectId, error: &Error) -> Option<ObjectFailure> {
    let code = match error {
        _ if error.is_quota() => Code::Quota,
        _ if error.is_denied_by_admission() => Code::Admission,
        _ if error.is_webhook_down() => Code::WebhookDown,
        _ => return None,
    };
    let cause = error.status().map_or_else(|| error.to_string(), |status| status.message.clone());
    Some(ObjectFailure {
        object: object.clone(),
        code,
        cause,
        pod: None,
        container: None,
        logs: Vec::new(),
        events: Vec::new(),
    })
}

fn told(failure: wait::ObjectFailure) -> ObjectFailure {
    let wait::ObjectFailure { id, code, cause, evidence } = failure;
    ObjectFailure {
        object: id,
        code,
        cause,
        pod: evidence.pod,
        container: evidence.container,
        logs: evidence.logs,
        events: evidence.events,
    }
}
