//! What is there: the recorded inventory of a stack and the present state of every object in it, whatever the target.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use stack::{ClusterName, Namespace, ReleaseId, ReleaseName, StackId};

use crate::ObjectKey;

/// What a release is to Kubernetes. Ids and groups may change; two releases with one key are the same release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseKey {
    /// None for the target's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterName>,
    pub namespace: Namespace,
    /// Helm's name.
    pub name: ReleaseName,
}

/// `shop/api`, `edge:shop/api`.
impl fmt::Display for ReleaseKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cluster {
            Some(cluster) => write!(formatter, "{cluster}:{}/{}", self.namespace, self.name),
            None => write!(formatter, "{}/{}", self.namespace, self.name),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Whose target it is; none where nothing was recorded yet.
    pub stack: Option<StackId>,
    /// In recorded order.
    pub releases: Vec<ObservedRelease>,
    /// What earlier deletions left because of its keep policy. It is still ours to take up again.
    pub kept: Vec<Kept>,
    /// For each desired object where the target would put it: a file below a directory, an address in a cluster.
    pub places: BTreeMap<(ReleaseKey, ObjectKey), String>,
    /// What stands at such a place without being recorded.
    pub unrecorded: BTreeMap<String, Live>,
    /// A run was killed or failed; the inventory is what it really left.
    pub unfinished: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ObservedRelease {
    pub record: ReleaseRecord,
    /// One for each of the record's objects, in their order.
    pub live: Vec<Live>,
}

/// What the inventory keeps of a release: enough to plan and to destroy without chart or manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReleaseRecord {
    pub id: ReleaseId,
    pub key: ReleaseKey,
    pub wave: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<ReleaseId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Holds until an apply has written `false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    pub chart: RecordedChart,
    /// None while an apply of the release has not come to its end: nothing may be concluded from equal inputs then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Inputs>,
    pub objects: Vec<ObjectRecord>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedChart {
    /// The implicit label `chart`.
    pub name: String,
    pub version: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app_version: String,
}

/// Digests of what a rendering depended on; while they are equal, a different result is not deterministic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    pub chart: String,
    pub values: String,
    pub capabilities: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRecord {
    #[serde(rename = "object")]
    pub key: ObjectKey,
    pub place: String,
    /// SHA-256 of what we wrote, in hexadecimal.
    pub digest: String,
    /// The template that it came from.
    pub template: String,
    /// Stays where it is when the release goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep: bool,
}

/// What stands at a place now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Live {
    Missing,
    /// The text is none where it is not UTF-8.
    Present {
        digest: String,
        text: Option<String>,
    },
}

impl Live {
    pub fn digest(&self) -> Option<&str> {
        match self {
            Self::Missing => None,
            Self::Present { digest, .. } => Some(digest),
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Missing => None,
            Self::Present { text, .. } => text.as_deref(),
        }
    }
}

/// An object that a deletion left in place, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub release: ReleaseKey,
    pub record: ObjectRecord,
    pub live: Live,
}

/// A recorded object beside what stands there now.
#[derive(Clone, Copy, Debug)]
pub struct ObservedObject<'a> {
    pub record: &'a ObjectRecord,
    pub live: &'a Live,
}

impl ObservedRelease {
    pub fn objects(&self) -> impl Iterator<Item = ObservedObject<'_>> {
        self.record
            .objects
            .iter()
            .zip(&self.live)
            .map(|(record, live)| ObservedObject { record, live })
    }
}

impl ObservedObject<'_> {
    /// Somebody else changed it since we wrote it.
    pub fn is_changed(&self) -> bool {
        self.live.digest().is_some_and(|digest| digest != self.record.digest)
    }
}
