//! A proxy in front of the API server that counts requests and makes them fail as a test says.

mod connection;
mod kill;

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::Tls;
use crate::{Context, ControlPlane, Trust};

/// A request as the proxy receives it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// From 1.
    pub number: usize,
    /// `GET`, `PATCH`, …
    pub method: String,
    /// With its query.
    pub path: String,
    pub user_agent: String,
}

impl Seen {
    /// Whether the answer is a stream of events.
    pub fn is_watch(&self) -> bool {
        self.method == "GET" && (self.path.contains("watch=true") || self.path.contains("watch=1"))
    }
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing: it is passed on, and so is its answer.
    None,
    /// It is passed on after some time.
    Delay(Duration),
    /// The proxy answers, and the API server does not hear of it. See [`Fault::error`].
    Answer { status: u16, headers: Vec<(String, String)>, body: Value },
    /// The connection is closed, and the API server does not hear of it.
    CutBefore,
    /// The API server carries it out; then the connection is closed without an answer.
    CutAfter,
    /// The answer is passed on for some time; then the connection is closed in the middle of it.
    CutAnswer(Duration),
    /// Events are passed on for some time; then comes the one that says that the watch is too old.
    ExpireWatch(Duration),
}

impl Fault {
    /// An answer as the API server gives it: code, reason such as `Conflict`, message.
    pub fn error(status: u16, reason: &str, message: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: failure(status, reason, message) }
    }

    /// 429 with `Retry-After`.
    pub fn too_many(seconds: u32) -> Self {
        let headers = vec![("Retry-After".to_owned(), seconds.to_string())];
        let body = failure(429, "TooManyRequests", "too many requests, please try again later");
        Self::Answer { status: 429, headers, body }
    }

    /// An answer to `/version`, for a server of another age.
    pub fn version(major: u32, minor: u32) -> Self {
        let version = format!("v{major}.{minor}.0");
        let body = json!({
            "major": major.to_string(),
            "minor": minor.to_string(),
            "gitVersion": version,
            "gitCommit": "",
            "gitTreeState": "clean",
            "buildDate": "2026-01-01T00:00:00Z",
            "goVersion": "go1.26",
            "compiler": "gc",
            "platform": "linux/amd64",
        });
        Self::Answer { status: 200, headers: Vec::new(), body }
    }
}

type Rule = Arc<dyn Fn(&Seen) -> Fault + Send + Sync>;

/// A running proxy. Dropping it ends it and its streams of events.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Tls,
    rule: Mutex<Rule>,
    seen: Mutex<Vec<Seen>>,
    has_ended: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts a proxy that passes everything on.
    ///
    /// # Panics
    /// Where no port can be listened on.
    pub fn start(plane: &ControlPlane) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("some port is free");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let shared = Arc::new(Shared {
            upstream: plane.tls.clone(),
            rule: Mutex::new(Arc::new(|_| Fault::None)),
            seen: Mutex::default(),
            has_ended: Arc::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if accepting.has_ended.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&accepting);
                // A client that goes away or a server that ends is no failure of the proxy.
                thread::spawn(move || client.and_then(|client| connection::serve(&shared, client)));
            }
        });
        Self { port, shared }
    }

    /// Asks this before each request from now on. It may do anything, such as killing the client at its tenth
    /// request; it is called by many threads at once.
    pub fn on_request(&self, rule: impl Fn(&Seen) -> Fault + Send + Sync + 'static) {
        *locked(&self.shared.rule) = Arc::new(rule);
    }

    /// Every request up to now, in the order of arrival.
    pub fn requests(&self) -> Vec<Seen> {
        locked(&self.shared.seen).clone()
    }

    /// The URL for clients: plain HTTP.
    pub fn server(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A context as the administrator, through the proxy. Tokens get through it, certificates do not; who sends
    /// neither is the administrator.
    pub fn context(&self, plane: &ControlPlane, name: &str) -> Context {
        Context { server: self.server(), trust: Trust::Plain, ..plane.context(name) }
    }

    /// A kubeconfig with one context, `test`, that may do everything, through the proxy.
    pub fn kubeconfig(&self, plane: &ControlPlane) -> PathBuf {
        plane.write_kubeconfig(&[self.context(plane, "test")])
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts; where that fails, it has ended.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shared {
    /// Counts a request and asks the rule about it.
    fn decide(&self, method: &str, path: &str, user_agent: &str) -> Fault {
        let mut all = locked(&self.seen);
        let seen = Seen {
            number: all.len() + 1,
            method: method.to_owned(),
            path: path.to_owned(),
            user_agent: user_agent.to_owned(),
        };
        all.push(seen.clone());
        drop(all);
        let rule = Arc::clone(&locked(&self.rule));
        rule(&seen)
    }
}

fn failure(status: u16, reason: &str, message: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Status",
        "metadata": {},
        "status": "Failure",
        "code": status,
        "reason": reason,
        "message": message,
    })
}

/// A test that panicked while it held a lock has left nothing half done.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
