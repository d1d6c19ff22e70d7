//! What a cluster serves: which kinds, in which versions, under which paths; and the address of one object in it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// The kinds of a cluster, as its discovery tells them. Kinds that a plan will bring can be added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apis {
    kinds: BTreeMap<(String, String), Vec<Api>>,
}

/// One kind in one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Api {
    /// Empty for the core group.
    pub group: String,
    pub version: String,
    pub kind: String,
    /// `deployments`: the word in its path.
    pub plural: String,
    pub namespaced: bool,
    /// `get`, `list`, `patch`, …; what cannot be patched cannot be deployed.
    pub verbs: Vec<String>,
}

/// Where an object is: everything that its path says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    pub group: String,
    pub version: String,
    pub plural: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

impl Apis {
    /// Versions of a kind are kept in the order in which they are added: the preferred one first.
    pub fn add(&mut self, api: Api) {
        let versions = self.kinds.entry((api.group.clone(), api.kind.clone())).or_default();
        if !versions.iter().any(|known| known.version == api.version) {
            versions.push(api);
        }
    }

    /// The kind in just this version.
    pub fn find(&self, group: &str, version: &str, kind: &str) -> Option<&Api> {
        self.versions(group, kind).iter().find(|api| api.version == version)
    }

    /// The kind in its preferred version: how an object is found again whose version is no longer served.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&Api> {
        self.versions(group, kind).first()
    }

    pub fn versions(&self, group: &str, kind: &str) -> &[Api] {
        let key = (group.to_owned(), kind.to_owned());
        self.kinds.get(&key).map_or(&[], Vec::as_slice)
    }

    pub fn all(&self) -> impl Iterator<Item = &Api> {
        self.kinds.values().flatten()
    }
}

impl Api {
    /// `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        match self.group.is_empty() {
            true => self.version.clone(),
            false => format!("{}/{}", self.group, self.version),
        }
    }

    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|known| known == verb)
    }

    /// The namespace counts for namespaced kinds only.
    pub fn address(&self, namespace: &str, name: &str) -> Address {
        Address {
            group: self.group.clone(),
            version: self.version.clone(),
            plural: self.plural.clone(),
            namespace: self.namespaced.then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }
}

impl Address {
    /// The same kind in all namespaces.
    pub fn everywhere(self) -> Self {
        Self { namespace: None, ..self }
    }

    /// Of all objects of the kind in the namespace: `/apis/apps/v1/namespaces/shop/deployments`.
    pub fn collection(&self) -> String {
        let base = match self.group.is_empty() {
            true => format!("/api/{}", self.version),
            false => format!("/apis/{}/{}", self.group, self.version),
        };
        match &self.namespace {
            Some(namespace) => format!("{base}/namespaces/{namespace}/{}", self.plural),
            None => format!("{base}/{}", self.plural),
        }
    }

    /// Names are checked by whoever reads objects; what a path cannot hold is escaped all the same.
    pub fn path(&self) -> String {
        let mut path = self.collection();
        path.push('/');
        for byte in self.name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                    path.push(char::from(byte));
                }
                _ => path.push_str(&escaped(byte)),
            }
        }
        path
    }
}

fn escaped(byte: u8) -> String {
    format!("%{byte:02X}")
}

/// The path.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Api {
        Api {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            namespaced,
            verbs: vec!["get".to_owned(), "patch".to_owned()],
        }
    }

    #[test]
    fn paths() {
        let check = |api: Api, expect: &str| {
            assert_eq!(api.address("shop", "web").path(), expect);
        };
        check(
            api("apps", "v1", "Deployment", "deployments", true),
            "/apis/apps/v1/namespaces/shop/deployments/web",
        );
        check(api("", "v1", "Secret", "secrets", true), "/api/v1/namespaces/shop/secrets/web");
        check(api("", "v1", "Node", "nodes", false), "/api/v1/nodes/web");
        let odd = api("", "v1", "Node", "nodes", false).address("", "a/b?c");
        assert_eq!(odd.path(), "/api/v1/nodes/a%2Fb%3Fc");
    }

    #[test]
    fn the_first_version_is_preferred() {
        let mut apis = Apis::default();
        apis.add(api("autoscaling", "v2", "HorizontalPodAutoscaler", "hpas", true));
        apis.add(api("autoscaling", "v1", "HorizontalPodAutoscaler", "hpas", true));
        let preferred = apis.preferred("autoscaling", "HorizontalPodAutoscaler").unwrap();
        assert_eq!(preferred.api_version(), "autoscaling/v2");
        assert!(apis.find("autoscaling", "v1", "HorizontalPodAutoscaler").is_some());
        assert!(apis.find("autoscaling", "v2beta1", "HorizontalPodAutoscaler").is_none());
    }
}
