//! Planning against a cluster: which requests to try, and from what the server answers the whole plan.
//!
//! `targets` says what to look at and `listings` what of it at once, `wish` is the exact request for one object, `plan` and `destroy` decide. All of it is pure:
//! whoever talks to the server fills in a `Cluster`.

pub mod conflict;
pub mod deferred;
pub mod definition;
pub mod field_path;
pub mod inventory;
pub mod listing;
pub mod normal;
pub mod observed;
pub mod ownership;
pub mod previous;
pub mod rbac;
pub mod request;
pub mod rights;
pub mod rollback;
pub mod targets;
pub mod verify;
mod warnings;
pub mod wish;

mod decide;
mod drift;
mod namespaces;
mod object;
mod release;
mod removal;
mod revision;
mod secrets;

pub use conflict::{Contested, Decision, FieldConflict, Policy};
pub use decide::{destroy, plan};
pub use inventory::Inventory;
pub use listing::{Listing, listings};
pub use observed::{Answer, Cluster, NamespaceState, Recorded, Seen};
pub use previous::keep_drawn;
pub use request::{Deploy, HookObject, Present, Request};
pub use secrets::{secrets, secrets_of_observed};
pub use targets::{Target, recorded_targets, targets, targets_of};
pub use verify::verify;
pub use wish::{NoWish, Wish, wish};

#[cfg(test)]
mod tests;
