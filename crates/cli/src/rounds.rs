//! What a chart sees of APIs that its release's needs bring: it is rendered again with them, as if they were there already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chart::Capabilities;
use plan::live::targets::served;
use plan::{Api, DesiredRelease};
use stack::ReleaseId;

use crate::render::Job;

/// A rendered release and the APIs that its chart asked about in vain.
pub struct Made {
    pub release: DesiredRelease,
    pub missed: BTreeSet<String>,
}

/// The jobs of a wave that have to be done again, with the capabilities that they get then. Call it wave by wave: what is
/// made again may bring more.
pub fn again(wave: usize, jobs: &[Job<'_>], made: &[Made]) -> Vec<(usize, Arc<Capabilities>)> {
    let by_id: BTreeMap<&ReleaseId, &DesiredRelease> =
        made.iter().map(|one| (&one.release.id, &one.release)).collect();
    let of_wave = made.iter().enumerate().filter(|(_, one)| one.release.wave == wave);
    of_wave
        .filter_map(|(position, one)| {
            let brought = brought(&one.release, &by_id);
            if brought.is_disjoint(&one.missed) {
                return None;
            }
            let capabilities = &jobs[position].capabilities;
            let mut all: Capabilities = (**capabilities).clone();
            all.api_versions.extend(brought);
            all.api_versions.sort();
            all.api_versions.dedup();
            Some((position, Arc::new(all)))
        })
        .collect()
}

/// `monitoring.coreos.com/v1` and `monitoring.coreos.com/v1/ServiceMonitor` of every CRD that the release's needs render,
/// and their needs.
fn brought(
    release: &DesiredRelease,
    by_id: &BTreeMap<&ReleaseId, &DesiredRelease>,
) -> BTreeSet<String> {
    let mut seen: BTreeSet<&ReleaseId> = BTreeSet::new();
    let mut open: Vec<&DesiredRelease> = vec![release];
    let mut apis = BTreeSet::new();
    while let Some(one) = open.pop() {
        for need in &one.needs {
            let Some(needed) = by_id.get(&need.release).filter(|_| seen.insert(&need.release))
            else {
                continue;
            };
            let definitions = needed.objects.iter().filter(|object| object.defines.is_some());
            for api in definitions.flat_map(|object| served(&object.tree())) {
                apis.extend(names(&api));
            }
            open.push(needed);
        }
    }
    apis
}

/// As Helm's `.Capabilities.APIVersions` spells an API.
fn names(api: &Api) -> [String; 2] {
    [api.api_version(), format!("{}/{}", api.api_version(), api.kind)]
}
