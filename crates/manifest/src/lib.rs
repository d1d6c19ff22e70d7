//! `regatta.yaml` and an environment into a valid stack, or every reason why not.

mod ask;
mod overview;
mod read;
mod schema;
mod written;

mod check;
mod document;
mod typed;
mod types;

mod environment;
mod environments;
mod expression;
mod inputs;
mod vars;

mod body;
mod files;
mod for_each;
mod identity;
mod listings;
mod members;
mod merge;
mod needs;
mod paths;
mod releases;
mod repositories;
mod values;

pub use ask::{Ask, Environment, Flag, GitFact, Override, Purpose, Read};
pub use document::Manifest;
pub use schema::schema;
pub use written::written_secrets;
