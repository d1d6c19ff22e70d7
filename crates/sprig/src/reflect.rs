//! Types and kinds by Go's names, and Go's deep equality.

use gotmpl::{Functions, Str, Value};

use crate::Dialect;
use crate::go::{deep_equal, kind_name, type_name};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("typeOf", |value: Value| type_name(&value));
    functions.add("typeIs", |name: Str, value: Value| is(&name, type_name(&value)));
    functions.add("typeIsLike", |name: Str, value: Value| {
        let actual = type_name(&value);
        is(&name, actual) || actual.strip_prefix('*').is_some_and(|target| is(&name, target))
    });
    functions.add("kindOf", |value: Value| kind_name(&value));
    functions.add("kindIs", |name: Str, value: Value| is(&name, kind_name(&value)));
    functions.add("deepEqual", |one: Value, other: Value| deep_equal(&one, &other));
}

fn is(name: &Str, actual: &str) -> bool {
    name.as_bytes() == actual.as_bytes()
}
