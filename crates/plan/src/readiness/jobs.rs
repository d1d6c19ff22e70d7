//! Jobs and CronJobs.

use source::Tree;

use super::fields::{Condition, condition, count, int, is_true, text};
use super::{Code, Failure, Runs, State};

pub(super) fn job(object: &Tree, runs: Runs) -> State {
    let holds = |kind: &str| condition(object, kind).filter(|it| it.is_true());
    if holds("Complete").is_some() {
        return State::ready();
    }
    // `FailureTarget` comes first: the Job has failed, its last pods are being ended.
    if let Some(failed) = holds("Failed").or_else(|| holds("FailureTarget")) {
        return State::Failed(Failure::certain(Code::JobFailed, cause(object, failed)));
    }
    if is_true(object, "spec.suspend") {
        return match runs {
            Runs::Hook => State::waiting("suspended"),
            Runs::Started | Runs::Complete => State::ready_but("suspended"),
        };
    }
    if text(object, "status.startTime").is_none() {
        return State::waiting("not started yet");
    }
    let progress = progress(object);
    match runs {
        Runs::Started => State::ready_but(progress),
        Runs::Complete | Runs::Hook => State::Waiting { why: progress },
    }
}

/// `BackoffLimitExceeded after 7 failed pods: Job has reached …`
fn cause(object: &Tree, failed: Condition<'_>) -> String {
    let pods = match count(object, "status.failed") {
        0 => String::new(),
        1 => " after 1 failed pod".to_owned(),
        pods => format!(" after {pods} failed pods"),
    };
    let reason = if failed.reason.is_empty() { "failed" } else { failed.reason };
    match failed.message.is_empty() {
        true => format!("{reason}{pods}"),
        false => format!("{reason}{pods}: {}", failed.words("")),
    }
}

/// `running, 1/3 done, 2 failed`
fn progress(object: &Tree) -> String {
    let done = match int(object, "spec.completions") {
        Some(wanted) if wanted > 1 => {
            format!(", {}/{wanted} done", count(object, "status.succeeded"))
        }
        _ => String::new(),
    };
    let failed = match count(object, "status.failed") {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    format!("running{done}{failed}")
}

/// It has done its part when it is there.
pub(super) fn cron_job(object: &Tree) -> State {
    match is_true(object, "spec.suspend") {
        true => State::ready_but("suspended"),
        false => State::ready(),
    }
}
