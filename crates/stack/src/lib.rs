//! The domain: what a stack is, in which order its releases go, which of them are selected, and which values they get.

pub mod field_path;
pub mod names;
pub mod release;
pub mod repository;
pub mod stack;

pub mod order;
pub mod select;

pub mod layers;
pub mod set;

pub use field_path::{FieldPath, Step};
pub use layers::{Content, Layer, Leaf, Origin, explain, merge};
pub use names::{ClusterName, EnvironmentName, InvalidName, Namespace, ReleaseId, ReleaseName};
pub use names::{InstanceName, WorkspaceName};
pub use release::{Body, ChartRef, Compat, Crds, FailFast, Need, OnFailure, ReadinessRule};
pub use release::{Release, Settings, Until, Wait};
pub use repository::{Provenance, Repository, UnusableRepository};
pub use select::Selection;
pub use stack::{Cluster, Ephemeral, Prune, Stack, StackId, Target};
