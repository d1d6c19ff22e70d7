//! The form of `regatta.yaml`: the types that read it, and that its JSON Schema is made from.
//!
//! Every field may be missing, because a release or an environment is put together from several partial ones; what must be
//! there is checked once it is whole. Fields that the program reads from the tree itself, to keep places and secret marks,
//! are `Anything` or check their form only.

mod environment;
mod input;
mod release;
mod union;
mod workspace;

pub(crate) use environment::{Environment, Prune, State, Target};
pub(crate) use input::{Input, InputType};
pub(crate) use release::{Compat, Crds, FailFast, OnFailure, Release, Until};
pub(crate) use union::{Anything, DurationText, StringOr, Wait};
pub(crate) use workspace::{Cluster, LongRepository, Provenance, Repository, Workspace};

use indexmap::IndexMap;

/// A map of the manifest in written order.
pub(crate) type Named<T> = IndexMap<String, T>;
