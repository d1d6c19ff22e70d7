//! Observes a Kubernetes cluster and executes a `Plan` on it. Decisions are made in `plan`; here are requests, watches and
//! waiting.

pub mod access;
pub mod client;
pub mod connect;
pub mod discovery;
pub mod error;
pub mod execute;
pub mod lease;
pub mod observe;
pub mod status;
pub mod subject;
pub mod wait;

pub use access::Access;
pub use client::{
    Apply, Client, Counts, Creation, Delete, Deletion, Limits, List, Logs, Pick, Propagation,
    Warning, Watch, WatchEvent, Write,
};
pub use connect::{Connection, Version, connect};
pub use discovery::Discovery;
pub use error::{Error, Place};
pub use execute::{
    Again, Clock, OnFailure, Order, ReleaseTests, Schedule, Tested, Verdict, execute, lock_address,
    renew, test,
};
pub use observe::{history, inventories, is_nowhere_else, look, recorded};
pub use status::{FieldConflict, InvalidField, Status};
pub use subject::Subject;
pub use wait::PodLog;
