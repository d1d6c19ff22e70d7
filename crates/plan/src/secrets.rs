//! Teaches a `Redactor` what the Secrets of a stack hold, rendered and live.

use source::{Node, Redactor, Tree};

use crate::{Desired, Live, Observed};

/// Adds every value of `data` (as written and decoded) and of `stringData`. Run it before anything of the plan is shown.
pub fn secrets(desired: &Desired, observed: &Observed, redactor: &mut Redactor) {
    for object in desired.releases.iter().flat_map(|release| &release.objects) {
        if object.id().is_secret() {
            learn(&object.tree(), redactor);
        }
    }
    secrets_of_observed(observed, redactor);
}

/// The same for what is there alone.
pub fn secrets_of_observed(observed: &Observed, redactor: &mut Redactor) {
    let recorded = observed.releases.iter().flat_map(|release| release.objects());
    let kept = observed.kept.iter().map(|kept| (&kept.record, &kept.live));
    let secret = recorded.map(|object| (object.record, object.live)).chain(kept);
    let secret = secret.filter(|(record, _)| record.key.id.is_secret()).map(|(_, live)| live);
    for live in secret.chain(observed.unrecorded.values()) {
        if let Live::Present { text: Some(text), .. } = live {
            learn_text(text, redactor);
        }
    }
}

/// Whatever stands at a place without being ours may be a Secret too.
fn learn_text(text: &str, redactor: &mut Redactor) {
    if let Ok(tree) = source::yaml::read_bare(text)
        && tree.get("kind").and_then(Tree::as_str) == Some("Secret")
    {
        learn(&tree, redactor);
    }
}

/// What one Secret holds.
pub fn learn(secret: &Tree, redactor: &mut Redactor) {
    let values =
        |key: &str| secret.get(key).and_then(Tree::as_map).into_iter().flat_map(|map| map.values());
    for value in values("stringData") {
        learn_value(value, redactor);
    }
    for value in values("data") {
        learn_value(value, redactor);
        let decoded = value.as_str().and_then(source::base64::decode);
        if let Some(plain) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
            redactor.add(&plain);
        }
    }
}

fn learn_value(value: &Tree, redactor: &mut Redactor) {
    match &value.node {
        Node::Text(text) => redactor.add(text),
        Node::Null | Node::Bool(_) | Node::Map(_) | Node::List(_) => {}
        Node::Int(_) | Node::Uint(_) | Node::Float(_) => redactor.add(&crate::json::line(value)),
    }
}
