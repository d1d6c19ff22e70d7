//! One object: what stands where it should be, what happens to it and why, and the steps between.

use source::Tree;

use super::Draft;
use super::inventory::{Inventory, Occupant};
use super::pairing::{Match, Pair};
use crate::{
    Action, Cause, DesiredRelease, Edit, Expect, ImpureCall, Live, Object, ObjectPlan,
    ObjectRecord, ObservedObject, Refusal, RefusalReason, Step, diff,
};

/// What is the same for all objects of a release.
pub(super) struct Scene<'a> {
    pub(super) release: &'a DesiredRelease,
    pub(super) inventory: &'a Inventory<'a>,
    /// Which inputs differ from the recorded ones; none where no release is recorded.
    pub(super) causes: Option<Vec<Cause>>,
    pub(super) same_inputs: bool,
}

impl<'a> Scene<'a> {
    pub(super) fn place(&self, object: &Object) -> String {
        self.inventory.place(&self.release.key, &object.key)
    }

    /// The calls that make an object come out differently each time.
    pub(super) fn impure(&self, object: &Object) -> Vec<ImpureCall> {
        let calls = self.release.impure.iter();
        calls.filter(|call| call.rendering == object.template).cloned().collect()
    }

    pub(super) fn object(&self, pair: Pair<'a>, draft: &mut Draft) -> ObjectPlan {
        let object = pair.object;
        match pair.recorded {
            Some((Match::Redrawn, recorded)) => self.not_deterministic(object, recorded),
            Some((Match::Same, recorded)) if self.keeps(object, recorded) => {
                self.not_deterministic(object, recorded)
            }
            Some((Match::Same, recorded)) => self.recorded(object, recorded, draft),
            Some((Match::Renamed, recorded)) => self.renamed(object, recorded, draft),
            None => self.unknown(object, draft),
        }
    }

    /// While the inputs are what they were, a new text can only come from what the template drew.
    fn keeps(&self, object: &Object, recorded: ObservedObject<'_>) -> bool {
        recorded.live.digest() == Some(&recorded.record.digest)
            && recorded.record.digest != object.digest
            && self.draws(object)
    }

    fn draws(&self, object: &Object) -> bool {
        self.same_inputs && !self.impure(object).is_empty()
    }

    fn not_deterministic(&self, object: &Object, recorded: ObservedObject<'_>) -> ObjectPlan {
        let record = recorded.record.clone();
        ObjectPlan {
            impure: self.impure(object),
            before: Some(record.clone()),
            after: Some(record.clone()),
            ..blank(record, Action::Keep, vec![Cause::NotDeterministic])
        }
    }

    /// The object under the id that the inventory has.
    fn recorded(
        &self,
        object: &Object,
        recorded: ObservedObject<'_>,
        draft: &mut Draft,
    ) -> ObjectPlan {
        let place = self.place(object);
        let moved = recorded.record.place != place;
        let mut steps = self.put(object, &place, draft);
        if moved {
            steps.extend(delete_steps(self.owner(), recorded, self.inventory, draft));
        }

        let changed = recorded.live.digest() != Some(&recorded.record.digest);
        let mut causes = Vec::new();
        let mut drift = Vec::new();
        let mut edits = Vec::new();
        if recorded.live.digest() != Some(&object.digest) || moved {
            if recorded.record.digest != object.digest && !self.draws(object) {
                causes.extend(self.update_causes());
            }
            if changed {
                causes.push(Cause::Drift);
            }
            if moved {
                causes.push(Cause::Moved);
            }
            let live = live_tree(recorded.live);
            if let Some(live) = &live {
                edits = diff(object.id(), live, &object.tree());
                if changed && recorded.record.digest == object.digest {
                    drift = diff(object.id(), &object.tree(), live);
                }
            }
        }
        let action = match recorded.live {
            _ if steps.is_empty() => Action::None,
            Live::Missing => Action::Create,
            Live::Present { .. } => Action::Update,
        };
        let after = record(object, place);
        ObjectPlan {
            edits,
            drift,
            steps,
            before: Some(recorded.record.clone()),
            after: Some(after.clone()),
            ..blank(after, action, causes)
        }
    }

    /// The same config map or secret under a new name.
    fn renamed(
        &self,
        object: &Object,
        recorded: ObservedObject<'_>,
        draft: &mut Draft,
    ) -> ObjectPlan {
        let mut plan = self.unknown(object, draft);
        plan.action = Action::Replace;
        plan.causes = self.update_causes();
        plan.replaces = Some(recorded.record.key.id.clone());
        if let Some(live) = live_tree(recorded.live) {
            plan.edits = without_name(diff(object.id(), &live, &object.tree()));
        }
        plan.steps.extend(delete_steps(self.owner(), recorded, self.inventory, draft));
        plan.before = Some(recorded.record.clone());
        plan
    }

    /// Nothing is recorded under its id.
    fn unknown(&self, object: &Object, draft: &mut Draft) -> ObjectPlan {
        let place = self.place(object);
        let creates = || match &self.causes {
            Some(causes) if !causes.is_empty() => causes.clone(),
            _ => vec![Cause::New],
        };
        let (action, causes, live) = match self.inventory.occupant(&place) {
            Occupant::Nothing | Occupant::Ours { was_kept: false, .. } => {
                (Action::Create, creates(), None)
            }
            Occupant::Ours { was_kept: true, text, .. } => {
                (Action::Adopt, vec![Cause::KeepPolicy], text)
            }
            Occupant::Foreign { text, .. } => (Action::Adopt, vec![Cause::Foreign], text),
        };
        let steps = self.put(object, &place, draft);
        let edits = match live {
            Some(text) if !steps.is_empty() => diff(object.id(), &read(text), &object.tree()),
            _ => Vec::new(),
        };
        let after = record(object, place);
        ObjectPlan { edits, steps, after: Some(after.clone()), ..blank(after, action, causes) }
    }

    pub(super) fn gone(&self, recorded: ObservedObject<'_>, draft: &mut Draft) -> ObjectPlan {
        delete(self.owner(), recorded, Cause::NotInRelease, self.inventory, draft)
    }

    fn owner(&self) -> Owner<'a> {
        (&self.release.id, &self.release.key)
    }

    /// Why an object's text is another one than recorded.
    fn update_causes(&self) -> Vec<Cause> {
        match &self.causes {
            Some(causes) if !causes.is_empty() => causes.clone(),
            _ => vec![Cause::Renderer],
        }
    }

    /// The steps that make a place hold the object, whatever stands there.
    fn put(&self, object: &Object, place: &str, draft: &mut Draft) -> Vec<Step> {
        draft.retaken.insert(place.to_owned());
        let write = |expect: Expect| Step::Write {
            place: place.to_owned(),
            text: object.text.clone(),
            digest: object.digest.clone(),
            secret: object.id().is_secret(),
            expect,
        };
        match self.inventory.occupant(place) {
            Occupant::Nothing => vec![write(Expect::Absent)],
            Occupant::Ours { digest, .. } | Occupant::Foreign { digest, .. }
                if digest == object.digest =>
            {
                Vec::new()
            }
            Occupant::Ours { digest, .. } => vec![write(Expect::Digest(digest.to_owned()))],
            Occupant::Foreign { digest, recorded, .. } => {
                let expect = Expect::Digest(digest.to_owned());
                if self.inventory.force_conflicts {
                    let place = place.to_owned();
                    return vec![Step::PutAside { place, expect: expect.clone() }, write(expect)];
                }
                draft.refusals.push(Refusal {
                    reason: match recorded {
                        true => RefusalReason::ChangedObject,
                        false => RefusalReason::ForeignObject,
                    },
                    release: self.release.id.clone(),
                    object: Some(object.id().clone()),
                    place: Some(place.to_owned()),
                    need: None,
                    detail: None,
                });
                vec![write(expect)]
            }
        }
    }
}

/// Whose object it is.
pub(super) type Owner<'a> = (&'a stack::ReleaseId, &'a crate::ReleaseKey);

/// Deletes a recorded object, unless its keep policy (as recorded, or as it stands there) forbids it.
pub(super) fn delete(
    owner: Owner<'_>,
    recorded: ObservedObject<'_>,
    cause: Cause,
    inventory: &Inventory<'_>,
    draft: &mut Draft,
) -> ObjectPlan {
    let record = recorded.record;
    let before = Some(record.clone());
    let live = live_tree(recorded.live);
    let keep = record.keep || live.as_ref().is_some_and(crate::read::has_keep_policy);
    if keep && live.is_some() {
        let live = recorded.live.clone();
        let record = ObjectRecord { keep, ..record.clone() };
        draft.kept.push(crate::Kept { release: owner.1.clone(), record: record.clone(), live });
        return ObjectPlan { before, ..blank(record, Action::Keep, vec![Cause::KeepPolicy]) };
    }
    let mut causes = vec![cause];
    if recorded.live.digest() != Some(&record.digest) {
        causes.push(Cause::Drift);
    }
    let steps = delete_steps(owner, recorded, inventory, draft);
    ObjectPlan { before, steps, ..blank(record.clone(), Action::Delete, causes) }
}

fn delete_steps(
    (release, _): Owner<'_>,
    recorded: ObservedObject<'_>,
    inventory: &Inventory<'_>,
    draft: &mut Draft,
) -> Vec<Step> {
    let Some(digest) = recorded.live.digest() else { return Vec::new() };
    let place = recorded.record.place.clone();
    let expect = Expect::Digest(digest.to_owned());
    let delete = Step::Delete { place: place.clone(), expect: expect.clone() };
    if !recorded.is_changed() {
        return vec![delete];
    }
    if inventory.force_conflicts {
        return vec![Step::PutAside { place, expect }, delete];
    }
    draft.refusals.push(Refusal {
        reason: RefusalReason::ChangedObject,
        release: release.clone(),
        object: Some(recorded.record.key.id.clone()),
        place: Some(place),
        need: None,
        detail: None,
    });
    vec![delete]
}

fn record(object: &Object, place: String) -> ObjectRecord {
    ObjectRecord {
        key: object.key.clone(),
        place,
        digest: object.digest.clone(),
        template: object.template.clone(),
        keep: object.keep,
    }
}

/// A plan for an object that says no more than what and why.
pub(crate) fn blank(record: ObjectRecord, action: Action, causes: Vec<Cause>) -> ObjectPlan {
    ObjectPlan {
        key: record.key,
        action,
        causes,
        replaces: None,
        template: record.template,
        place: record.place,
        edits: Vec::new(),
        drift: Vec::new(),
        impure: Vec::new(),
        predicted: false,
        contested: Vec::new(),
        steps: Vec::new(),
        address: None,
        requests: Vec::new(),
        before: None,
        after: None,
    }
}

/// None where nothing stands; null for what is no YAML, so that the whole object counts as new.
fn live_tree(live: &Live) -> Option<Tree> {
    match live {
        Live::Missing => None,
        Live::Present { text, .. } => Some(text.as_deref().map(read).unwrap_or_default()),
    }
}

fn read(text: &str) -> Tree {
    source::yaml::read_bare(text).unwrap_or_default()
}

/// The new name is told by the replacement itself.
fn without_name(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.retain(|edit| edit.path.to_string() != "metadata.name");
    edits
}
