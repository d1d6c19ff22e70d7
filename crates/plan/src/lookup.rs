//! What templates asked the cluster for: an input of a plan, beside chart and values.

use serde::Serialize;
use source::Tree;

use crate::live::wish::json;
use crate::{ObjectId, digest};

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

/// What `lookup` answers where nothing is.
const NOTHING: &[u8] = b"{}";

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

    /// Whether what stands there now is another answer than the one that was rendered with. Of an object with a status only
    /// that it is there counts, and of a list nothing: both change all the time, and in ways that templates do not read.
    pub fn is_stale(&self, live: Option<&Tree>) -> bool {
        let was_there = self.digest != digest(NOTHING);
        match live {
            _ if self.name.is_none() => false,
            None => was_there,
            Some(live) if live.get("status").is_some() => !was_there,
            Some(live) => digest(json(live).as_bytes()) != self.digest,
        }
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
    fn answers_that_changed() {
        let tree = |text: &str| source::json::read_bare(text).unwrap();
        let check = |name: Option<&str>, was: &str, live: Option<&str>, expect: bool| {
            let (api_version, kind) = ("v1".to_owned(), "Secret".to_owned());
            let (namespace, name) = (None, name.map(str::to_owned));
            let (template, digest) = (String::new(), digest(was.as_bytes()));
            let lookup = Lookup { api_version, kind, namespace, name, template, line: 1, digest };
            assert_eq!(lookup.is_stale(live.map(tree).as_ref()), expect, "{was} {live:?}");
        };
        let (one, two) = (r#"{"data":{"a":"1"}}"#, r#"{"data":{"a":"2"}}"#);
        check(Some("db"), one, Some(one), false);
        check(Some("db"), one, Some(two), true);
        check(Some("db"), one, None, true);
        check(Some("db"), "{}", None, false);
        check(Some("db"), "{}", Some(one), true);
        let (waiting, ready) = (r#"{"status":{"ready":0}}"#, r#"{"status":{"ready":1}}"#);
        check(Some("db"), waiting, Some(ready), false);
        check(Some("db"), waiting, None, true);
        check(Some("db"), "{}", Some(ready), true);
        check(None, one, Some(two), false);
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
