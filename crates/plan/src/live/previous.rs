//! What a release was: the objects of its recorded revisions, and the texts that chance drew for them.

use std::collections::{BTreeMap, BTreeSet};

use super::revision::hooks_of;
use super::{Cluster, HookObject, Recorded};
use crate::record::{Record, manifest};
use crate::{Apis, DesiredRelease, Document, Object, ObjectId, ReleaseKey, Section, read};

/// The objects that a release may still have in the cluster: those of its last good revision and of everything after it,
/// the newest text of each. What only a failed revision brought is among them.
pub fn objects(
    recorded: &Recorded,
    release: &ReleaseKey,
    apis: &Apis,
) -> BTreeMap<ObjectId, Object> {
    let objects = recorded.in_place.iter().flat_map(|record| objects_of(record, release, apis));
    objects.map(|object| (object.key.id.clone(), object)).collect()
}

/// The objects of one revision, in the order of their installation.
pub fn objects_of(record: &Record, release: &ReleaseKey, apis: &Apis) -> Vec<Object> {
    let mut objects = read(&manifest::read(&record.manifest), release).0;
    for object in &mut objects {
        rescope(&mut object.key.id, release, apis);
    }
    objects
}

/// The hooks of a revision.
pub fn hooks(record: &Record, release: &ReleaseKey, apis: &Apis) -> Vec<Object> {
    let mut objects = read(&manifest::documents(record), release).0;
    objects.retain(|object| object.key.section == Section::Hook);
    for object in &mut objects {
        rescope(&mut object.key.id, release, apis);
    }
    objects
}

/// The same as they would be sent again.
pub fn hook_objects(record: &Record, release: &ReleaseKey, apis: &Apis) -> Vec<HookObject> {
    hooks_of(&hooks(record, release, apis), release, apis)
}

/// Says whether an object lives in a namespace, as the cluster knows it.
pub fn rescope(id: &mut ObjectId, release: &ReleaseKey, apis: &Apis) {
    if let Some(api) = apis.preferred(&id.group, &id.kind) {
        match (&id.namespace, api.namespaced) {
            (Some(_), false) => id.namespace = None,
            (None, true) => id.namespace = Some(release.namespace.to_string()),
            (Some(_), true) | (None, false) => {}
        }
    }
}

/// While a release's inputs are what they were, what a template draws anew stays as it was drawn: the documents of such
/// templates are those of the deployed record.
pub fn keep_drawn<'a>(
    releases: impl IntoIterator<Item = &'a mut DesiredRelease>,
    cluster: &Cluster,
) {
    for release in releases {
        let known = cluster.inventory.iter().flat_map(|inventory| &inventory.releases);
        let record = known.into_iter().find(|record| record.key == release.key);
        let same = record.is_some_and(|record| record.inputs.as_ref() == Some(&release.inputs));
        let deployed = cluster.recorded.get(&release.key).and_then(Recorded::deployed);
        if let (true, Some(deployed)) = (same, deployed) {
            hold(release, deployed);
        }
    }
}

fn hold(release: &mut DesiredRelease, deployed: &Record) {
    let drawn: BTreeSet<String> =
        release.impure.iter().map(|call| call.rendering.clone()).collect();
    let is_drawn = |template: &str| drawn.contains(template);
    let held: Vec<Document<'_>> = manifest::documents(deployed)
        .into_iter()
        .filter(|document| is_drawn(document.template))
        .collect();
    let (objects, problems) = read(&held, &release.key);
    let counts = |section: Section| {
        let now = release.objects.iter().filter(|object| is_drawn(&object.template));
        let now = now.filter(|object| object.key.section == section).count();
        now == objects.iter().filter(|object| object.key.section == section).count()
    };
    // Another number of objects is no other draw but another text.
    if held.is_empty()
        || !problems.is_empty()
        || ![Section::Hook, Section::Manifest].into_iter().all(counts)
    {
        return;
    }
    for section in [Section::Hook, Section::Manifest] {
        let mut held = objects.iter().filter(|object| object.key.section == section);
        for object in &mut release.objects {
            if object.key.section == section
                && is_drawn(&object.template)
                && let Some(held) = held.next()
            {
                let cluster_scoped = object.key.id.namespace.is_none();
                *object = held.clone();
                if cluster_scoped {
                    object.key.id.namespace = None;
                }
            }
        }
    }
    if let Some(content) = &mut release.content {
        let mut texts = held.iter().filter(|document| document.section == Section::Manifest);
        let mut documents = manifest::read(&content.manifest);
        for document in &mut documents {
            if is_drawn(document.template)
                && let Some(held) = texts.next()
            {
                document.text = held.text;
            }
        }
        content.manifest = manifest::write(&documents);
        for hook in &mut content.hooks {
            let same = |old: &&crate::record::RecordedHook| {
                old.path == hook.path && old.name == hook.name && old.events == hook.events
            };
            if is_drawn(&hook.path)
                && let Some(old) = deployed.hooks.iter().find(same)
            {
                hook.manifest.clone_from(&old.manifest);
            }
        }
    }
}
