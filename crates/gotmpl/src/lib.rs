//! Go's `text/template`, compiled: a text and a value in, a text out, with errors that carry positions. Knows nothing of Helm.

pub mod error;
pub mod function;
pub mod object;
pub mod string;
pub mod value;

mod builtin;
mod convert;
mod entries;
mod exec;
mod later;
mod map;
mod parse;
mod print;
mod register;
mod set;
mod stack;
mod truth;

pub use error::{CallError, Error, ErrorKind, Frame, Place};
pub use exec::{Limits, MissingKey, Options, execute};
pub use function::{
    Bytes, Call, Executor, FromValue, Function, Functions, Int64, IntoResult, Kind, ParamType,
    Rest, Signature, object,
};
pub use later::Later;
pub use map::{MapMethod, MapRef, MapType, NamedMap};
pub use object::Object;
pub use parse::{Parsed, parse};
pub use print::{
    format_float, kind_name, kind_of, print_value, quote_go, sprint, sprintf, sprintln, type_name,
};
pub use set::TemplateSet;
pub use stack::deeper;
pub use string::Str;
pub use truth::{deep_equal, truth};
pub use value::{IntType, List, ListType, Value};
