//! Puts each release together from `defaults`, the templates it extends, itself, and what an environment changes.

use indexmap::IndexSet;
use source::{Map, Tree};
use stack::Compat;

use crate::{environments, merge};

/// Every release as a whole, still with its expressions, for an environment with this chain. Lowest first: the workspace's
/// `compat`, `defaults`, templates, the release, its `environments.E`, and the environment's `releases.ID`.
pub(crate) fn compose(document: &Tree, chain: &[String], environment: &Tree) -> Map {
    let nothing = Map::new();
    let templates = document.get("templates").and_then(Tree::as_map).unwrap_or(&nothing);
    let releases = document.get("releases").and_then(Tree::as_map).unwrap_or(&nothing);
    let empty = Tree::from(Map::new());
    let defaults = document.get("defaults").unwrap_or(&empty);

    let lowest = document.get("compat").map(|compat| ("compat".into(), compat.clone()));
    let lowest = Tree::from(lowest.into_iter().collect::<Map>());

    let compose = |id: &str, release: &Tree| {
        let mut whole = with_environments(&lowest, defaults, chain);
        // Each once, however many ways lead to it.
        let mut below = IndexSet::new();
        for (template, _) in environments::extended(release) {
            below.extend(environments::chain(templates, template));
        }
        for template in below.iter().filter_map(|name| templates.get(name.as_str())) {
            whole = with_environments(&whole, template, chain);
        }
        whole = with_environments(&whole, release, chain);
        if let Some(overrides) = environment.get("releases").and_then(|all| all.get(id)) {
            whole = merge::release(&whole, overrides);
        }
        Tree { key_span: release.key_span.clone(), span: release.span.clone(), ..whole }
    };
    releases.iter().map(|(id, release)| (id.clone(), compose(id, release))).collect()
}

/// What a whole release says of its dialect.
pub(crate) fn compat(release: &Tree) -> Compat {
    match release.get("compat").and_then(Tree::as_str) {
        Some("helm3") => Compat::Helm3,
        _ => Compat::Helm4,
    }
}

/// A partial release over what lies below, then what it says for the environments of the chain.
fn with_environments(lower: &Tree, part: &Tree, chain: &[String]) -> Tree {
    let whole = merge::release(lower, part);
    chain.iter().fold(whole, |lower, name| {
        match part.get("environments").and_then(|all| all.get(name)) {
            Some(upper) => merge::release(&lower, upper),
            None => lower,
        }
    })
}
