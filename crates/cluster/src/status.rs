//! What the API server says when it refuses: its `Status`, and what its words mean.

mod conflict;
mod denied;

use std::time::Duration;

use source::json::read_bare;
use source::{Node, Tree};

pub use denied::Denied;
pub use plan::live::FieldConflict;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, …; empty where no API server answered.
    pub reason: String,
    pub message: String,
    pub causes: Vec<Cause>,
    pub retry_after: Option<Duration>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    pub reason: String,
    pub field: String,
    pub message: String,
}

/// A field that the server did not accept, with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// `spec.selector`; may be empty.
    pub field: String,
    pub message: String,
    pub immutable: bool,
}

impl Status {
    /// Reads an answer with the code. What is not a `Status` (a proxy's page) becomes its first line.
    pub fn read(code: u16, body: &str) -> Self {
        match read_bare(body) {
            Ok(tree) if text(&tree, "kind") == "Status" => Self::of(&tree, code),
            _ => {
                let message = format!("HTTP {code}: {}", first_line(body));
                let message = message.trim_end_matches([':', ' ']).to_owned();
                Self { code, message, ..Self::default() }
            }
        }
    }

    /// `code` counts where the object has none.
    pub fn of(tree: &Tree, code: u16) -> Self {
        let details = tree.get("details");
        let causes = details.and_then(|details| details.get("causes")).and_then(Tree::as_list);
        let seconds = details.and_then(|details| details.get("retryAfterSeconds"));
        let own = tree.get("code").and_then(integer).and_then(|code| u16::try_from(code).ok());
        Self {
            code: own.filter(|code| *code != 0).unwrap_or(code),
            reason: text(tree, "reason"),
            message: text(tree, "message"),
            causes: causes.unwrap_or_default().iter().map(cause).collect(),
            retry_after: seconds.and_then(integer).filter(|it| *it > 0).map(Duration::from_secs),
        }
    }

    /// Fields that other managers own, of a server-side apply without force.
    pub fn conflicts(&self) -> Vec<FieldConflict> {
        let is_conflict = |cause: &&Cause| cause.reason == "FieldManagerConflict";
        self.causes.iter().filter(is_conflict).map(conflict::read).collect()
    }

    pub fn invalid_fields(&self) -> Vec<InvalidField> {
        if self.code != 422 {
            return Vec::new();
        }
        let field = |cause: &Cause| InvalidField {
            field: cause.field.clone(),
            message: cause.message.clone(),
            immutable: says_immutable(&cause.message),
        };
        self.causes.iter().map(field).collect()
    }

    /// True where the object as it is cannot become what was asked: it has to be made anew.
    pub fn is_immutable(&self) -> bool {
        self.code == 422
            && (self.invalid_fields().iter().any(|field| field.immutable)
                || says_immutable(&self.message))
    }

    /// A body that does not have its kind's form, as one with an unknown field: server-side apply answers it as the server's own
    /// failure, whatever validation was asked for (k8s.io/apimachinery pkg/util/managedfields).
    pub fn is_untyped(&self) -> bool {
        self.code == 500
            && ["failed to create typed patch object", "field not declared in schema"]
                .iter()
                .any(|words| self.message.contains(words))
    }

    pub fn has_cause(&self, reason: &str) -> bool {
        self.causes.iter().any(|cause| cause.reason == reason)
    }

    /// Nothing new may come into the namespace: it is being deleted.
    pub fn is_namespace_terminating(&self) -> bool {
        self.has_cause("NamespaceTerminating")
            || (self.code == 403 && self.message.contains("because it is being terminated"))
    }
}

/// Words of k8s.io/kubernetes pkg/apis/*/validation for fields that never change.
fn says_immutable(message: &str) -> bool {
    [
        "field is immutable",
        "is immutable",
        "may not change once set",
        "may not be changed",
        "cannot change roleRef",
        "cannot be changed",
        "can not be changed",
        "updates to statefulset spec for fields other than",
        "pod updates may not change fields other than",
        "updates to parameters are forbidden",
        "updates to provisioner are forbidden",
        "updates to reclaimPolicy are forbidden",
        "immutable after creation",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn cause(tree: &Tree) -> Cause {
    Cause {
        reason: text(tree, "reason"),
        field: text(tree, "field"),
        message: text(tree, "message"),
    }
}

fn text(tree: &Tree, key: &str) -> String {
    tree.get(key).and_then(Tree::as_str).unwrap_or_default().to_owned()
}

fn integer(tree: &Tree) -> Option<u64> {
    match tree.node {
        Node::Int(value) => u64::try_from(value).ok(),
        Node::Uint(value) => Some(value),
        _ => None,
    }
}

fn first_line(body: &str) -> String {
    let line = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_server_says() {
        let status = Status::read(
            500,
            r#"{"kind":"Status","code":422,"reason":"Invalid","message":"no","details":{
                "retryAfterSeconds":3,
                "causes":[{"reason":"FieldValueInvalid","field":"spec.selector",
                           "message":"Invalid value: {}: field is immutable"}]}}"#,
        );
        assert_eq!(status.code, 422);
        assert_eq!(status.retry_after, Some(Duration::from_secs(3)));
        assert!(status.is_immutable());
        assert_eq!(status.invalid_fields()[0].field, "spec.selector");
    }

    #[test]
    fn reads_what_is_no_status() {
        let check = |body: &str, message: &str| {
            let status = Status::read(502, body);
            assert_eq!((status.code, status.message.as_str()), (502, message));
        };
        check("\n <html>bad gateway</html>\n", "HTTP 502: <html>bad gateway</html>");
        check("", "HTTP 502");
        check("{}", "HTTP 502: {}");
        check(&"ä".repeat(400), &format!("HTTP 502: {}…", "ä".repeat(300)));
        check(r#"{"kind":"Status","code":-1,"details":[],"message":7}"#, "");
    }

    #[test]
    fn immutable() {
        let check = |message: &str, expect: bool| {
            let status = Status { code: 422, message: message.to_owned(), ..Status::default() };
            assert_eq!(status.is_immutable(), expect, "{message}");
        };
        check(
            "Job.batch \"a\" is invalid: spec.template: Invalid value: {…}: field is immutable",
            true,
        );
        check(
            "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', …",
            true,
        );
        check(
            "RoleBinding \"a\" is invalid: roleRef: Invalid value: {…}: cannot change roleRef",
            true,
        );
        check(
            "Service \"a\" is invalid: spec.clusterIP: Invalid value: \"\": may not change once set",
            true,
        );
        check("Deployment.apps \"a\" is invalid: spec.replicas: must be greater than 0", false);
    }
}
