//! One object in a cluster: what lives there, what an apply would make of it, and what happens to it and why.

use source::Tree;

use super::normal::{normal, uid};
use super::ownership::{Owner, owner};
use super::{Answer, Contested, Decision, Present, Request, Seen, conflict, drift, wish};
use crate::decide::objects::blank;
use crate::{
    Action, Cause, DesiredRelease, ImpureCall, Object, ObjectPlan, ObjectRecord, Refusal,
    RefusalReason, Section, diff,
};

/// What is the same for all objects of a release.
pub(super) struct Scene<'a> {
    pub(super) release: &'a DesiredRelease,
    /// Which inputs differ from the recorded ones; none where no release is recorded.
    pub(super) causes: Option<Vec<Cause>>,
    /// Its objects were sent by a client-side apply until now.
    pub(super) migrates: bool,
    /// Its newest revision did not come to its end.
    pub(super) unfinished: bool,
    pub(super) allow_protected: bool,
}

impl Scene<'_> {
    pub(super) fn object(
        &self,
        object: &Object,
        recorded: Option<&Object>,
        seen: &Seen,
        refusals: &mut Vec<Refusal>,
    ) -> ObjectPlan {
        let mut refuse = |reason: RefusalReason, detail: String| {
            refusals.push(Refusal {
                object: Some(object.id().clone()),
                place: Some(seen.address.path()),
                detail: Some(detail),
                ..Refusal::new(reason, &self.release.id)
            });
        };
        let live = seen.live.as_ref();
        if let (Section::Crd, stack::Crds::Create, Some(_)) =
            (object.key.section, self.release.settings.crds, live)
        {
            return self.blank(object, seen, Action::None, Vec::new());
        }
        let adopted = match live {
            Some(live) if recorded.is_none() && object.key.section == Section::Manifest => {
                match owner(live, &self.release.key) {
                    Owner::Us => false,
                    Owner::Nobody | Owner::Release(_) if self.release.settings.take_ownership => {
                        true
                    }
                    other => {
                        refuse(RefusalReason::Unowned, format!("it belongs to {other}"));
                        true
                    }
                }
            }
            _ => false,
        };
        let present = match live.and_then(uid) {
            Some(uid) => Present::Uid(uid.to_owned()),
            None => Present::Absent,
        };
        let apply = |body: &Tree, force: bool, result: Option<&Tree>| Request::Apply {
            address: seen.address.clone(),
            body: wish::json(body).into(),
            force,
            expect: present.clone(),
            result: result.cloned(),
        };
        match &seen.answer {
            Some(Answer::Applied { result, body, contested }) => {
                let request = apply(body, conflict::takes(contested), Some(result));
                let plan = self.applied(object, recorded, seen, result, adopted);
                self.with(plan, request, contested)
            }
            Some(Answer::Predicted { body }) => {
                let plan = self.applied(object, recorded, seen, body, adopted);
                let plan = self.with(plan, apply(body, self.migrates, None), &[]);
                ObjectPlan { predicted: true, ..plan }
            }
            Some(Answer::Contested { body, contested }) => {
                let stops = contested.iter().filter(|one| one.decision == Decision::Refuse);
                let fields: Vec<String> = stops
                    .map(|one| format!("`{}` by `{}`", one.conflict.field, one.conflict.manager))
                    .collect();
                refuse(RefusalReason::FieldConflict, fields.join(", "));
                let edits = live.map(|live| diff(object.id(), &drift::shared(live, body), body));
                let plan = ObjectPlan {
                    edits: edits.unwrap_or_default(),
                    ..self.blank(object, seen, Action::Update, self.update_causes())
                };
                self.with(plan, apply(body, false, None), contested)
            }
            Some(Answer::Immutable { body, fields, message }) => {
                self.immutable(object, seen, (body, fields, message), &mut refuse)
            }
            Some(Answer::Rejected { message, .. }) => {
                refuse(RefusalReason::Rejected, message.clone());
                let action = if live.is_some() { Action::Update } else { Action::Create };
                self.blank(object, seen, action, self.update_causes())
            }
            Some(Answer::Impossible { message }) => {
                refuse(RefusalReason::UnknownKind, message.clone());
                self.blank(object, seen, Action::Create, vec![Cause::New])
            }
            None => self.blank(object, seen, Action::None, Vec::new()),
        }
    }

    /// From what lives there to what the server says it would be.
    fn applied(
        &self,
        object: &Object,
        recorded: Option<&Object>,
        seen: &Seen,
        result: &Tree,
        adopted: bool,
    ) -> ObjectPlan {
        let Some(live) = &seen.live else {
            let causes = match recorded {
                Some(_) if self.unfinished => vec![Cause::Unfinished],
                Some(_) => vec![Cause::Drift],
                None => self
                    .causes
                    .clone()
                    .filter(|causes| !causes.is_empty())
                    .unwrap_or(vec![Cause::New]),
            };
            return self.blank(object, seen, Action::Create, causes);
        };
        let id = object.id();
        let mut edits = diff(id, &normal(live), &normal(result));
        // What a run that failed recorded may never have been sent.
        let sent = recorded.filter(|_| !self.unfinished);
        let drift = sent.map(|sent| drift::paths(&edits, sent, object)).unwrap_or_default();
        let by_others = diff(id, &normal(result), &normal(live));
        if let (true, Some(recorded)) = (self.migrates, recorded) {
            edits.extend(drift::dropped(&recorded.tree(), &object.tree(), live, object, &edits));
        }
        let mut causes = Vec::new();
        if adopted {
            causes.push(Cause::Foreign);
        }
        if edits.len() > drift.len() {
            causes.extend(self.update_causes());
        }
        if !drift.is_empty() {
            causes.push(Cause::Drift);
        }
        let action = match (adopted, edits.is_empty()) {
            (true, _) => Action::Adopt,
            (false, true) => Action::None,
            (false, false) => Action::Update,
        };
        let causes = if action == Action::None { Vec::new() } else { causes };
        let drift = by_others.into_iter().filter(|edit| drift.contains(&edit.path)).collect();
        ObjectPlan { edits, drift, ..self.blank(object, seen, action, causes) }
    }

    /// Only deleting and creating brings the change; that needs leave.
    fn immutable(
        &self,
        object: &Object,
        seen: &Seen,
        (body, fields, message): (&Tree, &[String], &str),
        refuse: &mut dyn FnMut(RefusalReason, String),
    ) -> ObjectPlan {
        let told = match fields.iter().all(|field| message.contains(field)) {
            true => message.to_owned(),
            false => format!("{message} ({})", fields.join(", ")),
        };
        let protected = self.release.protect && !self.allow_protected;
        match self.release.settings.force || is_disposable(object) {
            _ if protected => refuse(RefusalReason::Protected, told),
            true => {}
            false => refuse(RefusalReason::Immutable, told),
        }
        let live = seen.live.as_ref();
        let edits = live
            .map(|live| diff(object.id(), &drift::shared(live, body), body))
            .unwrap_or_default();
        let mut requests = Vec::new();
        if let Some(uid) = live.and_then(uid) {
            requests.push(Request::Delete { address: seen.address.clone(), uid: uid.to_owned() });
        }
        requests.push(Request::Apply {
            address: seen.address.clone(),
            body: wish::json(body).into(),
            force: false,
            expect: Present::Absent,
            result: None,
        });
        let mut causes = self.update_causes();
        causes.push(Cause::Immutable);
        ObjectPlan { edits, requests, ..self.blank(object, seen, Action::Replace, causes) }
    }

    /// The request of an object that changes; one that does not needs none, unless its fields move to us.
    fn with(&self, mut plan: ObjectPlan, request: Request, contested: &[Contested]) -> ObjectPlan {
        let moves = self.migrates || contested.iter().any(|one| one.decision == Decision::Migrate);
        let exists = matches!(&request, Request::Apply { expect: Present::Uid(_), .. });
        if moves && exists {
            plan.requests.push(Request::Migrate { address: request.address().clone() });
        }
        if plan.action.is_change() || (moves && exists) {
            plan.requests.push(request);
        }
        plan.contested =
            contested.iter().filter(|one| one.decision != Decision::Migrate).cloned().collect();
        plan
    }

    /// Why an object's text is another one than recorded.
    fn update_causes(&self) -> Vec<Cause> {
        match &self.causes {
            Some(causes) if !causes.is_empty() => causes.clone(),
            Some(_) if !self.release.lookups.is_empty() => vec![Cause::Lookup],
            Some(_) => vec![Cause::Renderer],
            None => vec![Cause::New],
        }
    }

    fn impure(&self, object: &Object) -> Vec<ImpureCall> {
        let calls = self.release.impure.iter();
        calls.filter(|call| call.rendering == object.template).cloned().collect()
    }

    fn blank(
        &self,
        object: &Object,
        seen: &Seen,
        action: Action,
        causes: Vec<Cause>,
    ) -> ObjectPlan {
        let impure = match action {
            Action::None => Vec::new(),
            _ => self.impure(object),
        };
        let record = ObjectRecord {
            key: object.key.clone(),
            place: seen.address.path(),
            digest: object.digest.clone(),
            template: object.template.clone(),
            keep: object.keep,
        };
        let address = Some(seen.address.clone());
        ObjectPlan { impure, address, ..blank(record, action, causes) }
    }
}

/// Jobs and Pods do their work and are gone: another one may take their place.
fn is_disposable(object: &Object) -> bool {
    let id = object.id();
    matches!((id.group.as_str(), id.kind.as_str()), ("batch", "Job") | ("", "Pod"))
}
