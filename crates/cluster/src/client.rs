//! Requests to one cluster. A `Client` starts as a reader, which refuses whatever would change the cluster; executing makes a
//! writer of it.

mod attempts;
mod failure;
mod items;
mod request;
mod retry;
mod send;
mod warnings;
mod watch;

use std::fmt;
use std::sync::Arc;

use plan::Address;
use source::json::{self, Html, Layout};
use source::{Map, Node, Tree};

pub use items::{List, Pick};
pub use request::Verb;
pub use send::{Counts, Limits};
pub use warnings::Warning;
pub use watch::{Watch, WatchEvent};

use crate::Error;
use crate::access::Found;
use crate::status::Status;
use request::{APPLY, JSON, JSON_PATCH, Request};
use send::{Reply, Shared};

/// The manager of every field that we apply, as Helm's.
pub const MANAGER: &str = "helm";

/// Cheap to clone; clones share connections, limits, counts and warnings.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    writes: bool,
    /// Whether its requests wait for a slot.
    queues: bool,
}

/// How a server-side apply is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apply<'a> {
    pub dry_run: bool,
    /// Takes fields that other managers own.
    pub force: bool,
    pub manager: &'a str,
    /// Refuses duplicate fields, and unknown ones of every kind. Otherwise custom resources lose them with a warning; built-in
    /// kinds refuse unknown fields even so.
    pub strict: bool,
}

/// How a create, a replace or a patch is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write<'a> {
    pub dry_run: bool,
    pub manager: &'a str,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delete<'a> {
    /// Deletes only this very object. Without it a delete is never repeated.
    pub uid: Option<&'a str>,
    /// Deletes only this version of the object.
    pub resource_version: Option<&'a str>,
    pub propagation: Propagation,
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

/// What a create came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Creation {
    Done(Tree),
    /// An earlier attempt got no answer, and now an object of that name is there: ours, or somebody's. Look at it.
    Uncertain,
}

/// What a delete came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Deletion {
    /// It is gone now.
    Done,
    /// It was gone already.
    Absent,
    /// Another object has the name now; the one with the uid is gone.
    Other,
    /// It is being deleted: what still has to go, or finalizers, come first.
    Pending(Option<Tree>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logs<'a> {
    /// Required for pods with several.
    pub container: Option<&'a str>,
    /// Of the run before the last restart.
    pub previous: bool,
    pub tail_lines: Option<u32>,
    pub limit_bytes: Option<u32>,
}

impl Client {
    /// A client that refuses every request which would change the cluster, unless it is a dry run.
    ///
    /// # Errors
    /// Where the credentials cannot be had.
    pub async fn reader(found: Found, limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            shared: Arc::new(Shared::open(found, limits).await?),
            writes: false,
            queues: true,
        })
    }

    /// The same client, allowed to change the cluster: for executing a plan.
    pub fn writer(&self) -> Self {
        Self { writes: true, ..self.clone() }
    }

    /// The same client past the queue: for what has to be in time.
    pub(crate) fn unqueued(&self) -> Self {
        Self { queues: false, ..self.clone() }
    }

    pub fn place(&self) -> &crate::Place {
        &self.shared.place
    }

    /// Requests sent so far, repeated ones included.
    pub fn counts(&self) -> Counts {
        self.shared.counts()
    }

    /// What the server warned about since this was asked last, in a stable order and each once.
    pub fn take_warnings(&self) -> Vec<Warning> {
        self.shared.warnings.take()
    }

    /// The object, or none where it or its kind is not there.
    pub async fn get(&self, path: &str) -> Result<Option<Tree>, Error> {
        match self.tree(&Request::new(Verb::Get, path)).await {
            Ok(tree) => Ok(Some(tree)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An answer in a form other than plain JSON objects.
    pub(crate) async fn get_as(&self, path: &str, accept: &'static str) -> Result<Tree, Error> {
        let mut request = Request::new(Verb::Get, path);
        request.accept = accept;
        self.tree(&request).await
    }

    /// Server-side apply of an object; answers with what is, or would be, there.
    pub async fn apply(
        &self,
        address: &Address,
        body: &str,
        how: Apply<'_>,
    ) -> Result<Tree, Error> {
        let mut request = Request::new(Verb::Apply, address.path())
            .query("fieldManager", how.manager)
            .query("fieldValidation", if how.strict { "Strict" } else { "Warn" })
            .content(APPLY, body);
        if how.force {
            request = request.query("force", true);
        }
        self.tree(&dry(request, how.dry_run)).await
    }

    /// The object's name is in its body; `address` says the same one.
    pub async fn create(
        &self,
        address: &Address,
        body: &str,
        how: Write<'_>,
    ) -> Result<Creation, Error> {
        let mut request = Request::new(Verb::Create, address.collection())
            .query("fieldManager", how.manager)
            .query("fieldValidation", "Strict")
            .content(JSON, body);
        request.created = Some(address.name.clone());
        match self.tree(&dry(request, how.dry_run)).await {
            Ok(tree) => Ok(Creation::Done(tree)),
            Err(error) if error.is_already_exists() && error.is_uncertain() => {
                Ok(Creation::Uncertain)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts the body in the object's place. With a `resourceVersion` in it only over that version.
    pub async fn replace(
        &self,
        address: &Address,
        body: &str,
        how: Write<'_>,
    ) -> Result<Tree, Error> {
        let request = Request::new(Verb::Replace, address.path())
            .query("fieldManager", how.manager)
            .query("fieldValidation", "Strict")
            .content(JSON, body);
        self.tree(&dry(request, how.dry_run)).await
    }

    /// A JSON patch (RFC 6902). `subresource`: `status`, or none for the object itself.
    pub async fn patch_json(
        &self,
        address: &Address,
        subresource: Option<&str>,
        body: &str,
        how: Write<'_>,
    ) -> Result<Tree, Error> {
        let path = match subresource {
            Some(subresource) => format!("{}/{subresource}", address.path()),
            None => address.path(),
        };
        let request = Request::new(Verb::Patch, path)
            .query("fieldManager", how.manager)
            .content(JSON_PATCH, body);
        self.tree(&dry(request, how.dry_run)).await
    }

    pub async fn delete(&self, address: &Address, how: Delete<'_>) -> Result<Deletion, Error> {
        let request = Request::new(Verb::Delete, address.path()).content(JSON, delete_options(how));
        match self.tree(&dry(request, how.dry_run)).await {
            // A Status where it is gone, the object where it is not yet.
            Ok(tree) if tree.get("kind").and_then(Tree::as_str) == Some("Status") => {
                Ok(Deletion::Done)
            }
            Ok(tree) => Ok(match is_ending(&tree) {
                true => Deletion::Pending(Some(tree)),
                false => Deletion::Done,
            }),
            Err(error) if error.is_not_found() => Ok(Deletion::Absent),
            Err(error) => match error.status() {
                Some(status) if names_other(status) => Ok(Deletion::Other),
                // A namespace that is being deleted answers so to the next delete.
                Some(status)
                    if status.code == 409
                        && status.message.contains("is ensuring all content is removed") =>
                {
                    Ok(Deletion::Pending(None))
                }
                _ => Err(error),
            },
        }
    }

    /// What a container wrote; none, or nothing, where it has not started or is gone.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        how: Logs<'_>,
    ) -> Result<Option<String>, Error> {
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log");
        let mut request = Request::new(Verb::Get, path);
        request.accept = "*/*";
        if let Some(container) = how.container {
            request = request.query("container", container);
        }
        if how.previous {
            request = request.query("previous", true);
        }
        if let Some(lines) = how.tail_lines {
            request = request.query("tailLines", lines);
        }
        if let Some(bytes) = how.limit_bytes {
            request = request.query("limitBytes", bytes);
        }
        match self.shared.ask(&request, self.writes, self.queues).await {
            Ok(Reply { text, .. }) => Ok(Some(text)),
            Err(error) if error.is_not_found() || error.is_invalid() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks whether something is allowed: nothing is stored, so that a reader may.
    pub async fn post_review(&self, path: &str, body: &str) -> Result<Tree, Error> {
        self.tree(&Request::new(Verb::Review, path).content(JSON, body)).await
    }

    async fn tree(&self, request: &Request) -> Result<Tree, Error> {
        let reply = self.shared.ask(request, self.writes, self.queues).await?;
        self.shared.read(request, &reply.text)
    }
}

fn dry(request: Request, dry_run: bool) -> Request {
    if dry_run { request.query("dryRun", "All") } else { request }
}

/// A map with these entries, in this order.
pub(crate) fn map(entries: Vec<(&str, Tree)>) -> Tree {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>().into()
}

fn delete_options(how: Delete<'_>) -> String {
    let mut preconditions = Vec::new();
    if let Some(uid) = how.uid {
        preconditions.push(("uid", uid.into()));
    }
    if let Some(version) = how.resource_version {
        preconditions.push(("resourceVersion", version.into()));
    }
    let mut options = vec![
        ("apiVersion", "v1".into()),
        ("kind", "DeleteOptions".into()),
        ("propagationPolicy", how.propagation.as_str().into()),
    ];
    if how.dry_run {
        options.push(("dryRun", vec!["All".into()].into()));
    }
    if !preconditions.is_empty() {
        options.push(("preconditions", map(preconditions)));
    }
    json::write(&map(options), Html::Plain, Layout::Compact)
        .expect("texts and maps of texts can be written")
}

fn is_ending(object: &Tree) -> bool {
    let time = object.get("metadata").and_then(|metadata| metadata.get("deletionTimestamp"));
    matches!(time, Some(Tree { node: Node::Text(_), .. }))
}

/// `the UID in the precondition (…) does not match the UID in record (…)` (k8s.io/apiserver pkg/registry/rest/delete.go), and
/// with other words pkg/storage/interfaces.go. A version's precondition says `ResourceVersion` and is a conflict.
fn names_other(status: &Status) -> bool {
    let says = |words| status.message.contains(words);
    status.code == 409 && (says("UID in the precondition") || says("UID in precondition"))
}

impl Propagation {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("place", &self.shared.place)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delete_options_name_the_object() {
        let mut how = Delete {
            uid: Some("7"),
            resource_version: Some("12"),
            propagation: Propagation::Foreground,
            dry_run: false,
        };
        assert_eq!(
            delete_options(how),
            r#"{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"resourceVersion":"12","uid":"7"},"propagationPolicy":"Foreground"}"#
        );
        how = Delete { uid: None, resource_version: None, dry_run: true, ..how };
        assert_eq!(
            delete_options(how),
            r#"{"apiVersion":"v1","dryRun":["All"],"kind":"DeleteOptions","propagationPolicy":"Foreground"}"#
        );
    }
}
