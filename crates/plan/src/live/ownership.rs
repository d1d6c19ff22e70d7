//! Whose a live object is, as Helm tells it by one label and two annotations (`pkg/action/validate.go`).

use std::fmt;

use source::Tree;

use super::normal::{annotation, label};
use super::wish::{MANAGED_BY, RELEASE_NAME, RELEASE_NAMESPACE};
use crate::ReleaseKey;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This release.
    Us,
    /// Another release of Helm's or ours, as `namespace/name`.
    Release(String),
    /// Something else made it, or somebody by hand.
    Nobody,
}

pub fn owner(live: &Tree, release: &ReleaseKey) -> Owner {
    let name = annotation(live, RELEASE_NAME);
    let namespace = annotation(live, RELEASE_NAMESPACE);
    match (name, namespace) {
        (Some(name), Some(namespace))
            if name == release.name.as_str() && namespace == release.namespace.as_str() =>
        {
            match label(live, MANAGED_BY.0) == Some(MANAGED_BY.1) {
                true => Owner::Us,
                false => Owner::Nobody,
            }
        }
        (Some(name), namespace) => {
            Owner::Release(format!("{}/{name}", namespace.unwrap_or("(no namespace)")))
        }
        (None, _) => Owner::Nobody,
    }
}

/// Reads on after "it belongs to ".
impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Us => formatter.write_str("this release"),
            Self::Release(key) => write!(formatter, "the release `{key}`"),
            Self::Nobody => formatter.write_str("no release"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_and_annotations_decide() {
        let check = |metadata: &str, expect: &str| {
            let text = format!("{{apiVersion: v1, kind: Service, metadata: {metadata}}}");
            let live = source::yaml::read_bare(&text).unwrap();
            let release = ReleaseKey {
                cluster: None,
                namespace: "shop".parse().unwrap(),
                name: "api".parse().unwrap(),
            };
            assert_eq!(owner(&live, &release).to_string(), expect);
        };
        let ours = "meta.helm.sh/release-name: api, meta.helm.sh/release-namespace: shop";
        let helm = "labels: {app.kubernetes.io/managed-by: Helm}";
        check(&format!("{{annotations: {{{ours}}}, {helm}}}"), "this release");
        check(&format!("{{annotations: {{{ours}}}}}"), "no release");
        check(&format!("{{{helm}}}"), "no release");
        let other = "meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: shop";
        check(&format!("{{annotations: {{{other}}}, {helm}}}"), "the release `shop/web`");
    }
}
