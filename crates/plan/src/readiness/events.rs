//! The most telling of an object's events. Several controllers (StatefulSets, DaemonSets, Jobs, the kubelet) tell what is wrong
//! nowhere else.

use source::Tree;

use super::denial::denial;
use super::fields::{one_line, text};
use super::{Certainty, Code, Failure, Grace};

/// Events of the kubelet that only a pod with its sandbox and volumes has.
const RUNS: &[&str] = &["Pulling", "Pulled", "Created", "Started"];

/// Reasons of events, the most telling first, what each tells, and the reasons that show it to be over.
#[rustfmt::skip]
const TELLING: &[(&str, Tells, &[&str])] = &[
    ("FailedCreate", Tells::Denial, &["SuccessfulCreate"]),
    ("ReplicaSetCreateError", Tells::Denial, &["ScalingReplicaSet"]),
    ("ProvisioningFailed", Tells::Code(Code::PvcUnbound, "no volume can be provided"), &["ProvisioningSucceeded"]),
    ("FailedBinding", Tells::Code(Code::PvcUnbound, "no volume can be bound"), &["ProvisioningSucceeded"]),
    ("FailedMount", Tells::Code(Code::Mount, "a volume cannot be mounted"), RUNS),
    ("FailedAttachVolume", Tells::Code(Code::Mount, "a volume cannot be attached"), &["SuccessfulAttachVolume"]),
    ("FailedMapVolume", Tells::Code(Code::Mount, "a volume cannot be mounted"), RUNS),
    ("FailedCreatePodSandBox", Tells::Code(Code::Sandbox, "the pod's sandbox cannot be set up"), RUNS),
    ("NetworkNotReady", Tells::Code(Code::Sandbox, "the node's network is not ready"), RUNS),
    ("FailedScheduling", Tells::Code(Code::Unschedulable, "no node can take it"), &["Scheduled"]),
    ("Unhealthy", Tells::Code(Code::Probe, "a probe does not succeed"), &[]),
    ("SyncLoadBalancerFailed", Tells::Code(Code::LoadBalancer, "the load balancer cannot be set up"), &["EnsuredLoadBalancer"]),
    ("Evicted", Tells::Code(Code::PodFailed, "the pod was evicted"), &[]),
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
    TELLING.iter().find_map(|(wanted, tells, over)| {
        let still_holds = |position: usize| {
            let about = uid(events[position].1);
            let later = &events[position + 1..];
            !later
                .iter()
                .any(|(_, it)| uid(it) == about && over.iter().any(|over| reason(it, over)))
        };
        let last = (0..events.len())
            .rev()
            .find(|position| reason(events[*position].1, wanted) && still_holds(*position))?;
        Some(failure(events[last].1, *tells))
    })
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
            let certainty = match lower.contains("not found")
                && matches!(code, Code::Mount | Code::PvcUnbound)
            {
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
pub fn time(event: &Tree) -> String {
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
    fn what_is_missing_is_likely_to_stay_so() {
        let check = |reason: &str, message: &str, expect: Certainty| {
            let event = format!("{{reason: {reason}, message: '{message}'}}");
            let event = source::yaml::read_bare(&event).expect("valid YAML");
            assert_eq!(cause([&event]).map(|it| it.certainty), Some(expect), "{message}");
        };
        let likely = Certainty::Likely(Grace::ConfigError);
        check("FailedMount", "secret \"keys\" not found", likely);
        check("FailedMount", "timed out waiting for the condition", Certainty::Possible);
        check("ProvisioningFailed", "storageclass.storage.k8s.io \"fast\" not found", likely);
        check(
            "FailedCreate",
            "Error creating: pods \"a\" is forbidden: exceeded quota: small",
            likely,
        );
        check(
            "FailedCreate",
            "Error creating: admission webhook \"p\" denied the request",
            Certainty::Certain,
        );
    }

    #[test]
    fn the_most_telling_event_wins() {
        let quota = "E-QUOTA: its pods cannot be created: pods \"db-0\" is forbidden: exceeded quota: small";
        check(&[], None);
        check(&["{type: Normal, reason: Pulled}", "{}", "7"], None);
        check(&[QUOTA], Some(quota));
        check(&[UNHEALTHY, QUOTA, CREATED_BEFORE], Some(quota));
        check(&[QUOTA, CREATED], None);
        // What another object got over does not help this one.
        let others =
            QUOTA.replace("uid: s", "uid: t").replace(":05Z", ":04Z").replace("small", "tiny");
        check(&[&others, QUOTA, CREATED], Some(&quota.replace("small", "tiny")));
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
