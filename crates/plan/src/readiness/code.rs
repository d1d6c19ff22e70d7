//! The stable codes of failures, each with what it means and what to do.

use std::fmt;

use serde::{Serialize, Serializer};

/// What kind of failure, in words that stay: scripts and people search for them. `docs/readiness.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    ImagePull,
    ImageName,
    Config,
    Start,
    CrashLoop,
    PodFailed,
    JobFailed,
    Probe,
    Unschedulable,
    PvcUnbound,
    Mount,
    Sandbox,
    Quota,
    Admission,
    WebhookDown,
    Deadline,
    RolloutBlocked,
    LoadBalancer,
    CrdNames,
    ApiService,
    Stalled,
    Finalizer,
    Timeout,
}

impl Code {
    pub const ALL: [Self; 23] = [
        Self::ImagePull,
        Self::ImageName,
        Self::Config,
        Self::Start,
        Self::CrashLoop,
        Self::PodFailed,
        Self::JobFailed,
        Self::Probe,
        Self::Unschedulable,
        Self::PvcUnbound,
        Self::Mount,
        Self::Sandbox,
        Self::Quota,
        Self::Admission,
        Self::WebhookDown,
        Self::Deadline,
        Self::RolloutBlocked,
        Self::LoadBalancer,
        Self::CrdNames,
        Self::ApiService,
        Self::Stalled,
        Self::Finalizer,
        Self::Timeout,
    ];

    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// What it means, in one line.
    pub fn meaning(self) -> &'static str {
        self.entry().1
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        self.entry().2
    }

    #[rustfmt::skip]
    fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ImagePull => (
                "E-IMAGE-PULL",
                "a node cannot pull a container's image",
                "check the image's name and tag, whether it was pushed, and the pod's `imagePullSecrets`",
            ),
            Self::ImageName => (
                "E-IMAGE-NAME",
                "a container's image is no valid image reference",
                "correct the image in the values: a doubled tag, an empty repository or an upper-case letter are common",
            ),
            Self::Config => (
                "E-CONFIG",
                "a container cannot be created because something that it refers to is missing or not allowed",
                "create the ConfigMap, Secret or key that the message names, or let this release need the one that brings it",
            ),
            Self::Start => (
                "E-START",
                "a container's process cannot be started",
                "check `command`, `args` and the hooks of the container: the message names what could not be run",
            ),
            Self::CrashLoop => (
                "E-CRASH-LOOP",
                "a container ends soon after each start",
                "read the last log lines; exit code 137 with OOMKilled asks for more memory; if it waits for another release, declare that in `needs`",
            ),
            Self::PodFailed => (
                "E-POD-FAILED",
                "a pod has ended without success",
                "read the container's last log lines and its exit code",
            ),
            Self::JobFailed => (
                "E-JOB-FAILED",
                "a Job has used up its attempts or its time",
                "read the logs of its last pod; `backoffLimit` and `activeDeadlineSeconds` say how long it may try",
            ),
            Self::Probe => (
                "E-PROBE",
                "a container runs, but a probe does not succeed",
                "compare the probe's path, port and delays with what the log says; a slow start asks for a `startupProbe`",
            ),
            Self::Unschedulable => (
                "E-UNSCHEDULABLE",
                "no node can take a pod",
                "compare its requests, node selector and tolerations with the nodes, or add a node",
            ),
            Self::PvcUnbound => (
                "E-PVC-UNBOUND",
                "a PersistentVolumeClaim gets no volume",
                "check that its storage class exists and can provision, and that size and access mode are offered",
            ),
            Self::Mount => (
                "E-MOUNT",
                "a volume cannot be attached or mounted",
                "create the Secret, ConfigMap or claim that the message names; a volume held by another node must be released there",
            ),
            Self::Sandbox => (
                "E-SANDBOX",
                "a node cannot set up a pod's network or sandbox",
                "look at the network plugin and the container runtime of the node",
            ),
            Self::Quota => (
                "E-QUOTA",
                "a quota or limit range of the namespace refuses pods",
                "lower requests or replicas, set the limits that it asks for, or raise it",
            ),
            Self::Admission => (
                "E-ADMISSION",
                "a policy or webhook refuses pods",
                "change the pod's template to what the message asks for, or the policy",
            ),
            Self::WebhookDown => (
                "E-WEBHOOK-DOWN",
                "an admission webhook does not answer",
                "look at the pods behind the webhook's Service, and let this release need the one that brings it",
            ),
            Self::Deadline => (
                "E-DEADLINE",
                "a rollout made no progress within its own deadline",
                "look at the newest pods; `progressDeadlineSeconds` says how long a rollout may stand still",
            ),
            Self::RolloutBlocked => (
                "E-ROLLOUT-BLOCKED",
                "a StatefulSet waits for a broken pod of its former revision and never replaces it",
                "delete that pod: the StatefulSet then makes it anew from the present revision",
            ),
            Self::LoadBalancer => (
                "E-LOAD-BALANCER",
                "a Service of type LoadBalancer gets no address",
                "check that this cluster has a load balancer controller and addresses left; a `readiness` rule can stop waiting for it",
            ),
            Self::CrdNames => (
                "E-CRD-NAMES",
                "a CustomResourceDefinition's names are taken by another one",
                "remove the other definition, or rename kind, plural or short names",
            ),
            Self::ApiService => (
                "E-API-SERVICE",
                "an aggregated API does not answer",
                "look at the Service and the pods behind it, and at its CA bundle",
            ),
            Self::Stalled => (
                "E-STALLED",
                "a controller says that it cannot go on with an object",
                "correct what the object's own message names",
            ),
            Self::Finalizer => (
                "E-FINALIZER",
                "an object is being deleted and does not go",
                "see that the controllers of the finalizers that it names still run",
            ),
            Self::Timeout => (
                "E-TIMEOUT",
                "an object was not ready in time",
                "raise `timeout`, or look at what it was waiting for",
            ),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_all_different() {
        let mut codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Code::ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("E-")));
    }

    /// A code that is missing in `docs/readiness.md`, or is there with other words, fails with the line to write.
    #[test]
    fn the_page_lists_every_code() {
        let page = include_str!("../../../../docs/readiness.md");
        let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `E-")).collect();
        let lines =
            Code::ALL.map(|code| format!("| `{code}` | {} | {} |", code.meaning(), code.help()));
        assert_eq!(listed.join("\n"), lines.join("\n"));
    }
}
