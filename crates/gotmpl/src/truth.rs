//! Truth and deep equality of values, as Go's templates and `reflect` have them.

use std::rc::Rc;

use crate::print::Complex;
use crate::stack::deeper;
use crate::{Kind, Value};

/// What `if` decides by: false for nil, false, zero, and anything of length 0. Structs are true.
pub fn truth(value: &Value) -> bool {
    match value {
        Value::Nil => false,
        Value::Bool(truth) => *truth,
        Value::Int(number, _) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::List(list) => !list.items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Object(object) => match object.kind() {
            Kind::Complex128 => crate::object::<Complex>(value)
                .is_some_and(|complex| complex.real != 0.0 || complex.imaginary != 0.0),
            Kind::Struct | Kind::Ptr | Kind::Func => true,
            _ => object.underlying().is_none_or(|underlying| truth(&underlying)),
        },
    }
}

/// Deeper values count as equal, as Go's do that it compares already.
const MAX_DEPTH: usize = 10_000;

/// `reflect.DeepEqual`: types must be the same, so an `int` never equals a `float64`, nor a nil list an empty one.
pub fn deep_equal(first: &Value, second: &Value) -> bool {
    equal(first, second, 0)
}

fn equal(first: &Value, second: &Value, depth: usize) -> bool {
    match (first, second) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(two)) => one == two,
        (Value::Int(one, one_type), Value::Int(two, two_type)) => {
            one == two && one_type == two_type
        }
        (Value::Float(one), Value::Float(two)) => one == two,
        (Value::Str(one), Value::Str(two)) => one == two,
        (Value::List(one), Value::List(two)) => {
            one.kind == two.kind
                && one.is_nil == two.is_nil
                && one.items.len() == two.items.len()
                && (Rc::ptr_eq(&one.items, &two.items)
                    || depth > MAX_DEPTH
                    || deeper(|| {
                        one.items.iter().zip(two.items.iter()).all(|(a, b)| equal(a, b, depth + 1))
                    }))
        }
        (Value::Map(one), Value::Map(two)) => {
            one.kind() == two.kind()
                && one.is_nil() == two.is_nil()
                && one.len() == two.len()
                && (one.same(two)
                    || depth > MAX_DEPTH
                    || deeper(|| {
                        one.entries()
                            .iter()
                            .zip(two.entries().iter())
                            .all(|(a, b)| a.0 == b.0 && equal(&a.1, &b.1, depth + 1))
                    }))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.type_name() == two.type_name() && one.equals(two.as_ref())
        }
        _ => false,
    }
}
