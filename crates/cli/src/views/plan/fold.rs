//! Many objects of one kind on one line, where there is nothing to say of them but their names.

use plan::{Action, ObjectPlan, ReleasePlan};

use super::object;
use crate::printer::Paint;
use crate::views::table::columns;

/// A release with more objects than this is folded.
const LONG: usize = 12;
/// Fewer are not worth it.
const MANY: usize = 3;

pub(super) enum Part<'a, 'b> {
    One(&'a ObjectPlan),
    Many(&'b [&'a ObjectPlan]),
}

/// Neighbours of one kind that are only created or only deleted belong together.
pub(super) fn parts<'a, 'b>(
    objects: &'b [&'a ObjectPlan],
    release: &ReleasePlan,
    told: &object::Told,
) -> Vec<Part<'a, 'b>> {
    let one = |object: &&'a ObjectPlan| Part::One(object);
    if objects.len() <= LONG {
        return objects.iter().map(one).collect();
    }
    let plain = |object: &ObjectPlan| {
        matches!(object.action, Action::Create | Action::Delete)
            && object::notes(object, release).is_empty()
            && object.edits.is_empty()
            && object.drift.is_empty()
            && object.contested.is_empty()
            && object::impure(object).iter().all(|line| told.impure.contains(line))
    };
    let kind = |object: &'a ObjectPlan| {
        let id = &object.key.id;
        (&id.group, &id.kind, &id.namespace, object.action, object.predicted)
    };
    let groups = objects.chunk_by(|a, b| plain(a) && plain(b) && kind(a) == kind(b));
    groups
        .flat_map(|group| match group.len() >= MANY {
            true => vec![Part::Many(group)],
            false => group.iter().map(one).collect(),
        })
        .collect()
}

/// `+ 3 ConfigMaps: a, b, c`, over as many lines as the names need.
pub(super) fn text(objects: &[&ObjectPlan], paint: Paint, width: usize) -> String {
    let Some(first) = objects.first() else { return String::new() };
    let id = &first.key.id;
    let head = format!("{} {}:", objects.len(), plural(&id.kind));
    let mut text = format!("      {} {head}", object::mark(first.action, paint));
    let mut column = 8 + columns(&head);
    for (position, object) in objects.iter().enumerate() {
        let comma = if position + 1 < objects.len() { "," } else { "" };
        let name = format!("{}{comma}", object.key.id.name);
        if column + 1 + columns(&name) > width && column > 10 {
            text.push_str("\n          ");
            column = 10;
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(&name);
        column += columns(&name);
    }
    text.push('\n');
    text
}

/// `Ingresses`, `NetworkPolicies`, `Endpoints`
fn plural(kind: &str) -> String {
    let before_y = kind.strip_suffix('y').filter(|rest| !rest.ends_with(['a', 'e', 'o', 'u']));
    match before_y {
        Some(rest) => format!("{rest}ies"),
        None if kind.ends_with("ints") => kind.to_owned(),
        None if kind.ends_with('s') || kind.ends_with('x') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_of_a_kind() {
        let check = |kind: &str, expect: &str| assert_eq!(plural(kind), expect);
        check("ConfigMap", "ConfigMaps");
        check("Ingress", "Ingresses");
        check("NetworkPolicy", "NetworkPolicies");
        check("Gateway", "Gateways");
        check("Endpoints", "Endpoints");
    }
}
