//! Reads both forms in which servers tell what they serve.

use plan::Api;
use source::Tree;

use super::Discovery;

/// An `APIGroupDiscoveryList`: groups, their versions in the order of preference, their resources.
pub(super) fn aggregated(answer: &Tree, discovery: &mut Discovery) {
    for group in list(answer, "items") {
        let name = group.get("metadata").map(|it| text(it, "name")).unwrap_or_default();
        for version in list(group, "versions") {
            let group_version = joined(&name, &text(version, "version"));
            // What it last told of an extension that no longer answers.
            if text(version, "freshness") == "Stale" {
                discovery.unavailable.insert(group_version);
                continue;
            }
            discovery.api_versions.insert(group_version.clone());
            for resource in list(version, "resources") {
                let found = Resource {
                    group: name.clone(),
                    version: text(version, "version"),
                    plural: text(resource, "resource"),
                    kind: kind(resource),
                    namespaced: text(resource, "scope") == "Namespaced",
                    verbs: texts(resource, "verbs"),
                };
                for subresource in list(resource, "subresources") {
                    let name = text(subresource, "subresource");
                    found.add_subresource(&name, &kind(subresource), discovery);
                }
                found.add(discovery);
            }
        }
    }
}

/// The versions named by an `APIVersions` (`v1`) or an `APIGroupList` (`apps/v1`), preferred ones first within a group.
pub(super) fn group_versions(answer: &Tree) -> Vec<String> {
    let mut versions = texts(answer, "versions");
    for group in list(answer, "groups") {
        let preferred =
            group.get("preferredVersion").map(|it| text(it, "groupVersion")).unwrap_or_default();
        let mut all: Vec<String> =
            list(group, "versions").iter().map(|it| text(it, "groupVersion")).collect();
        all.sort_by_key(|version| *version != preferred);
        versions.extend(all);
    }
    versions
}

/// An `APIResourceList`.
pub(super) fn resources(group_version: &str, answer: &Tree, discovery: &mut Discovery) {
    let (group, version) = group_version.split_once('/').unwrap_or(("", group_version));
    discovery.api_versions.insert(group_version.to_owned());
    for resource in list(answer, "resources") {
        let name = text(resource, "name");
        let (plural, subresource) = match name.split_once('/') {
            Some((plural, subresource)) => (plural, Some(subresource)),
            None => (name.as_str(), None),
        };
        let found = Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: plural.to_owned(),
            kind: text(resource, "kind"),
            namespaced: resource.get("namespaced") == Some(&Tree::from(true)),
            verbs: texts(resource, "verbs"),
        };
        match subresource {
            Some(subresource) => found.add_subresource(subresource, &found.kind, discovery),
            None => found.add(discovery),
        }
    }
}

struct Resource {
    group: String,
    version: String,
    plural: String,
    kind: String,
    namespaced: bool,
    verbs: Vec<String>,
}

impl Resource {
    /// Without a kind it is only what its subresources hang on.
    fn add(self, discovery: &mut Discovery) {
        if self.kind.is_empty() || self.plural.is_empty() {
            return;
        }
        let group_version = joined(&self.group, &self.version);
        discovery.api_versions.insert(format!("{group_version}/{}", self.kind));
        discovery.apis.add(Api {
            group: self.group,
            version: self.version,
            kind: self.kind,
            plural: self.plural,
            namespaced: self.namespaced,
            verbs: self.verbs,
        });
    }

    fn add_subresource(&self, name: &str, kind: &str, discovery: &mut Discovery) {
        let key = (self.group.clone(), self.version.clone(), self.plural.clone());
        discovery.subresources.entry(key).or_default().insert(name.to_owned());
        if !kind.is_empty() {
            let group_version = joined(&self.group, &self.version);
            discovery.api_versions.insert(format!("{group_version}/{kind}"));
        }
    }
}

fn joined(group: &str, version: &str) -> String {
    match group.is_empty() {
        true => version.to_owned(),
        false => format!("{group}/{version}"),
    }
}

fn kind(resource: &Tree) -> String {
    resource.get("responseKind").map(|it| text(it, "kind")).unwrap_or_default()
}

fn list<'a>(tree: &'a Tree, key: &str) -> &'a [Tree] {
    tree.get(key).and_then(Tree::as_list).unwrap_or_default()
}

fn text(tree: &Tree, key: &str) -> String {
    tree.get(key).and_then(Tree::as_str).unwrap_or_default().to_owned()
}

fn texts(tree: &Tree, key: &str) -> Vec<String> {
    list(tree, key).iter().filter_map(Tree::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
