//! Releases whose templates looked for something that only comes with the same plan.

use std::collections::BTreeMap;

use super::Cluster;
use crate::{Desired, DesiredRelease, Object, ObjectId, Section};

/// One sentence for each: what was looked up was not there yet, so that the next apply may render another result.
pub(super) fn warnings(desired: &Desired, cluster: &Cluster) -> Vec<String> {
    let mut coming: BTreeMap<&ObjectId, &DesiredRelease> = BTreeMap::new();
    for release in &desired.releases {
        for object in release.objects.iter().filter(|object| is_new(release, object, cluster)) {
            coming.insert(object.id(), release);
        }
    }
    let mut warnings = Vec::new();
    for release in &desired.releases {
        let lookups = release.content.iter().flat_map(|content| &content.lookups);
        for id in lookups {
            let Some(other) = coming.get(id).filter(|other| other.id != release.id) else {
                continue;
            };
            warnings.push(format!(
                "`{}` looks up `{id}`, which comes with `{}` in this run: it is rendered as if that were absent, and the next apply may change it",
                release.id, other.id
            ));
        }
    }
    warnings.sort();
    warnings.dedup();
    warnings
}

fn is_new(release: &DesiredRelease, object: &Object, cluster: &Cluster) -> bool {
    let seen = cluster.objects.get(&(release.key.clone(), object.key.clone()));
    object.key.section == Section::Manifest && seen.is_some_and(|seen| seen.live.is_none())
}
