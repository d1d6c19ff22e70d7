//! The most telling of an object's events. Several controllers (StatefulSets, DaemonSets, Jobs, the kubelet) tell what is wrong
//! nowhere else.

use source::Tree;

use super::denial::denial;
use super::fields::{one_line, text};
use super::{Certainty, Code, Failure, Grace};

/// Reasons of Warning events, the most telling first, and the Normal event that shows each to be over.
const TELLING: &[(&str, Tells, &[&str])] = &[
    ("FailedCreate", Tells::Denial, &["SuccessfulCreate"]),
    ("ReplicaSetCreateError", Tells::Denial, &["ScalingReplicaSet"]),
    (
        "ProvisioningFailed",
        Tells::Code(Code::PvcUnbound, "no volume can be provided"),
        &["ProvisioningSucceeded"],
    ),
    (
        "FailedBinding",
        Tells::Code(Code::PvcUnbound, "no volume can be bound"),
        &["ProvisioningSucceeded"],
    ),
    (
        "FailedMount",
        Tells::Code(Code::Mount, "a volume cannot be mounted"),
        &["Pulling", "Pulled", "Created", "Started"],
    ),
    (
        "FailedAttachVolume",
        Tells::Code(Code::Mount, "a volume cannot be attached"),
        &["SuccessfulAttachVolume"],
    ),
    (
        "FailedMapVolume",
        Tells::Code(Code::Mount, "a volume cannot be mounted"),
        &["Pulling", "Pulled", "Created", "Started"],
    ),
    (
        "FailedCreatePodSandBox",
        Tells::Code(Code::Sandbox, "the pod's sandbox cannot be set up"),
        &["Pulling", "Pulled", "Created", "Started"],
    ),
    ("FailedScheduling", Tells::Code(Code::Unschedulable, "no node can take it"), &["Scheduled"]),
    ("Unhealthy", Tells::Code(Code::Probe, "a probe does not succeed"), &[]),
    (
        "SyncLoadBalancerFailed",
        Tells::Code(Code::LoadBalancer, "the load balancer cannot be set up"),
        &["EnsuredLoadBalancer"],
    ),
    ("Evicted", Tells::Code(Code::PodFailed, "the pod was evicted"), &[]),
    ("FailedPreStopHook", Tells::Code(Code::Start, "a hook of a container fails"), &[]),
    ("FailedPostStartHook", Tells::Code(Code::Start, "a hook of a container fails"), &[]),
];

#[derive(Clone, Copy)]
enum Tells {
    /// The API server's refusal, repeated in the message.
    Denial,
    Code(Code, &'static str),
}

/// The cause that an object's events tell, of those that still hold. The caller chooses the events: those about the object and
/// its pods (`regarding` or `involvedObject` has the uid), from this run on. Newer ones win over older ones of the same reason.
///
/// Refused pods and volumes of what does not exist can end the wait (`Failure::certainty`); the rest explains it.
pub fn cause<'a>(events: impl IntoIterator<Item = &'a Tree>) -> Option<Failure> {
    let mut events: Vec<(String, &Tree)> =
        events.into_iter().map(|event| (time(event), event)).collect();
    events.sort_by(|(left, _), (right, _)| left.cmp(right));
    let reason = |event: &Tree, wanted: &str| text(event, "reason") == Some(wanted);
    for (wanted, tells, over) in TELLING {
        let last = events.iter().rposition(|(_, event)| {
            reason(event, wanted) && text(event, "type") == Some("Warning")
        });
        let Some(last) = last else { continue };
        let about = uid(events[last].1);
        let mended = |(_, event): &(String, &Tree)| {
            uid(event) == about && over.iter().any(|over| reason(event, over))
        };
        if events[last + 1..].iter().any(mended) {
            continue;
        }
        return Some(failure(events[last].1, *tells));
    }
    None
}

fn failure(event: &Tree, tells: Tells) -> Failure {
    let message =
        text(event, "message").or_else(|| text(event, "note")).map(one_line).unwrap_or_default();
    match tells {
        Tells::Denial => denial(refusal(&message)),
        Tells::Code(code, words) => {
            let lower = message.to_lowercase();
            let code = match code {
                Code::Unschedulable if lower.contains("persistentvolumeclaim") => Code::PvcUnbound,
                code => code,
            };
            let certainty = match lower.contains("not found") && code == Code::Mount {
                true => Certainty::Likely(Grace::ConfigError),
                false => Certainty::Possible,
            };
            let cause = match message.is_empty() {
                true => words.to_owned(),
                false => format!("{words}: {message}"),
            };
            Failure::new(code, certainty, cause)
        }
    }
}

/// What the API server said, without the words that controllers put before it: `create Pod db-0 in StatefulSet db failed error:`.
fn refusal(message: &str) -> &str {
    let after = ["failed error: ", "Error creating: "];
    after.iter().find_map(|words| Some(message.split_once(words)?.1)).unwrap_or(message)
}

fn uid(event: &Tree) -> Option<&str> {
    text(event, "involvedObject.uid").or_else(|| text(event, "regarding.uid"))
}

/// When it happened last, in a form that sorts: events of both APIs, with and without fractions of a second.
fn time(event: &Tree) -> String {
    const PLACES: [&str; 6] = [
        "series.lastObservedTime",
        "lastTimestamp",
        "deprecatedLastTimestamp",
        "eventTime",
        "firstTimestamp",
        "metadata.creationTimestamp",
    ];
    let times = PLACES.iter().filter_map(|path| text(event, path));
    times.map(|time| time.trim_end_matches('Z').to_owned()).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(events: &[&str], expect: Option<&str>) {
        let events: Vec<Tree> =
            events.iter().map(|text| source::yaml::read_bare(text).expect("valid YAML")).collect();
        let told = cause(&events).map(|failure| failure.to_string());
        assert_eq!(told.as_deref(), expect);
    }

    const QUOTA: &str = "{type: Warning, reason: FailedCreate, involvedObject: {uid: s}, lastTimestamp: '2026-01-01T10:00:05Z', message: 'create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: exceeded quota: small'}";
    const CREATED: &str = "{type: Normal, reason: SuccessfulCreate, involvedObject: {uid: s}, eventTime: '2026-01-01T10:00:05.250000Z'}";
    const CREATED_BEFORE: &str = "{type: Normal, reason: SuccessfulCreate, involvedObject: {uid: s}, lastTimestamp: '2026-01-01T10:00:04Z'}";
    const UNSCHEDULED: &str = "{type: Warning, reason: FailedScheduling, regarding: {uid: p}, eventTime: '2026-01-01T10:00:01.000000Z', note: '0/3 nodes are available: 3 Insufficient cpu.'}";
    const UNHEALTHY: &str = "{type: Warning, reason: Unhealthy, involvedObject: {uid: p}, lastTimestamp: '2026-01-01T10:00:09Z', message: 'Readiness probe failed: HTTP probe failed with statuscode: 503'}";
    const MOUNT: &str = "{type: Warning, reason: FailedMount, involvedObject: {uid: p}, lastTimestamp: '2026-01-01T10:00:02Z', message: 'MountVolume.SetUp failed for volume \"c\" : secret \"keys\" not found'}";

    #[test]
    fn the_most_telling_event_wins() {
        let quota = "E-QUOTA: its pods cannot be created: pods \"db-0\" is forbidden: exceeded quota: small";
        check(&[], None);
        check(&["{type: Normal, reason: Pulled}", "{}", "7"], None);
        check(&[QUOTA], Some(quota));
        check(&[UNHEALTHY, QUOTA, CREATED_BEFORE], Some(quota));
        check(&[QUOTA, CREATED], None);
        check(
            &[UNSCHEDULED],
            Some(
                "E-UNSCHEDULABLE: no node can take it: 0/3 nodes are available: 3 Insufficient cpu",
            ),
        );
        check(
            &[UNHEALTHY, MOUNT],
            Some(
                "E-MOUNT: a volume cannot be mounted: MountVolume.SetUp failed for volume \"c\" : secret \"keys\" not found",
            ),
        );
        check(
            &[UNHEALTHY],
            Some(
                "E-PROBE: a probe does not succeed: Readiness probe failed: HTTP probe failed with statuscode: 503",
            ),
        );
        check(
            &[
                UNSCHEDULED,
                "{type: Normal, reason: Scheduled, regarding: {uid: p}, eventTime: '2026-01-01T10:00:03Z'}",
            ],
            None,
        );
    }
}
