//! The releases of an environment before they are looked at closely: `forEach` spread out, `when` decided.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use source::{Map, Problem, Segment, Tree};
use stack::ReleaseId;

use crate::check::names;
use crate::expression::{Evaluator, Scope};
use crate::for_each;

/// A release that may still be excluded, with its expressions.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: ReleaseId,
    pub(crate) group: Option<ReleaseId>,
    pub(crate) tree: Tree,
    pub(crate) scope: Scope,
    /// What `when` said.
    pub(crate) excluded: bool,
}

/// All members in declared order, and which ids stand for a group.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) all: IndexMap<ReleaseId, Member>,
    pub(crate) groups: BTreeMap<ReleaseId, Vec<ReleaseId>>,
    /// Releases whose `forEach` or id could not be read: who needs them makes no second mistake.
    pub(crate) unclear: Vec<String>,
}

pub(crate) fn spread(evaluator: &mut Evaluator<'_>, releases: &Map) -> Members {
    let mut members = Members::default();
    for (key, release) in releases {
        if one(evaluator, key, release, &mut members).is_none() {
            members.unclear.push(key.to_string());
        }
    }
    members
}

/// None when a problem was recorded.
fn one(
    evaluator: &mut Evaluator<'_>,
    key: &str,
    release: &Tree,
    members: &mut Members,
) -> Option<()> {
    let id = match ReleaseId::new(key) {
        Ok(id) => id,
        Err(invalid) => {
            let problem = names::problem(&invalid, release.key_span.as_ref());
            evaluator.problems.push(problem);
            return None;
        }
    };
    let Some(for_each) = release.get("forEach") else {
        let member = member(evaluator, id, None, release, None);
        return add(evaluator, member, members);
    };

    let filled = evaluator.fill(for_each, &Scope::default());
    let for_each = filled.tree.filter(|_| filled.complete)?;
    let items = match for_each::items(&for_each, key) {
        Ok(items) => items,
        Err(problem) => {
            evaluator.problems.push(problem);
            return None;
        }
    };
    members.groups.insert(id.clone(), Vec::new());
    for item in items {
        let own = match ReleaseId::new(&format!("{id}.{}", item.key)) {
            Ok(own) => own,
            Err(invalid) => {
                let problem = names::problem(&invalid, release.key_span.as_ref());
                evaluator.problems.push(problem);
                continue;
            }
        };
        let member = member(evaluator, own, Some(id.clone()), release, Some(item.each));
        add(evaluator, member, members);
    }
    Some(())
}

fn add(evaluator: &mut Evaluator<'_>, member: Member, members: &mut Members) -> Option<()> {
    if members.all.contains_key(&member.id) {
        let message = format!("two releases have the id `{}`", member.id);
        let problem = Problem::error("duplicate-release", message)
            .at(member.tree.key_span.as_ref(), "makes it again");
        evaluator.problems.push(problem);
        return None;
    }
    if let Some(group) = &member.group {
        members.groups.entry(group.clone()).or_default().push(member.id.clone());
    }
    members.all.insert(member.id.clone(), member);
    Some(())
}

fn member(
    evaluator: &mut Evaluator<'_>,
    id: ReleaseId,
    group: Option<ReleaseId>,
    release: &Tree,
    each: Option<Tree>,
) -> Member {
    let known = Map::from_iter([("id".into(), Tree::from(id.as_str()))]);
    let scope = Scope { release: Some(Arc::new(Tree::from(known))), each: each.map(Arc::new) };
    let excluded = !when(evaluator, &id, release, &scope);
    Member { id, group, tree: release.clone(), scope, excluded }
}

/// Whether the release exists. What cannot be decided is a problem and counts as yes.
fn when(evaluator: &mut Evaluator<'_>, id: &ReleaseId, release: &Tree, scope: &Scope) -> bool {
    let Some(when) = release.find(&[Segment::from("when")]) else { return true };
    let Some(filled) = evaluator.fill(when, scope).tree else { return true };
    match filled.node {
        source::Node::Bool(value) => value,
        _ => {
            let problem =
                Problem::error("wrong-type", format!("`when` of `{id}` must be `true` or `false`"))
                    .at(filled.span.as_ref(), format!("this is {}", filled.kind()));
            evaluator.problems.push(problem);
            true
        }
    }
}
