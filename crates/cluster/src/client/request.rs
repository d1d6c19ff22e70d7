//! One request as data, what it may do to the cluster, and whether it may be sent twice.

use std::fmt;

use http::Method;
use source::json::read_bare;

use crate::subject::Subject;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    List,
    Watch,
    Create,
    Review,
    Apply,
    Patch,
    Replace,
    Delete,
}

/// A body's bytes are never shown.
#[derive(Clone)]
pub(crate) struct Content {
    pub kind: &'static str,
    pub text: String,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub verb: Verb,
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub accept: &'static str,
    pub content: Option<Content>,
    /// What a create makes: its path does not tell.
    pub created: Option<String>,
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";

/// What a request does to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    DryRun,
    Write,
    /// Opens a way into a container or through the server: never ours.
    Tunnel,
}

impl Request {
    pub(crate) fn new(verb: Verb, path: impl Into<String>) -> Self {
        Self {
            verb,
            path: path.into(),
            query: Vec::new(),
            accept: JSON,
            content: None,
            created: None,
        }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    pub(crate) fn content(mut self, kind: &'static str, text: impl Into<String>) -> Self {
        self.content = Some(Content { kind, text: text.into() });
        self
    }

    pub(crate) fn method(&self) -> Method {
        match self.verb {
            Verb::Get | Verb::List | Verb::Watch => Method::GET,
            Verb::Create | Verb::Review => Method::POST,
            Verb::Apply | Verb::Patch => Method::PATCH,
            Verb::Replace => Method::PUT,
            Verb::Delete => Method::DELETE,
        }
    }

    pub(crate) fn uri(&self) -> String {
        let mut uri = self.path.clone();
        let mut separator = if uri.contains('?') { '&' } else { '?' };
        for (key, value) in &self.query {
            uri.push(separator);
            uri.push_str(key);
            uri.push('=');
            uri.push_str(&escaped(value));
            separator = '&';
        }
        uri
    }

    pub(crate) fn subject(&self) -> Subject {
        let mut subject = Subject::of(&self.path);
        if subject.name.is_none() {
            subject.name.clone_from(&self.created);
        }
        subject
    }

    pub(crate) fn effect(&self) -> Effect {
        let body = self.content.as_ref().map_or("", |content| &content.text);
        effect(&self.method(), &self.uri(), body)
    }

    /// True where the server, having got it twice, is as if it had got it once, and the second answer can be told apart from
    /// somebody else's doing. A create is one of these: its second answer is `Creation::Uncertain`.
    pub(crate) fn is_repeatable(&self) -> bool {
        let text = self.content.as_ref().map_or("", |content| &content.text);
        match self.verb {
            Verb::Get | Verb::List | Verb::Watch | Verb::Review | Verb::Apply | Verb::Create => {
                true
            }
            _ if self.effect() == Effect::DryRun => true,
            Verb::Replace => has_version(text),
            Verb::Patch => tests_version(text),
            Verb::Delete => has_precondition(text),
        }
    }
}

/// Reads the effect from what is about to be sent, not from what a caller says that it is.
fn effect(method: &Method, uri: &str, body: &str) -> Effect {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let subject = Subject::of(path);
    if matches!(subject.subresource.as_deref(), Some("exec" | "attach" | "portforward" | "proxy")) {
        return Effect::Tunnel;
    }
    if method == Method::GET || method == Method::HEAD || method == Method::OPTIONS {
        return Effect::Read;
    }
    if method == Method::POST && is_review(&subject) {
        return Effect::Read;
    }
    let mut dry_run = query.split('&').filter_map(|pair| pair.strip_prefix("dryRun="));
    let is_dry = (dry_run.next(), dry_run.next()) == (Some("All"), None);
    // A delete's options are read from its body, where it has one, and the query is passed over.
    let is_deaf = method == Method::DELETE && !body.is_empty() && !says_dry_run(body);
    match is_dry && !is_deaf {
        true => Effect::DryRun,
        false => Effect::Write,
    }
}

/// `"dryRun":["All"]`
fn says_dry_run(options: &str) -> bool {
    let options = read_bare(options).unwrap_or_default();
    let values = options.get("dryRun").and_then(source::Tree::as_list).unwrap_or_default();
    matches!(values, [only] if only.as_str() == Some("All"))
}

/// Questions that are asked by creating an object which is never stored.
fn is_review(subject: &Subject) -> bool {
    let kinds: &[&str] = match subject.group.as_str() {
        "authorization.k8s.io" => &[
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews",
            "subjectaccessreviews",
            "localsubjectaccessreviews",
        ],
        "authentication.k8s.io" => &["selfsubjectreviews"],
        _ => &[],
    };
    kinds.contains(&subject.plural.as_str()) && subject.name.is_none()
}

fn has_version(body: &str) -> bool {
    let object = read_bare(body).unwrap_or_default();
    let version = object.get("metadata").and_then(|metadata| metadata.get("resourceVersion"));
    version.and_then(source::Tree::as_str).is_some_and(|version| !version.is_empty())
}

/// Of a JSON patch: it names the version that it applies to.
fn tests_version(body: &str) -> bool {
    let patch = read_bare(body).unwrap_or_default();
    patch.as_list().unwrap_or_default().iter().any(|operation| {
        operation.get("path").and_then(source::Tree::as_str) == Some("/metadata/resourceVersion")
    })
}

fn has_precondition(body: &str) -> bool {
    let options = read_bare(body).unwrap_or_default();
    options.get("preconditions").and_then(|preconditions| preconditions.get("uid")).is_some()
}

fn escaped(value: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a String takes every text");
        }
    }
    text
}

impl Verb {
    /// As in "cannot apply …".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Review => "ask about",
            Self::Apply => "apply",
            Self::Patch => "patch",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    /// What a Role has to allow.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create | Self::Review => "create",
            Self::Apply | Self::Patch => "patch",
            Self::Replace => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects() {
        let check = |method: Method, uri: &str, expect: Effect| {
            assert_eq!(effect(&method, uri, ""), expect, "{method} {uri}");
        };
        let pod = "/api/v1/namespaces/shop/pods/web";
        check(Method::GET, pod, Effect::Read);
        check(Method::GET, &format!("{pod}/log?container=web"), Effect::Read);
        check(Method::GET, &format!("{pod}/exec?command=rm"), Effect::Tunnel);
        check(Method::GET, "/api/v1/namespaces/shop/services/web/proxy/x", Effect::Tunnel);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            check(method.clone(), pod, Effect::Write);
            check(method.clone(), &format!("{pod}?dryRun=All"), Effect::DryRun);
            check(method.clone(), &format!("{pod}?force=true&dryRun=All"), Effect::DryRun);
            check(method.clone(), &format!("{pod}?dryRun="), Effect::Write);
            check(method.clone(), &format!("{pod}?dryRun=all"), Effect::Write);
            check(method.clone(), &format!("{pod}?dryRun=None&dryRun=All"), Effect::Write);
            check(method.clone(), &format!("{pod}?xdryRun=All"), Effect::Write);
        }
        let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        check(Method::POST, review, Effect::Read);
        check(Method::PATCH, review, Effect::Write);
        check(
            Method::POST,
            "/apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews",
            Effect::Read,
        );
        check(Method::POST, "/apis/example.com/v1/selfsubjectaccessreviews", Effect::Write);
        check(Method::POST, &format!("{pod}/eviction"), Effect::Write);

        let delete = |body: &str| effect(&Method::DELETE, &format!("{pod}?dryRun=All"), body);
        assert_eq!(delete(r#"{"dryRun":["All"]}"#), Effect::DryRun);
        for body in
            ["{}", r#"{"dryRun":[]}"#, r#"{"dryRun":"All"}"#, r#"{"dryRun":["All","x"]}"#, "?"]
        {
            assert_eq!(delete(body), Effect::Write, "{body}");
        }
    }

    #[test]
    fn repeatable() {
        let check = |verb: Verb, body: &str, expect: bool| {
            let request = Request::new(verb, "/api/v1/namespaces/shop/pods/web");
            assert_eq!(request.content(JSON, body).is_repeatable(), expect, "{verb} {body}");
        };
        check(Verb::Get, "", true);
        check(Verb::Apply, "{}", true);
        check(Verb::Create, "{}", true);
        check(Verb::Replace, "{}", false);
        check(Verb::Replace, r#"{"metadata":{"resourceVersion":""}}"#, false);
        check(Verb::Replace, r#"{"metadata":{"resourceVersion":"7"}}"#, true);
        check(Verb::Patch, r#"[{"op":"remove","path":"/spec"}]"#, false);
        check(
            Verb::Patch,
            r#"[{"op":"replace","path":"/metadata/resourceVersion","value":"7"}]"#,
            true,
        );
        check(Verb::Delete, "{}", false);
        check(Verb::Delete, r#"{"preconditions":{"uid":"1"}}"#, true);
        check(Verb::Delete, "not json", false);
        let dry = Request::new(Verb::Replace, "/api/v1/nodes/a").query("dryRun", "All");
        assert!(dry.is_repeatable());
    }

    #[test]
    fn uris() {
        let request = Request::new(Verb::List, "/api/v1/pods")
            .query("labelSelector", "app in (web),tier!=x")
            .query("limit", 500);
        assert_eq!(
            request.uri(),
            "/api/v1/pods?labelSelector=app%20in%20%28web%29%2Ctier%21%3Dx&limit=500"
        );
    }
}
