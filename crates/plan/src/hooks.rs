//! Hooks: what their annotations ask for, which of them an event runs, and in which order.

mod recorded;

use std::fmt;

use crate::{Object, Section};

pub use recorded::{from_record, to_record};

/// What an object's `helm.sh/hook…` annotations say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    pub events: Vec<HookEvent>,
    pub weight: i64,
    /// As written; `deletes` knows what an empty list means.
    pub delete_policies: Vec<DeletePolicy>,
    /// As written.
    pub output_log_policies: Vec<OutputLogPolicy>,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    pub const ALL: [Self; 9] = [
        Self::PreInstall,
        Self::PostInstall,
        Self::PreDelete,
        Self::PostDelete,
        Self::PreUpgrade,
        Self::PostUpgrade,
        Self::PreRollback,
        Self::PostRollback,
        Self::Test,
    ];

    /// Helm's word; what else an annotation may say was settled when the chart was rendered.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for HookEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// When a hook's object is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletePolicy {
    BeforeHookCreation,
    HookSucceeded,
    HookFailed,
    /// A word that Helm keeps and never acts on. It still takes the place of the default.
    Other(String),
}

impl DeletePolicy {
    pub fn parse(word: &str) -> Self {
        match word {
            "before-hook-creation" => Self::BeforeHookCreation,
            "hook-succeeded" => Self::HookSucceeded,
            "hook-failed" => Self::HookFailed,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::BeforeHookCreation => "before-hook-creation",
            Self::HookSucceeded => "hook-succeeded",
            Self::HookFailed => "hook-failed",
            Self::Other(word) => word,
        }
    }
}

/// When the logs of a hook's pods are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputLogPolicy {
    HookSucceeded,
    HookFailed,
    /// A word that Helm keeps and never acts on.
    Other(String),
}

impl OutputLogPolicy {
    pub fn parse(word: &str) -> Self {
        match word {
            "hook-succeeded" => Self::HookSucceeded,
            "hook-failed" => Self::HookFailed,
            other => Self::Other(other.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::HookSucceeded => "hook-succeeded",
            Self::HookFailed => "hook-failed",
            Self::Other(word) => word,
        }
    }
}

/// The hooks that an event runs, in Helm's order: by weight, then by name, then as the kinds are installed, which is how a
/// chart renders and a record keeps them (`pkg/action/hooks.go`). One that names the event twice runs twice.
pub fn for_event(objects: &[Object], event: HookEvent) -> Vec<&Object> {
    let mut hooks: Vec<(&Hook, &Object)> = Vec::new();
    for object in objects {
        let Some(hook) = &object.hook else { continue };
        let times = hook.events.iter().filter(|each| **each == event).count();
        hooks.extend(std::iter::repeat_n((hook, object), times));
    }
    hooks.sort_by_key(|(hook, object)| (hook.weight, helm_name(object)));
    hooks.into_iter().map(|(_, object)| object).collect()
}

/// An object whose name Kubernetes makes up has none to Helm.
fn helm_name(object: &Object) -> &str {
    let name = object.id().name.as_str();
    if name.ends_with('-') { "" } else { name }
}

/// Whether a hook's object is deleted then. Without any policy that is before it is created again, and a
/// CustomResourceDefinition never, because all its objects would go as well.
pub fn deletes(object: &Object, policy: &DeletePolicy) -> bool {
    let Some(hook) = &object.hook else { return false };
    if object.id().kind == "CustomResourceDefinition" {
        return false;
    }
    match hook.delete_policies.as_slice() {
        [] => *policy == DeletePolicy::BeforeHookCreation,
        policies => policies.contains(policy),
    }
}

/// Whether the logs of a hook's pods are shown then: only Jobs and Pods have any to Helm.
pub fn shows_logs(object: &Object, policy: &OutputLogPolicy) -> bool {
    let has_logs = matches!(object.id().kind.as_str(), "Job" | "Pod");
    let hook = object.hook.as_ref().filter(|_| has_logs && object.key.section == Section::Hook);
    hook.is_some_and(|hook| hook.output_log_policies.contains(policy))
}

#[cfg(test)]
mod tests {
    use stack::{Namespace, ReleaseName};

    use super::*;
    use crate::{Document, ReleaseKey, read};

    fn hook(events: &[HookEvent], weight: i64) -> Hook {
        Hook { events: events.to_vec(), weight, ..Hook::default() }
    }

    fn objects(documents: &[(&str, &str, Hook)]) -> Vec<Object> {
        let texts: Vec<String> = documents
            .iter()
            .map(|(kind, name, _)| {
                let field = if name.ends_with('-') { "generateName" } else { "name" };
                format!("apiVersion: v1\nkind: {kind}\nmetadata: {{ {field}: {name} }}\n")
            })
            .collect();
        let documents: Vec<Document<'_>> = documents
            .iter()
            .zip(&texts)
            .map(|((_, _, hook), text)| Document {
                section: Section::Hook,
                text,
                template: "web/templates/hooks.yaml",
                hook: Some(hook.clone()),
            })
            .collect();
        let key = ReleaseKey {
            cluster: None,
            namespace: Namespace::new("shop").expect("a namespace"),
            name: ReleaseName::new("web").expect("a name"),
        };
        let (objects, problems) = read(&documents, &key);
        assert!(problems.is_empty());
        objects
    }

    #[test]
    fn order() {
        use HookEvent::{PostInstall, PreInstall, Test};
        let objects = objects(&[
            ("ServiceAccount", "z", hook(&[PreInstall], 0)),
            ("ConfigMap", "a", hook(&[PostInstall, PreInstall], 0)),
            ("Pod", "a", hook(&[PreInstall], 0)),
            ("Pod", "odd-", hook(&[PreInstall], 0)),
            ("Job", "last", hook(&[PreInstall], 10)),
            ("Job", "first", hook(&[PreInstall], -10)),
            ("Job", "twice", hook(&[Test, Test], 0)),
        ]);
        let check = |event, expect: &str| {
            let order: Vec<String> =
                for_event(&objects, event).iter().map(|object| object.id().to_string()).collect();
            assert_eq!(order.join(" "), expect, "{event}");
        };
        check(PreInstall, "Job/first Pod/odd- ConfigMap/a Pod/a ServiceAccount/z Job/last");
        check(PostInstall, "ConfigMap/a");
        check(Test, "Job/twice Job/twice");
        check(HookEvent::PreDelete, "");
    }

    #[test]
    fn deletion() {
        use DeletePolicy::{BeforeHookCreation, HookFailed, HookSucceeded};
        let check = |kind: &str, policies: &[&str], expect: [bool; 3]| {
            let delete_policies = policies.iter().map(|word| DeletePolicy::parse(word)).collect();
            let object = &objects(&[(kind, "x", Hook { delete_policies, ..Hook::default() })])[0];
            let found = [BeforeHookCreation, HookSucceeded, HookFailed]
                .map(|policy| deletes(object, &policy));
            assert_eq!(found, expect, "{kind} {policies:?}");
        };
        check("Job", &[], [true, false, false]);
        check("Job", &["hook-succeeded"], [false, true, false]);
        check("Job", &["hook-failed", "before-hook-creation"], [true, false, true]);
        check("Job", &["never"], [false, false, false]);
        check("CustomResourceDefinition", &[], [false, false, false]);
    }

    #[test]
    fn logs() {
        let check = |kind: &str, policies: &[&str], expect: [bool; 2]| {
            let output_log_policies =
                policies.iter().map(|word| OutputLogPolicy::parse(word)).collect();
            let hook = Hook { output_log_policies, ..Hook::default() };
            let object = &objects(&[(kind, "x", hook)])[0];
            let found = [OutputLogPolicy::HookSucceeded, OutputLogPolicy::HookFailed]
                .map(|policy| shows_logs(object, &policy));
            assert_eq!(found, expect, "{kind} {policies:?}");
        };
        check("Job", &[], [false, false]);
        check("Pod", &["hook-failed", "hook-succeeded"], [true, true]);
        check("Job", &["hook-failed", "always"], [false, true]);
        check("ConfigMap", &["hook-failed"], [false, false]);
    }

    #[test]
    fn events() {
        for event in HookEvent::ALL {
            assert_eq!(HookEvent::parse(event.as_str()), Some(event));
        }
        assert_eq!(HookEvent::parse("crd-install"), None);
    }
}
