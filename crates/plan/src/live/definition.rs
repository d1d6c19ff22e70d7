//! What a new CustomResourceDefinition would take away from the objects of its kind.

use std::collections::BTreeSet;

use source::Tree;

/// What the wanted definition lacks of the live one, in words that read on after the definition's name. Empty where every
/// object that the live one takes is taken by the wanted one too, as far as versions, scope and fields tell.
pub fn losses(live: &Tree, wanted: &Tree) -> Vec<String> {
    let mut losses = Vec::new();
    let (before, after) = (scope(live), scope(wanted));
    if before != after {
        losses.push(format!("is `{after}` and no longer `{before}`"));
    }
    for version in versions(live) {
        let Some(name) = name(version) else { continue };
        let served = |version: &Tree| version.get("served") == Some(&true.into());
        let now = versions(wanted).find(|other| self::name(other) == Some(name));
        match now {
            Some(now) if served(now) => {
                let mut fields = BTreeSet::new();
                dropped(schema(version), schema(now), "", &mut fields);
                if !fields.is_empty() {
                    let fields: Vec<String> =
                        fields.iter().map(|field| format!("`{field}`")).collect();
                    losses.push(format!("drops {} in `{name}`", fields.join(", ")));
                }
            }
            _ if is_stored(live, name) => {
                losses.push(format!("no longer serves `{name}`, in which objects are stored"));
            }
            _ if served(version) => losses.push(format!("no longer serves `{name}`")),
            _ => {}
        }
    }
    losses
}

/// Versions that the wanted definition serves and the live one does not.
pub fn missing(live: &Tree, wanted: &Tree) -> Vec<String> {
    let there: BTreeSet<&str> = versions(live).filter_map(name).collect();
    let wanted = versions(wanted).filter_map(name);
    wanted.filter(|version| !there.contains(version)).map(str::to_owned).collect()
}

fn versions(definition: &Tree) -> impl Iterator<Item = &Tree> {
    let versions = definition.get("spec").and_then(|spec| spec.get("versions"));
    versions.and_then(Tree::as_list).unwrap_or_default().iter()
}

fn name(version: &Tree) -> Option<&str> {
    version.get("name")?.as_str()
}

fn scope(definition: &Tree) -> &str {
    let scope = definition.get("spec").and_then(|spec| spec.get("scope"));
    scope.and_then(Tree::as_str).unwrap_or_default()
}

fn is_stored(live: &Tree, version: &str) -> bool {
    let stored = live.get("status").and_then(|status| status.get("storedVersions"));
    let stored = stored.and_then(Tree::as_list).unwrap_or_default();
    stored.iter().any(|stored| stored.as_str() == Some(version))
}

fn schema(version: &Tree) -> Option<&Tree> {
    version.get("schema")?.get("openAPIV3Schema")
}

/// Properties that are gone, the outermost of each. Where unknown fields are preserved, nothing is lost.
fn dropped(before: Option<&Tree>, after: Option<&Tree>, path: &str, fields: &mut BTreeSet<String>) {
    let (Some(before), Some(after)) = (before, after) else { return };
    if after.get("x-kubernetes-preserve-unknown-fields") == Some(&true.into()) {
        return;
    }
    let properties = |schema: &Tree| schema.get("properties").and_then(Tree::as_map).cloned();
    let now = properties(after).unwrap_or_default();
    for (key, was) in properties(before).unwrap_or_default() {
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        match now.get(&key) {
            Some(now) => dropped(Some(&was), Some(now), &path, fields),
            None => {
                fields.insert(path);
            }
        }
    }
    dropped(before.get("items"), after.get("items"), &format!("{path}[]"), fields);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(scope: &str, versions: &str) -> Tree {
        let text = format!(
            "{{spec: {{scope: {scope}, versions: [{versions}]}}, status: {{storedVersions: [v1]}}}}"
        );
        source::yaml::read_bare(&text).unwrap()
    }

    fn version(name: &str, properties: &str) -> String {
        format!(
            "{{name: {name}, served: true, schema: {{openAPIV3Schema: {{properties: {{{properties}}}}}}}}}"
        )
    }

    #[test]
    fn what_is_lost() {
        let check = |live: (&str, &str), wanted: (&str, &str), expect: &[&str]| {
            let (live, wanted) = (definition(live.0, live.1), definition(wanted.0, wanted.1));
            assert_eq!(losses(&live, &wanted), expect);
        };
        let one = version("v1", "spec: {properties: {a: {}, b: {items: {properties: {c: {}}}}}}");
        let two = version("v1", "spec: {properties: {b: {items: {properties: {d: {}}}}}}");
        let open = version("v1", "spec: {x-kubernetes-preserve-unknown-fields: true}");
        let beta = version("v1beta1", "");
        check(("Namespaced", &one), ("Namespaced", &one), &[]);
        check(("Namespaced", &one), ("Namespaced", &format!("{one}, {beta}")), &[]);
        check(("Namespaced", &one), ("Namespaced", &open), &[]);
        check(
            ("Namespaced", &one),
            ("Cluster", &two),
            &["is `Cluster` and no longer `Namespaced`", "drops `spec.a`, `spec.b[].c` in `v1`"],
        );
        check(
            ("Namespaced", &format!("{one}, {beta}")),
            ("Namespaced", &one),
            &["no longer serves `v1beta1`"],
        );
        check(
            ("Namespaced", &one),
            ("Namespaced", &beta),
            &["no longer serves `v1`, in which objects are stored"],
        );
        assert_eq!(
            missing(&definition("Cluster", &one), &definition("Cluster", &beta)),
            ["v1beta1"]
        );
    }
}
