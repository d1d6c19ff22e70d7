//! Waits until deleted objects are gone, and names what holds those that stay.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plan::readiness::{Rules, Runs, State, state};
use plan::{Address, ObjectId};
use source::Tree;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::collection::Collection;
use super::hub::{How, Hub};
use super::ready::stopped;
use super::store::{Known, text, version};
use super::{Progress, Stop};

/// An object whose deletion was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    pub id: ObjectId,
    pub address: Address,
    /// Another object of the same name is not this one.
    pub uid: Option<String>,
    /// Of the object in the delete's answer, where that says that it is still there.
    pub version: Option<String>,
}

/// The objects that are still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGone {
    pub was_stopped: bool,
    pub objects: Vec<Held>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: ObjectId,
    pub finalizers: Vec<String>,
    /// When its deletion began, by the server's clock; none where it has not.
    pub since: Option<String>,
    /// `being deleted, held by example.com/backup`; for a namespace, what is left in it.
    pub why: String,
}

const TICK: Duration = Duration::from_millis(500);
const SWARM: Duration = Duration::from_millis(20);

/// Asks for each object once, as most are gone at once; watches are for the others.
///
/// # Errors
/// With what is still there, when the time is up or when it is stopped.
pub async fn until_gone(
    hub: &Hub,
    objects: &[Deleted],
    deadline: Instant,
    mut stop: Stop,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(), NotGone> {
    let total = objects.len();
    let asked = timeout_at(deadline, still_there(hub, objects)).await;
    let objects = &asked.unwrap_or_else(|_| objects.to_vec());
    let changed = Arc::new(Notify::new());
    let sources = open(hub, objects, &changed);
    let mut told = None;
    let mut was_stopped = false;
    loop {
        let held: Vec<Held> =
            objects.iter().filter_map(|it| held(it, &sources[&it.address.collection()])).collect();
        let progress = Progress {
            ready: total - held.len(),
            total,
            waiting_for: held.first().map(|it| (it.id.clone(), it.why.clone())),
        };
        if told.as_ref() != Some(&progress) {
            tell(progress.clone());
            told = Some(progress);
        }
        if held.is_empty() {
            return Ok(());
        }
        if was_stopped || Instant::now() >= deadline {
            return Err(NotGone { was_stopped, objects: held });
        }
        tokio::select! {
            () = stopped(&mut stop) => was_stopped = true,
            () = sleep_until((Instant::now() + TICK).min(deadline)) => {}
            () = changed.notified() => sleep(SWARM).await,
        }
    }
}

/// Those that are not gone, each with the version that was seen.
async fn still_there(hub: &Hub, objects: &[Deleted]) -> Vec<Deleted> {
    let mut asked = JoinSet::new();
    for (position, object) in objects.iter().enumerate().filter(|(_, it)| it.version.is_none()) {
        let (client, path) = (hub.client().clone(), object.address.path());
        asked.spawn(async move { (position, client.get(&path).await) });
    }
    let mut there: Vec<Option<Deleted>> = objects.iter().cloned().map(Some).collect();
    while let Some(Ok((position, answer))) = asked.join_next().await {
        // Where there was no answer, the watch will tell.
        let Ok(live) = answer else { continue };
        let is_this = |live: &Tree| {
            let uid = objects[position].uid.as_deref();
            uid.is_none() || uid == text(live, "uid")
        };
        there[position] = live.filter(is_this).map(|live| {
            let version = version(&live).map(str::to_owned);
            Deleted { version, ..objects[position].clone() }
        });
    }
    there.into_iter().flatten().collect()
}

/// One per kind and namespace.
fn open(
    hub: &Hub,
    objects: &[Deleted],
    changed: &Arc<Notify>,
) -> BTreeMap<String, Arc<Collection>> {
    let mut sources: BTreeMap<String, Arc<Collection>> = BTreeMap::new();
    for object in objects {
        let path = object.address.collection();
        let collection = sources.entry(path.clone()).or_insert_with(|| {
            // Namespaces say in their status what is left in them.
            let how = if object.id.kind == "Namespace" { How::Watched } else { How::Metadata };
            let collection = hub.open(path, how);
            collection.listen(changed);
            collection
        });
        collection.add_name(&object.address.name);
    }
    sources
}

fn held(object: &Deleted, collection: &Collection) -> Option<Held> {
    let store = collection.store();
    let unseen =
        |why: String| Held { id: object.id.clone(), finalizers: Vec::new(), since: None, why };
    let live = match store.find(&object.address.name, object.version.as_deref()) {
        Known::Object(live) => live,
        Known::Deleted(_) => return None,
        Known::Nothing => {
            let why = store.trouble.clone();
            return Some(unseen(why.unwrap_or_else(|| "not seen yet".to_owned())));
        }
    };
    if object.uid.is_some() && object.uid.as_deref() != text(&live, "uid") {
        return None;
    }
    let finalizers = live.get("metadata").and_then(|it| it.get("finalizers"));
    let finalizers = finalizers.and_then(Tree::as_list).unwrap_or_default().iter();
    Some(Held {
        id: object.id.clone(),
        finalizers: finalizers.filter_map(Tree::as_str).map(str::to_owned).collect(),
        since: text(&live, "deletionTimestamp").map(str::to_owned),
        why: why(&live),
    })
}

fn why(live: &Tree) -> String {
    let rules = Rules::new(Runs::Started, &[]);
    match (text(live, "deletionTimestamp"), state(live, &rules)) {
        (Some(_), State::Terminating { why }) => why,
        _ => "its deletion has not begun".to_owned(),
    }
}
