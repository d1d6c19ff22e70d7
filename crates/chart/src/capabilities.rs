//! What a chart is told about the cluster: its version and the APIs that it serves (Helm's pkg/chart/common/capabilities.go).

/// `.Capabilities`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    pub kube_version: KubeVersion,
    /// `apps/v1` and, known from a cluster or from `--api-versions`, `apps/v1/Deployment`; in the order that `range` shows.
    pub api_versions: Vec<String>,
}

/// What Helm tells a chart when no cluster is asked; Helm 3.22 and 4.3 are built with the same client-go.
impl Default for Capabilities {
    fn default() -> Self {
        let version = "v1.37.0".to_owned();
        let kube_version = KubeVersion {
            normalized: version.clone(),
            version,
            major: "1".to_owned(),
            minor: "37".to_owned(),
        };
        Self { kube_version, api_versions: API_VERSIONS.iter().map(ToString::to_string).collect() }
    }
}

/// `.Capabilities.KubeVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As given, with a leading `v`: `v1.33.4-gke.1245000`.
    pub version: String,
    /// Without what follows the patch number: what `String()` gives and a chart's `kubeVersion` is compared with.
    pub normalized: String,
    pub major: String,
    pub minor: String,
}

impl KubeVersion {
    /// What a cluster says of itself. Helm does not normalise that, so a suffix counts in comparisons.
    pub fn of_cluster(version: &str, major: &str, minor: &str) -> Self {
        Self {
            version: version.to_owned(),
            normalized: version.to_owned(),
            major: major.to_owned(),
            minor: minor.to_owned(),
        }
    }

    /// Reads what `--kube-version` takes, by the rules of Kubernetes' own generic parser: at least two numbers, the first
    /// without leading zeros, and anything behind them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is not a Kubernetes version such as `v1.33.4`");
        let written = text.trim_start();
        let numbers = written.strip_prefix('v').unwrap_or(written);
        let mut components = Vec::new();
        let mut rest = numbers;
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if end == 0 && !components.is_empty() {
                // The dot before belongs to what follows the numbers.
                break;
            }
            if components.is_empty() && end > 1 && rest.starts_with('0') {
                return Err(refuse());
            }
            components.push(rest[..end].parse::<u64>().map_err(|_| refuse())?);
            let Some(after) = rest[end..].strip_prefix('.') else { break };
            rest = after;
        }
        let [major, minor, ..] = components.as_slice() else { return Err(refuse()) };
        let normalized: Vec<String> = components.iter().map(u64::to_string).collect();
        Ok(Self {
            version: if text.starts_with('v') { text.to_owned() } else { format!("v{text}") },
            normalized: format!("v{}", normalized.join(".")),
            major: major.to_string(),
            minor: minor.to_string(),
        })
    }
}

/// Every group and version that client-go registers, in its order of preference, as Helm lists them.
const API_VERSIONS: &[&str] = &[
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::{Capabilities, KubeVersion};

    #[track_caller]
    fn check(text: &str, expect: Option<(&str, &str)>) {
        let parsed = KubeVersion::parse(text).ok();
        let shown = parsed.as_ref().map(|kube| (kube.version.as_str(), kube.normalized.as_str()));
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn kube_versions() {
        check("1.33", Some(("v1.33", "v1.33")));
        check("1.2.3.4", Some(("v1.2.3.4", "v1.2.3.4")));
        check("1.20.", Some(("v1.20.", "v1.20")));
        check("v1.33.4-gke.1", Some(("v1.33.4-gke.1", "v1.33.4")));
        check("v1.33.4+k3s1", Some(("v1.33.4+k3s1", "v1.33.4")));
        check("1.33+", Some(("v1.33+", "v1.33")));
        check("v1", None);
        check("1.033", Some(("v1.033", "v1.33")));
        check("01.3", None);
        check("one.two", None);
        check("vv1.2", None);
        check("", None);
    }

    #[test]
    fn the_default_is_that_of_helm_4() {
        let default = Capabilities::default();
        assert_eq!(default.kube_version.version, "v1.37.0");
        assert_eq!(default.api_versions.len(), 57);
    }
}
