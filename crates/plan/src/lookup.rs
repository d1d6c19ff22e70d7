//! What templates asked the cluster for: an input of a plan, beside chart and values.

use serde::Serialize;

use crate::ObjectId;

/// One question of a release's templates, and what was answered as a digest alone: answers may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lookup {
    pub api_version: String,
    pub kind: String,
    /// None asks for all namespaces, or for what is outside them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// None asks for a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it was asked first.
    pub template: String,
    pub line: usize,
    /// Of the answer; SHA-256 in hexadecimal.
    pub digest: String,
}

impl Lookup {
    /// Whether the object is the answer, or a part of it.
    pub fn covers(&self, id: &ObjectId) -> bool {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        let in_scope = match (&self.namespace, &id.namespace) {
            // The server does not look at a namespace where the kind has none.
            (_, None) => true,
            (Some(asked), Some(namespace)) => asked == namespace,
            (None, Some(_)) => self.name.is_none(),
        };
        let is_named = self.name.as_ref().is_none_or(|name| *name == id.name);
        group == id.group && self.kind == id.kind && in_scope && is_named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `v1 Secret shop db`, with `*` for what is not asked for; the object as `group kind namespace name`, with `-` for
    /// nothing.
    #[track_caller]
    fn check(asked: &str, object: &str, expect: bool) {
        let words = |text: &str| -> [String; 4] {
            let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.try_into().unwrap()
        };
        let given = |word: String| (word != "*" && word != "-").then_some(word);
        let [api_version, kind, namespace, name] = words(asked);
        let (template, digest) = (String::new(), String::new());
        let (namespace, name) = (given(namespace), given(name));
        let lookup = Lookup { api_version, kind, namespace, name, template, line: 1, digest };
        let [group, kind, namespace, name] = words(object);
        let group = given(group).unwrap_or_default();
        let id = ObjectId { group, kind, namespace: given(namespace), name };
        assert_eq!(lookup.covers(&id), expect, "{asked} / {object}");
    }

    #[test]
    fn what_a_question_is_about() {
        check("v1 Secret shop db", "- Secret shop db", true);
        check("v1 Secret shop db", "- Secret shop web", false);
        check("v1 Secret shop db", "- Secret other db", false);
        check("v1 Secret shop db", "- ConfigMap shop db", false);
        check("v1 Secret shop db", "example.com Secret shop db", false);
        check("apps/v1beta1 Deployment shop db", "apps Deployment shop db", true);
        // Without a namespace no object in one is found by name.
        check("v1 Secret * db", "- Secret shop db", false);
        check("v1 Namespace * shop", "- Namespace - shop", true);
        check("v1 Namespace shop shop", "- Namespace - shop", true);
    }

    #[test]
    fn lists() {
        check("v1 Secret shop *", "- Secret shop db", true);
        check("v1 Secret other *", "- Secret shop db", false);
        check("v1 Secret * *", "- Secret shop db", true);
        check("v1 Namespace * *", "- Namespace - shop", true);
        check("v1 Secret * *", "- ConfigMap shop db", false);
    }
}
