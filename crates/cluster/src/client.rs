//! Requests to one cluster. A `Client` starts as a reader, which refuses whatever would change the cluster; executing makes a
//! writer of it.

mod attempts;
mod delete;
mod failure;
mod items;
mod logs;
mod request;
mod retry;
mod send;
mod warnings;
mod watch;

use std::fmt;
use std::sync::Arc;

use plan::Address;
use source::{Map, Tree};

pub use delete::{Delete, Deletion, Propagation};
pub(crate) use items::{CHUNK, Part, RESTARTS};
pub use items::{List, Pick};
pub use logs::Logs;
pub use request::Verb;
pub use send::{Counts, Limits};
pub use warnings::Warning;
pub use watch::{Watch, WatchEvent};

use crate::Error;
use crate::access::Found;
use request::{APPLY, JSON, JSON_PATCH, Request};
use send::Shared;

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

/// What a create came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Creation {
    Done(Tree),
    /// An earlier attempt got no answer, and now an object of that name is there: ours, or somebody's. Look at it.
    Uncertain,
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

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("place", &self.shared.place)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}
