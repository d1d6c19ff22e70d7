//! A stack as files: observes a directory, and executes a `Plan` on it so that a kill at any moment leaves every file old or
//! new and the next run finishes the work.
//!
//! `DIR/[<cluster>/]<namespace>/<helm-name>/<kind>[.<group>]-<name>.yaml`, one object each, as rendered; `regatta-index.yaml`
//! says what we wrote. An intent file stands beside it from the first write of a run to its end.

mod disk;
mod error;
mod execute;
mod index;
mod layout;
mod lock;
mod observe;
mod stage;

pub use error::Error;
pub use execute::execute;
pub use lock::{Lock, lock};
pub use observe::observe;

#[cfg(test)]
mod tests;
