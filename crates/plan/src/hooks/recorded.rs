//! Hooks on their way into a release record and out of it.

use source::Tree;

use super::{DeletePolicy, Hook, HookEvent, OutputLogPolicy};
use crate::record::{LastRun, RecordedHook};
use crate::{Document, Section};

/// A rendered hook as Helm records one that has not run yet; none for a document that is no hook.
pub fn to_record(document: &Document<'_>) -> Option<RecordedHook> {
    let hook = document.hook.as_ref()?;
    let tree = source::yaml::read_bare(document.text).unwrap_or_default();
    let text = |tree: Option<&Tree>| tree.and_then(Tree::as_str).unwrap_or_default().to_owned();
    let words = |word: &str| word.to_owned();
    Some(RecordedHook {
        name: text(tree.get("metadata").and_then(|metadata| metadata.get("name"))),
        kind: text(tree.get("kind")),
        path: document.template.to_owned(),
        manifest: document.text.to_owned(),
        events: hook.events.iter().map(|event| words(event.as_str())).collect(),
        last_run: LastRun::default(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.iter().map(|one| words(one.as_str())).collect(),
        output_log_policies: hook
            .output_log_policies
            .iter()
            .map(|one| words(one.as_str()))
            .collect(),
        other: source::Map::new(),
    })
}

/// A recorded hook as if it had just been rendered. Events that Helm does not know run nothing.
pub fn from_record(hook: &RecordedHook) -> Document<'_> {
    let delete_policies = hook.delete_policies.iter().map(|word| DeletePolicy::parse(word));
    let logs = hook.output_log_policies.iter().map(|word| OutputLogPolicy::parse(word));
    Document {
        section: Section::Hook,
        text: &hook.manifest,
        template: &hook.path,
        hook: Some(Hook {
            events: hook.events.iter().filter_map(|word| HookEvent::parse(word)).collect(),
            weight: hook.weight,
            delete_policies: delete_policies.collect(),
            output_log_policies: logs.collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let document = Document {
            section: Section::Hook,
            text: "apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate }\n",
            template: "web/templates/migrate.yaml",
            hook: Some(Hook {
                events: vec![HookEvent::PreUpgrade, HookEvent::PreInstall],
                weight: -5,
                delete_policies: vec![DeletePolicy::HookSucceeded, DeletePolicy::parse("odd")],
                output_log_policies: vec![OutputLogPolicy::HookFailed],
            }),
        };
        let recorded = to_record(&document).expect("it is a hook");
        assert_eq!((recorded.kind.as_str(), recorded.name.as_str()), ("Job", "migrate"));
        assert_eq!(recorded.delete_policies, ["hook-succeeded", "odd"]);
        assert_eq!(from_record(&recorded), document);
        assert_eq!(to_record(&Document { hook: None, ..document }), None);
    }
}
