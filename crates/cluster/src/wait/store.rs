//! The objects of one collection as its watch tells them: the latest of each, who owns whom, and what was deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use source::Tree;

use super::thin::thin;
use crate::client::{List, WatchEvent};

/// Names are unique in it: a collection is of one kind in one namespace.
#[derive(Default)]
pub(super) struct Store {
    objects: BTreeMap<String, Arc<Tree>>,
    /// The last state of what was deleted: a Job may be complete and gone in the same moment.
    deleted: BTreeMap<String, Arc<Tree>>,
    /// Names by the uid of an owner.
    owned: BTreeMap<String, BTreeSet<String>>,
    /// Names by the uid that an event is about.
    about: BTreeMap<String, BTreeSet<String>>,
    /// Everything up to here is in it.
    version: String,
    pub(super) is_listed: bool,
    /// It never will be: this user may not list. Its objects are asked for by their names.
    pub(super) is_unlisted: bool,
    /// Why nothing is known at present.
    pub(super) trouble: Option<String>,
    /// Nothing ever will be: this user may not look.
    pub(super) is_blind: bool,
}

/// What is known of one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Known {
    /// Nothing that is not older than the version asked for.
    #[default]
    Nothing,
    Object(Arc<Tree>),
    /// It was there and is not any more; its last state, where that was seen.
    Deleted(Option<Arc<Tree>>),
}

/// Deleted objects are remembered up to so many.
const REMEMBERED: usize = 500;

impl Store {
    /// After a list: what is not in it is not there.
    pub(super) fn replace(&mut self, list: List) {
        let former = std::mem::take(&mut self.objects);
        self.owned.clear();
        self.about.clear();
        for item in list.items {
            self.put(item);
        }
        for (name, object) in former {
            if !self.objects.contains_key(&name) {
                self.remember(name, object);
            }
        }
        self.version = list.resource_version;
        self.is_listed = true;
        self.trouble = None;
    }

    pub(super) fn take(&mut self, event: WatchEvent) {
        self.trouble = None;
        match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                self.version = version(&object).unwrap_or_default().to_owned();
                self.put(object);
            }
            WatchEvent::Deleted(object) => {
                self.version = version(&object).unwrap_or_default().to_owned();
                let name = text(&object, "name").unwrap_or_default().to_owned();
                self.remove(&name);
                self.remember(name, Arc::new(thin(object)));
            }
            WatchEvent::Bookmark { resource_version } => self.version = resource_version,
        }
    }

    /// The answer to a question about one name, where nothing is listed.
    pub(super) fn answer(&mut self, name: &str, object: Option<Tree>) {
        self.trouble = None;
        self.is_blind = false;
        match object {
            Some(object) => self.put(object),
            None => {
                if let Some(former) = self.remove(name) {
                    self.remember(name.to_owned(), former);
                } else if !self.deleted.contains_key(name) {
                    self.remember(name.to_owned(), Arc::default());
                }
            }
        }
    }

    /// From where a watch goes on.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// What is known of an object, not counting what is older than the given version of it.
    pub(super) fn find(&self, name: &str, since: Option<&str>) -> Known {
        if let Some(object) = self.objects.get(name) {
            let old = is_older(version(object).unwrap_or_default(), since);
            return if old { Known::Nothing } else { Known::Object(Arc::clone(object)) };
        }
        let last = self.deleted.get(name);
        let is_late = |last: &Tree| version(last).is_some_and(|it| !is_older(it, since));
        match last {
            Some(last) if is_late(last) => Known::Deleted(Some(Arc::clone(last))),
            Some(_) if !self.is_listed => Known::Deleted(None),
            _ => match self.is_listed && !is_older(&self.version, since) {
                true => Known::Deleted(None),
                false => Known::Nothing,
            },
        }
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = &Tree> {
        self.objects.values().map(AsRef::as_ref)
    }

    /// The objects that name this uid as their owner.
    pub(super) fn owned_by(&self, uid: &str) -> Vec<Arc<Tree>> {
        self.at(self.owned.get(uid))
    }

    /// The events that are about this uid.
    pub(super) fn about(&self, uid: &str) -> Vec<Arc<Tree>> {
        self.at(self.about.get(uid))
    }

    fn at(&self, names: Option<&BTreeSet<String>>) -> Vec<Arc<Tree>> {
        names.into_iter().flatten().filter_map(|name| self.objects.get(name)).cloned().collect()
    }

    fn put(&mut self, object: Tree) {
        let Some(name) = text(&object, "name").map(str::to_owned) else { return };
        self.remove(&name);
        self.deleted.remove(&name);
        let object = Arc::new(thin(object));
        for owner in owners(&object) {
            self.owned.entry(owner.to_owned()).or_default().insert(name.clone());
        }
        if let Some(uid) = subject(&object) {
            self.about.entry(uid.to_owned()).or_default().insert(name.clone());
        }
        self.objects.insert(name, object);
    }

    fn remove(&mut self, name: &str) -> Option<Arc<Tree>> {
        let object = self.objects.remove(name)?;
        for owner in owners(&object) {
            forget(&mut self.owned, owner, name);
        }
        if let Some(uid) = subject(&object) {
            forget(&mut self.about, uid, name);
        }
        Some(object)
    }

    fn remember(&mut self, name: String, object: Arc<Tree>) {
        if self.deleted.len() >= REMEMBERED {
            self.deleted.pop_first();
        }
        self.deleted.insert(name, object);
    }
}

fn forget(index: &mut BTreeMap<String, BTreeSet<String>>, uid: &str, name: &str) {
    if let Some(names) = index.get_mut(uid) {
        names.remove(name);
        if names.is_empty() {
            index.remove(uid);
        }
    }
}

/// A field of the metadata.
pub(super) fn text<'a>(object: &'a Tree, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get(key)?.as_str().filter(|text| !text.is_empty())
}

pub(super) fn version(object: &Tree) -> Option<&str> {
    text(object, "resourceVersion")
}

/// The uids of its owners.
pub(super) fn owners(object: &Tree) -> impl Iterator<Item = &str> {
    let owners = object.get("metadata").and_then(|it| it.get("ownerReferences"));
    let owners = owners.and_then(Tree::as_list).unwrap_or_default().iter();
    owners.filter_map(|owner| owner.get("uid")?.as_str())
}

fn subject(event: &Tree) -> Option<&str> {
    event.get("involvedObject")?.get("uid")?.as_str()
}

/// Versions are numbers that grow (KEP-5504); what is none is never older.
pub(super) fn is_older(version: &str, than: Option<&str>) -> bool {
    let number = |text: &str| text.parse::<u128>().ok();
    match (number(version), than.and_then(number)) {
        (Some(version), Some(than)) => version < than,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use source::json::read_bare;

    use super::*;

    fn object(name: &str, version: u32) -> Tree {
        let text = format!(
            r#"{{"metadata":{{"name":"{name}","resourceVersion":"{version}","ownerReferences":[{{"uid":"o"}}]}}}}"#
        );
        read_bare(&text).unwrap()
    }

    fn words(known: &Known) -> String {
        match known {
            Known::Nothing => "nothing".to_owned(),
            Known::Object(object) => version(object).unwrap().to_owned(),
            Known::Deleted(None) => "deleted".to_owned(),
            Known::Deleted(Some(object)) => format!("deleted at {}", version(object).unwrap()),
        }
    }

    #[test]
    fn what_is_older_does_not_count() {
        let mut store = Store::default();
        let check = |store: &Store, name: &str, since: Option<&str>, expect: &str| {
            assert_eq!(words(&store.find(name, since)), expect, "{name} {since:?}");
        };
        check(&store, "a", Some("5"), "nothing");
        store.replace(List { items: vec![object("a", 5)], resource_version: "9".to_owned() });
        check(&store, "a", None, "5");
        check(&store, "a", Some("5"), "5");
        check(&store, "a", Some("6"), "nothing");
        check(&store, "b", None, "deleted");
        check(&store, "b", Some("9"), "deleted");
        check(&store, "b", Some("10"), "nothing");
        store.take(WatchEvent::Modified(object("a", 11)));
        check(&store, "a", Some("6"), "11");
        store.take(WatchEvent::Deleted(object("a", 12)));
        check(&store, "a", Some("6"), "deleted at 12");
        check(&store, "a", Some("13"), "nothing");
        store.take(WatchEvent::Added(object("a", 14)));
        check(&store, "a", Some("13"), "14");
    }

    #[test]
    fn owners_are_found() {
        let mut store = Store::default();
        store.replace(List {
            items: vec![object("a", 1), object("b", 2)],
            resource_version: "2".to_owned(),
        });
        assert_eq!(store.owned_by("o").len(), 2);
        store.take(WatchEvent::Deleted(object("a", 3)));
        assert_eq!(store.owned_by("o").len(), 1);
        store.replace(List { items: Vec::new(), resource_version: "4".to_owned() });
        assert_eq!(store.owned_by("o").len(), 0);
        assert_eq!(words(&store.find("b", None)), "deleted at 2");
    }

    #[test]
    fn answers_to_single_questions() {
        let mut store = Store::default();
        store.answer("a", Some(object("a", 5)));
        assert_eq!(words(&store.find("a", Some("5"))), "5");
        store.answer("a", None);
        assert_eq!(words(&store.find("a", Some("5"))), "deleted at 5");
        store.answer("b", None);
        assert_eq!(words(&store.find("b", Some("5"))), "deleted");
    }
}
