//! The release's own `readiness` rules: which object they mean, and what they still miss.

use source::{Node, Tree};
use stack::{FieldPath, ReadinessRule};

use super::fields::{group, group_of, kind, name, one_line};
use crate::{ObjectId, json};

/// A rule means a kind in a group; versions are left out as they are in `ObjectId`.
fn means_kind(rule: &ReadinessRule, group: &str, kind: &str) -> bool {
    rule.kind == kind && rule.api_version.as_deref().is_none_or(|it| group_of(it) == group)
}

fn means(rule: &ReadinessRule, object: &Tree) -> bool {
    means_kind(rule, group(object), kind(object))
        && rule.name.as_deref().is_none_or(|it| it == name(object))
}

pub(super) fn any_for(object: &Tree, rules: &[ReadinessRule]) -> bool {
    rules.iter().any(|rule| means(rule, object))
}

pub(super) fn any_of_kind(id: &ObjectId, rules: &[ReadinessRule]) -> bool {
    rules.iter().any(|rule| {
        means_kind(rule, &id.group, &id.kind) && rule.name.as_deref().is_none_or(|it| it == id.name)
    })
}

/// The first thing that a rule for this object does not find; none where all is as it should be.
pub(super) fn unmet(object: &Tree, rules: &[ReadinessRule]) -> Option<String> {
    let wanted = rules.iter().filter(|rule| means(rule, object)).flat_map(|rule| &rule.ready);
    wanted.into_iter().find_map(|(path, value)| {
        let found = match FieldPath::parse(path) {
            Ok(parsed) => parsed.find(object),
            Err(wrong) => return Some(format!("`{path}` is no path: {wrong}")),
        };
        match found {
            Some(found) if agree(found, value) => None,
            Some(_) if hides(object) || value.holds_secret() => {
                Some(format!("`{path}` is not what the rule asks for"))
            }
            Some(found) => {
                Some(one_line(&format!("`{path}` is {}, not {}", shown(found), shown(value))))
            }
            None if value.is_null() => None,
            None => Some(format!("`{path}` is not there yet")),
        }
    })
}

/// The values of Secrets are never shown.
fn hides(object: &Tree) -> bool {
    kind(object) == "Secret" && group(object).is_empty()
}

/// Equal, or written alike: `status: True` reads as a boolean, while conditions hold the text `True`.
fn agree(found: &Tree, wanted: &Tree) -> bool {
    match (&found.node, &wanted.node) {
        (Node::Text(found), Node::Bool(wanted)) => found.eq_ignore_ascii_case(&wanted.to_string()),
        (Node::Text(found), Node::Int(wanted)) => **found == *wanted.to_string(),
        (Node::Int(found), Node::Text(wanted)) => *found.to_string() == **wanted,
        (Node::Bool(found), Node::Text(wanted)) => wanted.eq_ignore_ascii_case(&found.to_string()),
        (found, wanted) => found == wanted,
    }
}

fn shown(tree: &Tree) -> String {
    match &tree.node {
        Node::Text(text) => format!("`{text}`"),
        _ => format!("`{}`", json::line(tree)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(
        api_version: Option<&str>,
        kind: &str,
        name: Option<&str>,
        ready: &str,
    ) -> ReadinessRule {
        let ready = source::yaml::read_bare(ready).expect("valid YAML");
        let ready = ready.as_map().expect("a map").iter();
        ReadinessRule {
            api_version: api_version.map(str::to_owned),
            kind: kind.to_owned(),
            name: name.map(str::to_owned),
            ready: ready.map(|(path, value)| (path.to_string(), value.clone())).collect(),
        }
    }

    const WIDGET: &str = "
apiVersion: example.com/v1
kind: Widget
metadata: { name: w }
status: { phase: Starting, ready: 2, conditions: [{ type: Good, status: 'True' }] }
";

    #[test]
    fn what_a_rule_misses() {
        let widget = source::yaml::read_bare(WIDGET).expect("valid YAML");
        let check = |ready: &str, expect: Option<&str>| {
            let rules = [rule(None, "Widget", None, ready)];
            assert_eq!(unmet(&widget, &rules).as_deref(), expect, "{ready}");
        };
        check("{ status.phase: Starting }", None);
        check("{ status.phase: Done }", Some("`status.phase` is `Starting`, not `Done`"));
        check(
            "{ status.ready: 2, status.phase: Done }",
            Some("`status.phase` is `Starting`, not `Done`"),
        );
        check("{ status.ready: 3 }", Some("`status.ready` is `2`, not `3`"));
        check("{ status.ready: '2' }", None);
        check("{ 'status.conditions[type=Good].status': True }", None);
        check("{ status.url: x }", Some("`status.url` is not there yet"));
        check("{ status.error: null }", None);
        check("{ 'status[': x }", Some("`status[` is no path: a `[` has no `]`"));
    }

    #[test]
    fn no_secret_is_told() {
        let object = "{apiVersion: v1, kind: Secret, data: {token: c2VjcmV0}}";
        let object = source::yaml::read_bare(object).expect("valid YAML");
        let expect = Some("`data.token` is not what the rule asks for".to_owned());
        assert_eq!(
            unmet(&object, &[rule(None, "Secret", None, "{ data.token: b3RoZXI= }")]),
            expect
        );
        let widget = source::yaml::read_bare(WIDGET).expect("valid YAML");
        let mut rule = rule(None, "Widget", None, "{ status.phase: hunter22 }");
        rule.ready[0].1.secret = true;
        let expect = Some("`status.phase` is not what the rule asks for".to_owned());
        assert_eq!(unmet(&widget, &[rule]), expect);
    }

    #[test]
    fn which_objects_a_rule_means() {
        let widget = source::yaml::read_bare(WIDGET).expect("valid YAML");
        let check = |api_version: Option<&str>, kind: &str, name: Option<&str>, expect: bool| {
            let rules = [rule(api_version, kind, name, "{}")];
            assert_eq!(any_for(&widget, &rules), expect, "{api_version:?} {kind} {name:?}");
        };
        check(None, "Widget", None, true);
        check(Some("example.com/v1beta1"), "Widget", Some("w"), true);
        check(Some("v1"), "Widget", None, false);
        check(None, "Widget", Some("other"), false);
        check(None, "Gadget", None, false);
    }
}
