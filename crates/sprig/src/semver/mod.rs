//! Versions and constraints by the rules of Masterminds/semver 3.5, and the template functions over them.
//!
//! These rules are Helm's wherever a version is compared: `semverCompare`, a chart's `kubeVersion`, a dependency's range.

pub mod constraint;
mod object;
#[cfg(test)]
mod tests;
mod text;
pub mod version;

pub use constraint::{Constraint, ConstraintError};
pub use version::{Version, VersionError};

use std::rc::Rc;

use gotmpl::{CallError, Functions, Str, Value};

use crate::Dialect;
use object::VersionObject;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("semver", semver);
    functions.add("semverCompare", semver_compare);
}

fn semver(version: Str) -> Result<Value, CallError> {
    let version = parse(&version)?;
    Ok(Value::Object(Rc::new(VersionObject { version, pointer: true })))
}

fn semver_compare(constraint: Str, version: Str) -> Result<bool, CallError> {
    let constraint = Constraint::parse(&constraint.to_text())
        .map_err(|error| CallError::message(error.to_string()))?;
    Ok(constraint.check(&parse(&version)?))
}

fn parse(version: &Str) -> Result<Version, CallError> {
    Version::parse(&version.to_text()).map_err(|error| CallError::message(error.to_string()))
}
