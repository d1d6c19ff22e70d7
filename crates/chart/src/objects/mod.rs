//! The Go types that templates meet besides plain values: `.Files`, `.Capabilities`, and in Helm 3 `.Chart`.

mod capabilities;
mod files;
mod metadata;
mod structure;
mod values;

pub(crate) use capabilities::{Questions, capabilities};
pub(crate) use files::Files;
pub(crate) use metadata::metadata;
pub(crate) use values::values_type;

use gotmpl::{CallError, Kind, ParamType, Signature, Str, Value};

/// A method with one text as its parameter.
const ONE_TEXT: Signature =
    Signature { params: &[ParamType { name: "string", kind: Kind::String }], rest: None };

const NOTHING: Signature = Signature { params: &[], rest: None };

/// The one text that the executor has checked already.
fn text(arguments: &[Value]) -> Result<Str, CallError> {
    match arguments {
        [Value::Str(text)] => Ok(text.clone()),
        _ => Err(CallError::message("expected string")),
    }
}
