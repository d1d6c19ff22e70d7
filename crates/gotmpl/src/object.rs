//! Go types that are more than numbers, text, lists and maps.

use std::any::Any;
use std::fmt::Debug;

use crate::function::{Kind, Signature};
use crate::{Call, CallError, Str, Value};

/// A value with a Go type of its own. The defaults are those of a type without fields, methods and elements.
pub trait Object: Debug + Any {
    /// Go's name of the type: `time.Time`, `*common.KubeVersion`, `engine.files`.
    fn type_name(&self) -> &'static str;

    /// What `kindOf` answers: `struct`, `ptr`, `map`, `int64`, …
    fn kind(&self) -> Kind;

    /// A struct's field, or a map's entry: none is Go's "can't evaluate field X in type T" for a struct, the element
    /// type's zero value for a map.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// For kinds of map: the element type's zero value, which is what a missing entry answers.
    fn missing(&self) -> Value {
        Value::Nil
    }

    /// True where the type has a method of this name; `method` is then called with the arguments that follow it.
    fn has_method(&self, _name: &str) -> bool {
        false
    }

    /// A method's parameters, by which the executor checks count and types as Go does. None: `method` checks itself.
    fn signature(&self, _name: &str) -> Option<Signature> {
        None
    }

    fn method(
        &self,
        call: &Call<'_>,
        name: &str,
        _arguments: &[Value],
    ) -> Result<Value, CallError> {
        let _ = call;
        Err(CallError::message(format!("no method {name}")))
    }

    /// The value as the basic value under its type: a duration's nanoseconds, a `VersionSet`'s list, a files map.
    /// `range`, `len`, `index`, comparison and conversion work on this; none for structs.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// For structs without a way of their own to write themselves: what Go's `json.Marshal` writes, by the names of the
    /// JSON and in the order of the fields.
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// For structs: every field by Go's own name, for encoders that do not look at the names of the JSON.
    fn go_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        self.json_fields()
    }

    /// The map or value that Go's `json.Marshal` would write for it; the order of fields is lost.
    fn to_plain(&self) -> Value {
        match self.json_fields() {
            Some(fields) => Value::map(fields),
            None => self.underlying().unwrap_or(Value::Nil),
        }
    }

    /// Go's `%v`: the `String()` or `Error()` method where the type has one, otherwise what fmt prints.
    fn print(&self) -> Str;

    /// False for structs that Go's `==` cannot compare, since they hold lists or maps.
    fn is_comparable(&self) -> bool {
        true
    }

    /// What an action prints that leads to the value itself, by fields and methods alone: Go then finds the `String()` of
    /// the pointer as well, which a copy, as every function gets one, does not have.
    fn print_in_place(&self) -> Option<Str> {
        None
    }

    /// `reflect.DeepEqual` to another object of the same type name.
    fn equals(&self, other: &dyn Object) -> bool {
        self.type_name() == other.type_name() && self.print() == other.print()
    }
}
