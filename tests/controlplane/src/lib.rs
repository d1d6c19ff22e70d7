//! A real control plane for tests: etcd, the API server, its controllers and scheduler, and kwok in place of kubelets.
//!
//! It is started once per test binary and ends with it, however that ends. Each test takes a namespace of its own.
#![expect(clippy::disallowed_methods, reason = "tests start programs and read files")]

mod api;
mod audit;
mod certificates;
mod directory;
mod http;
mod identities;
mod kubeconfig;
mod logs;
mod programs;
mod proxy;
mod stages;
mod start;
mod supervised;
mod webhook;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use audit::{Mark, Request};
pub use certificates::{Authority, Pair};
pub use kubeconfig::{Context, Trust, User};
pub use logs::DEFAULT_LOG;
pub use programs::{Program, built, helm3, helm4};
pub use proxy::{Fault, Proxy, Seen};
pub use supervised::Supervised;
pub use webhook::Webhook;

/// A running control plane. Dropping it ends it.
pub struct ControlPlane {
    directory: PathBuf,
    port: u16,
    authority: Authority,
    tls: http::Tls,
    processes: Vec<Supervised>,
    claimed: Option<directory::Claimed>,
}

impl ControlPlane {
    /// The control plane of this test binary, started by whoever asks first.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The URL of the API server.
    pub fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Where logs, data and kubeconfigs lie.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A name that no other test has. The namespace is not created.
    pub fn namespace(&self, prefix: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        format!("{prefix}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
    }
}
