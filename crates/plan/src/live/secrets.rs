//! Teaches a `Redactor` what the Secrets of a stack hold: rendered, recorded and live.

use source::{Redactor, Tree};

use super::{Answer, Cluster};
use crate::DesiredRelease;
use crate::secrets::learn;

/// What must not be shown of a plan of these releases.
pub fn secrets(releases: &[DesiredRelease], cluster: &Cluster) -> Redactor {
    let mut redactor = secrets_of_observed(cluster);
    for object in releases.iter().flat_map(|release| &release.objects) {
        if object.id().is_secret() {
            learn(&object.tree(), &mut redactor);
        }
    }
    redactor
}

/// The same for what is there alone.
pub fn secrets_of_observed(cluster: &Cluster) -> Redactor {
    let mut redactor = Redactor::default();
    for ((_, key), seen) in &cluster.objects {
        if !key.id.is_secret() {
            continue;
        }
        let answered = match &seen.answer {
            Some(Answer::Applied { result, .. }) => Some(result),
            _ => None,
        };
        for secret in seen.live.iter().chain(answered) {
            learn(secret, &mut redactor);
        }
    }
    for record in cluster.recorded.values().flat_map(|recorded| &recorded.in_place) {
        for document in crate::record::manifest::documents(record) {
            let secret = document.text.contains("Secret");
            let tree = secret.then(|| source::yaml::read_bare(document.text).unwrap_or_default());
            if let Some(tree) =
                tree.filter(|tree| tree.get("kind").and_then(Tree::as_str) == Some("Secret"))
            {
                learn(&tree, &mut redactor);
            }
        }
    }
    redactor
}
