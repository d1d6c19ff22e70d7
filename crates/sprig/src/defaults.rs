//! What stands in for what is empty, and choosing between values.

use gotmpl::{Functions, Rest, Value};

use crate::Dialect;
use crate::go::is_empty;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("default", default);
    functions.add("empty", |value: Value| is_empty(&value));
    functions.add("coalesce", coalesce);
    functions.add("all", |values: Rest<Value>| !values.0.iter().any(is_empty));
    functions.add("any", |values: Rest<Value>| !values.0.iter().all(is_empty));
    functions.add("ternary", |yes: Value, no: Value, test: bool| if test { yes } else { no });
}

fn default(default: Value, given: Rest<Value>) -> Value {
    given.0.into_iter().next().filter(|given| !is_empty(given)).unwrap_or(default)
}

fn coalesce(values: Rest<Value>) -> Value {
    values.0.into_iter().find(|value| !is_empty(value)).unwrap_or(Value::Nil)
}
