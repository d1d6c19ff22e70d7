//! The one place where requests leave: guarded, counted, limited in number and time, and repeated where that is safe.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Response};
use kube::client::Body;
use source::Tree;
use source::json::read_bare;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::attempts::Attempts;
use super::failure::{self, Failure};
use super::request::{Effect, Request};
use super::warnings::Warnings;
use crate::access::Found;
use crate::error::{Error, Place, Refused};
use crate::status::Status;

/// How much at once, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in flight, watches aside.
    pub parallel: usize,
    pub connect: Duration,
    /// One attempt, its answer included.
    pub request: Duration,
    /// All attempts of one request together.
    pub total: Duration,
    /// How long a watch may be silent.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: 32,
            connect: Duration::from_secs(10),
            request: Duration::from_secs(60),
            total: Duration::from_secs(150),
            idle: Duration::from_secs(330),
        }
    }
}

/// Requests sent, by what they do to the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub reads: u64,
    pub watches: u64,
    pub dry_runs: u64,
    pub writes: u64,
    /// Of all these, how many repeated another.
    pub repeated: u64,
}

pub(super) struct Shared {
    kube: kube::Client,
    pub(super) place: Place,
    pub(super) limits: Limits,
    slots: Semaphore,
    /// Whether this server has answered before.
    pub(super) reached: AtomicBool,
    pub(super) warnings: Warnings,
    reads: AtomicU64,
    watches: AtomicU64,
    dry_runs: AtomicU64,
    writes: AtomicU64,
    pub(super) repeated: AtomicU64,
}

pub(super) struct Reply {
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Shared {
    pub(super) async fn open(found: Found, limits: Limits) -> Result<Self, Error> {
        let Found { place, mut config } = found;
        config.connect_timeout = Some(limits.connect);
        config.read_timeout = None; // ours is per request, so that watches may be silent for longer
        config.default_retry = false; // it repeats every verb
        let agent = concat!("regatta/", env!("CARGO_PKG_VERSION"));
        config.headers.push((USER_AGENT, HeaderValue::from_static(agent)));
        // Credential plugins are programs that block.
        let handle = tokio::runtime::Handle::current();
        let made = tokio::task::spawn_blocking(move || {
            let _entered = handle.enter();
            kube::Client::try_from(config)
        });
        let kube = match made.await {
            Ok(Ok(kube)) => kube,
            Ok(Err(kube::Error::Auth(error))) => {
                return Err(Error::Credentials { place, message: failure::credentials(&error) });
            }
            Ok(Err(error)) => return Err(Error::Credentials { place, message: error.to_string() }),
            Err(error) => return Err(Error::Credentials { place, message: error.to_string() }),
        };
        Ok(Self {
            kube,
            place,
            limits,
            slots: Semaphore::new(limits.parallel.clamp(1, Semaphore::MAX_PERMITS)),
            reached: AtomicBool::new(false),
            warnings: Warnings::default(),
            reads: AtomicU64::new(0),
            watches: AtomicU64::new(0),
            dry_runs: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
        })
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            reads: self.reads.load(Ordering::Relaxed),
            watches: self.watches.load(Ordering::Relaxed),
            dry_runs: self.dry_runs.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
        }
    }

    /// The whole answer, after as many attempts as are safe and worth it.
    pub(super) async fn ask(
        &self,
        request: &Request,
        writes: bool,
        queues: bool,
    ) -> Result<Reply, Error> {
        let mut attempts = Attempts::new(self.limits.total);
        loop {
            let whole = async {
                let _slot = match queues {
                    true => self.slots.acquire().await.ok(),
                    false => None,
                };
                timeout(self.limits.request, self.whole(request, writes)).await
            };
            match whole.await.unwrap_or_else(|_| Err(self.late())) {
                Ok(reply) => return Ok(reply),
                Err(unanswered) => attempts.go_on(self, request, unanswered).await?,
            }
        }
    }

    /// A response whose body is still to come. It takes no slot.
    pub(super) async fn open_stream(
        &self,
        request: &Request,
        writes: bool,
    ) -> Result<Response<Body>, Error> {
        let mut attempts = Attempts::new(self.limits.total);
        loop {
            let head = timeout(self.limits.request, self.head(request, writes)).await;
            match head.unwrap_or_else(|_| Err(self.late())) {
                Ok(response) => return Ok(response),
                Err(unanswered) => attempts.go_on(self, request, unanswered).await?,
            }
        }
    }

    async fn whole(&self, request: &Request, writes: bool) -> Result<Reply, Unanswered> {
        let (parts, body) = self.head(request, writes).await?.into_parts();
        Ok(Reply { headers: parts.headers, text: text(body).await? })
    }

    async fn head(&self, request: &Request, writes: bool) -> Result<Response<Body>, Unanswered> {
        let response = self.send(request, writes).await?;
        self.reached.store(true, Ordering::Relaxed);
        if response.status().is_success() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let reply = Reply { headers: parts.headers, text: text(body).await? };
        Err(Unanswered::Refused(parts.status.as_u16(), reply))
    }

    fn late(&self) -> Unanswered {
        let message = format!("no answer within {} s", self.limits.request.as_secs());
        Unanswered::Failed(Failure::Cut(message))
    }

    /// One attempt. Nothing else in this crate hands a request to kube.
    async fn send(&self, request: &Request, writes: bool) -> Result<Response<Body>, Unanswered> {
        let method = request.method();
        let uri = request.uri();
        let counter = match request.effect() {
            Effect::Write if !writes => return Err(self.guarded(request)),
            Effect::Tunnel => return Err(self.guarded(request)),
            Effect::Write => &self.writes,
            Effect::DryRun => &self.dry_runs,
            Effect::Read if request.verb == super::Verb::Watch => &self.watches,
            Effect::Read => &self.reads,
        };
        let mut built = http::Request::builder()
            .method(method)
            .uri(&uri)
            .header(ACCEPT, request.accept)
            .header(ACCEPT_ENCODING, "identity");
        let body = match &request.content {
            Some(content) => {
                built = built.header(CONTENT_TYPE, content.kind);
                Body::from(content.text.clone().into_bytes())
            }
            None => Body::empty(),
        };
        let built = built.body(body).map_err(|error| {
            Unanswered::Guarded(Box::new(Error::Unreadable {
                place: self.place.clone(),
                verb: request.verb,
                subject: request.subject(),
                message: error.to_string(),
            }))
        })?;
        counter.fetch_add(1, Ordering::Relaxed);
        let response = self
            .kube
            .send(built)
            .await
            .map_err(|error| Unanswered::Failed(failure::of_attempt(&error)))?;
        self.warnings.collect(response.headers(), || request.subject());
        Ok(response)
    }

    pub(super) fn read(&self, request: &Request, text: &str) -> Result<Tree, Error> {
        read_bare(text).map_err(|error| Error::Unreadable {
            place: self.place.clone(),
            verb: request.verb,
            subject: request.subject(),
            message: error.to_string(),
        })
    }

    pub(super) fn refused(&self, request: &Request, status: Status, repeated: bool) -> Error {
        Error::Refused(Box::new(Refused {
            place: self.place.clone(),
            verb: request.verb,
            subject: request.subject(),
            status,
            repeated,
        }))
    }

    fn guarded(&self, request: &Request) -> Unanswered {
        let error = Error::ReadOnly { verb: request.verb, subject: request.subject() };
        Unanswered::Guarded(Box::new(error))
    }
}

pub(super) enum Unanswered {
    /// It never left.
    Guarded(Box<Error>),
    Refused(u16, Reply),
    Failed(Failure),
}

/// The head of the answer was here, so that what fails now was sent.
async fn text(body: Body) -> Result<String, Unanswered> {
    match body.collect_bytes().await {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(Unanswered::Failed(failure::of_body(&error))),
    }
}
