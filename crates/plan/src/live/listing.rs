//! Which objects are looked at together: many of one kind in one namespace by a list, the others each by a request.

use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use super::wish::MANAGED_BY;
use crate::{Address, Section};

/// As measured, a list takes a server as long as three objects that are asked for one by one.
const MANY: usize = 4;
/// How many objects are looked through for each that is wanted, before the rest is better asked for one by one.
const LOOKED_THROUGH: usize = 8;

/// Objects of one collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// An address without a name.
    pub collection: Address,
    pub names: BTreeSet<String>,
}

impl Listing {
    /// How many objects are worth looking through.
    pub fn most(&self) -> usize {
        self.names.len() * LOOKED_THROUGH
    }
}

/// What is worth a list. It need not show everything: objects that are not there, or do not bear the label yet, are asked for
/// one by one. What comes from `crds/` never bears it.
pub fn listings<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<Listing> {
    let mut wanted: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
    for target in targets.filter(|target| target.key.section == Section::Manifest) {
        let Some(address) = &target.address else { continue };
        let collection = Address { name: String::new(), ..address.clone() };
        wanted.entry(collection).or_default().insert(address.name.clone());
    }
    let many = wanted.into_iter().filter(|(_, names)| names.len() >= MANY);
    many.map(|(collection, names)| Listing { collection, names }).collect()
}

/// The label of everything that a release's manifest brought.
pub fn selector() -> String {
    format!("{}={}", MANAGED_BY.0, MANAGED_BY.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObjectId, ObjectKey, ReleaseKey};

    fn target(section: Section, plural: &str, namespace: &str, name: &str) -> Target {
        let id = ObjectId {
            group: String::new(),
            kind: plural.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        let address = Address {
            group: String::new(),
            version: "v1".to_owned(),
            plural: plural.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        };
        Target {
            release: ReleaseKey {
                cluster: None,
                namespace: "shop".parse().unwrap(),
                name: "api".parse().unwrap(),
            },
            key: ObjectKey { section, id, ordinal: 0 },
            address: Some(address).filter(|_| plural != "unknowns"),
            wish: None,
            predicted: false,
        }
    }

    #[track_caller]
    fn check(targets: &[(Section, &str, &str, &str)], expect: &[(&str, &str)]) {
        let made = targets
            .iter()
            .map(|&(section, plural, namespace, name)| target(section, plural, namespace, name));
        let made: Vec<Target> = made.collect();
        let found: Vec<(String, String)> = listings(made.iter())
            .into_iter()
            .map(|one| {
                let names: Vec<String> = one.names.into_iter().collect();
                (one.collection.collection(), names.join(" "))
            })
            .collect();
        let found: Vec<(&str, &str)> =
            found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn many_of_a_kind_in_a_namespace() {
        let of = |names: &'static str, section: Section, plural: &'static str| {
            names.split(' ').map(move |name| (section, plural, "shop", name)).collect::<Vec<_>>()
        };
        let manifest = |names, plural| of(names, Section::Manifest, plural);
        check(&manifest("a b c", "secrets"), &[]);
        check(&manifest("d b c a", "secrets"), &[("/api/v1/namespaces/shop/secrets", "a b c d")]);
        // The same object twice is one.
        check(&manifest("a b c c", "secrets"), &[]);
        check(&of("a b c d", Section::Crd, "secrets"), &[]);
        check(&manifest("a b c d", "unknowns"), &[]);
        check(&[manifest("a b", "secrets"), manifest("c d", "services")].concat(), &[]);
        let elsewhere = (Section::Manifest, "secrets", "other", "d");
        check(&[manifest("a b c", "secrets"), vec![elsewhere]].concat(), &[]);
    }
}
