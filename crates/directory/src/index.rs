//! `regatta-index.yaml`: whose directory it is and what we wrote into it; and the intent, which tells a run that was killed.

use plan::{Kept, Live, ObjectRecord, ReleaseKey, ReleaseRecord, recover};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use source::Source;
use stack::{EnvironmentName, InstanceName, StackId, WorkspaceName};

use crate::Error;
use crate::disk::Disk;

pub(crate) const INDEX: &str = "regatta-index.yaml";
pub(crate) const INTENT: &str = ".regatta-intent.yaml";

/// Of both files; a newer one is refused.
const VERSION: u32 = 1;

const HEAD: &str = "# What Regatta wrote into this directory. It is needed to plan, prune and destroy; do not edit it.\n";

/// Everything recorded of a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inventory {
    pub(crate) releases: Vec<ReleaseRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) kept: Vec<KeptRecord>,
}

/// What a deletion left because of its keep policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptRecord {
    pub(crate) release: ReleaseKey,
    pub(crate) object: ObjectRecord,
}

/// What a directory's own files say.
pub(crate) struct Recorded {
    pub(crate) stack: StackId,
    pub(crate) inventory: Inventory,
    /// Every place that a run which did not come to its end was about; none where the last one did.
    pub(crate) unfinished: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexFile {
    version: u32,
    stack: Owner,
    inventory: Inventory,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntentFile {
    version: u32,
    stack: Owner,
    before: Inventory,
    after: Inventory,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    workspace: WorkspaceName,
    environment: EnvironmentName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<InstanceName>,
}

/// The index, or after a kill what the intent and the files together say. None for a directory that is nobody's.
pub(crate) fn load(disk: &Disk) -> Result<Option<Recorded>, Error> {
    if let Some(intent) = read::<IntentFile>(disk, INTENT, |intent| intent.version)? {
        let releases = intent.before.releases.iter().chain(&intent.after.releases);
        let objects = releases.flat_map(|release| &release.objects);
        let unfinished = Some(objects.map(|object| object.place.clone()).collect());
        let inventory = recovered(disk, intent.before, intent.after)?;
        return Ok(Some(Recorded { stack: intent.stack.into(), inventory, unfinished }));
    }
    let index = read::<IndexFile>(disk, INDEX, |index| index.version)?;
    Ok(index.map(|index| Recorded {
        stack: index.stack.into(),
        inventory: index.inventory,
        unfinished: None,
    }))
}

/// Says who owns the directory where that is somebody else.
pub(crate) fn check_owner(disk: &Disk, recorded: &Recorded, stack: &StackId) -> Result<(), Error> {
    if recorded.stack == *stack {
        return Ok(());
    }
    let root = disk.shown("").trim_end_matches('/').to_owned();
    Err(Error::OtherStack { root, owner: recorded.stack.to_string() })
}

pub(crate) fn index_text(stack: &StackId, inventory: Inventory) -> Result<String, Error> {
    write(INDEX, &IndexFile { version: VERSION, stack: stack.into(), inventory })
}

pub(crate) fn intent_text(
    stack: &StackId,
    before: Inventory,
    after: Inventory,
) -> Result<String, Error> {
    write(INTENT, &IntentFile { version: VERSION, stack: stack.into(), before, after })
}

impl Inventory {
    pub(crate) fn new(releases: Vec<ReleaseRecord>, kept: &[Kept]) -> Self {
        let kept = kept
            .iter()
            .map(|kept| KeptRecord { release: kept.release.clone(), object: kept.record.clone() });
        Self { releases, kept: kept.collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.kept.is_empty()
    }
}

/// Objects count as what stands at their places; what both a release and the kept ones claim is the release's.
fn recovered(disk: &Disk, before: Inventory, after: Inventory) -> Result<Inventory, Error> {
    let mut places = std::collections::BTreeMap::new();
    for record in before.releases.iter().chain(&after.releases) {
        for object in &record.objects {
            if !places.contains_key(&object.place) {
                places.insert(object.place.clone(), disk.live(&object.place)?);
            }
        }
    }
    let live = |place: &str| places.get(place).cloned().unwrap_or(Live::Missing);
    let releases = recover(&before.releases, &after.releases, &live);
    let mut kept: Vec<KeptRecord> = Vec::new();
    for one in before.kept.into_iter().chain(after.kept) {
        let place = &one.object.place;
        let recorded = releases.iter().flat_map(|release| &release.objects);
        let is_known = recorded.map(|object| &object.place).any(|other| other == place)
            || kept.iter().any(|other| other.object.place == *place);
        if !is_known {
            kept.push(one);
        }
    }
    Ok(Inventory { releases, kept })
}

fn read<T: DeserializeOwned>(
    disk: &Disk,
    place: &str,
    version: impl Fn(&T) -> u32,
) -> Result<Option<T>, Error> {
    let broken = |message: String| Error::Index { place: disk.shown(place), message };
    let Some(bytes) = disk.read(place)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8".to_owned()))?;
    let source = Source::new(place, text);
    let first = |problems: source::Problems| {
        let problem = problems.into_iter().next();
        broken(problem.map(|problem| problem.message).unwrap_or_default())
    };
    let tree = source::yaml::read(&source, source::yaml::Options::STRICT).map_err(first)?.value;
    let written = tree.get("version").map(|version| &version.node);
    if let Some(source::Node::Int(written)) = written
        && *written > i64::from(VERSION)
    {
        return Err(broken(format!(
            "it has version {written}, and this Regatta knows {VERSION}; use a newer one"
        )));
    }
    let value: T = source::typed::read(&tree).map_err(first)?;
    match version(&value) {
        VERSION => Ok(Some(value)),
        other => Err(broken(format!("version {other} is unknown"))),
    }
}

fn write<T: Serialize>(place: &str, value: &T) -> Result<String, Error> {
    match source::typed::to_yaml(value) {
        Ok(text) => Ok(format!("{HEAD}{text}")),
        Err(error) => Err(Error::Index { place: place.to_owned(), message: error.to_string() }),
    }
}

impl From<Owner> for StackId {
    fn from(owner: Owner) -> Self {
        let Owner { workspace, environment, instance } = owner;
        Self { workspace, environment, instance }
    }
}

impl From<&StackId> for Owner {
    fn from(stack: &StackId) -> Self {
        let StackId { workspace, environment, instance } = stack.clone();
        Self { workspace, environment, instance }
    }
}
