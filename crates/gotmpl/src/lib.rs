//! Go's `text/template`, compiled: a text and a value in, a text out, with errors that carry positions. Knows nothing of Helm.

pub mod error;
pub mod function;
pub mod object;
pub mod string;
pub mod value;

pub use error::{CallError, Error, Place};
pub use function::{Call, FromValue, Function, Functions, IntoResult, Kind, ParamType, Rest};
pub use object::Object;
pub use string::Str;
pub use value::{IntType, List, ListType, MapRef, MapType, Value};
