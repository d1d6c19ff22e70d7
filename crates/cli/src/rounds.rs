//! What a chart sees of APIs that its release's needs bring: it is rendered again with them, as if they were there already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chart::{Capabilities, Lookup, NoLookup};
use plan::live::targets::served;
use plan::{Api, DesiredRelease};
use source::Tree;
use stack::ReleaseId;

use crate::render::Job;

/// A rendered release and the APIs that its chart asked about in vain.
pub struct Made {
    pub release: DesiredRelease,
    pub missed: BTreeSet<String>,
}

/// What a job gets that has to be done again.
pub struct Again {
    /// Which job.
    pub position: usize,
    pub capabilities: Arc<Capabilities>,
    pub lookup: Arc<dyn Lookup>,
}

/// The jobs of a wave that have to be done again. Call it wave by wave: what is made again may bring more.
pub fn again(wave: usize, jobs: &[Job<'_>], made: &[Made]) -> Vec<Again> {
    let by_id: BTreeMap<&ReleaseId, &DesiredRelease> =
        made.iter().map(|one| (&one.release.id, &one.release)).collect();
    let of_wave = made.iter().enumerate().filter(|(_, one)| one.release.wave == wave);
    of_wave
        .filter_map(|(position, one)| {
            let brought = brought(&one.release, &by_id);
            if brought.is_disjoint(&one.missed) {
                return None;
            }
            let job = &jobs[position];
            let mut all: Capabilities = (*job.capabilities).clone();
            let served: BTreeSet<&String> = job.capabilities.api_versions.iter().collect();
            let coming: BTreeSet<String> =
                brought.into_iter().filter(|api| !served.contains(api)).collect();
            all.api_versions.extend(coming.iter().cloned());
            all.api_versions.sort();
            let lookup = Arc::new(Coming { kinds: coming, others: Arc::clone(&job.lookup) });
            Some(Again { position, capabilities: Arc::new(all), lookup })
        })
        .collect()
}

/// Kinds that are not served yet have no objects; others are asked about.
struct Coming {
    /// `monitoring.coreos.com/v1/ServiceMonitor`
    kinds: BTreeSet<String>,
    others: Arc<dyn Lookup>,
}

impl Lookup for Coming {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String> {
        match self.kinds.contains(&format!("{api_version}/{kind}")) {
            true => NoLookup.lookup(api_version, kind, namespace, name),
            false => self.others.lookup(api_version, kind, namespace, name),
        }
    }
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
