//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: only values of one basic kind compare.

use std::cmp::Ordering;
use std::rc::Rc;

use super::integer;
use crate::print::{Complex, Printer, kind_of};
use crate::{CallError, Kind, Value, type_name};

/// Go's basic kinds; `Other` for everything that has no order and no literal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Complex,
    Int,
    Uint,
    Float,
    String,
    Other,
}

fn basic(value: &Value) -> Basic {
    match kind_of(value) {
        Kind::Bool => Basic::Bool,
        Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => Basic::Int,
        Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 => Basic::Uint,
        Kind::Float32 | Kind::Float64 => Basic::Float,
        Kind::Complex128 => Basic::Complex,
        Kind::String => Basic::String,
        _ => Basic::Other,
    }
}

/// `a == b || a == c || …`
pub(super) fn equal_any(first: &Value, others: &[Value]) -> Result<bool, CallError> {
    if others.is_empty() {
        return Err(CallError::message("missing argument for comparison"));
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn equal(first: &Value, second: &Value) -> Result<bool, CallError> {
    let (one, two) = (basic(first), basic(second));
    if one == Basic::Other && two == Basic::Other {
        return equal_others(first, second);
    }
    if let Some(ordering) = mixed_integers(first, second) {
        return Ok(ordering == Ordering::Equal);
    }
    if one != two {
        if first.is_nil() || second.is_nil() {
            return Ok(false);
        }
        return Err(incompatible(first, second));
    }
    Ok(match one {
        Basic::Float => float(first) == float(second),
        Basic::Complex => crate::object::<Complex>(first) == crate::object::<Complex>(second),
        _ => plain(first) == plain(second),
    })
}

/// Comparison of lists, maps, structs and nil: nil equals nil, structs compare, the rest does not.
fn equal_others(first: &Value, second: &Value) -> Result<bool, CallError> {
    let (one, two) = (kind_of(first), kind_of(second));
    if one != two && one != Kind::Invalid && two != Kind::Invalid {
        return Err(CallError::Message(format!(
            "non-comparable types {}: {}, {}: {}",
            shown(first, 's'),
            type_name(first),
            type_name(second),
            shown(second, 'v'),
        )));
    }
    if is_nil(first) || is_nil(second) {
        return Ok(is_nil(first) == is_nil(second));
    }
    match (first, second) {
        (Value::Object(one), Value::Object(two))
            if matches!(one.kind(), Kind::Struct | Kind::Ptr) && two.is_comparable() =>
        {
            let same = match one.kind() {
                // Pointers are equal to themselves only, whatever they point to.
                Kind::Ptr => Rc::ptr_eq(one, two),
                _ => one.equals(two.as_ref()),
            };
            Ok(same && one.type_name() == two.type_name())
        }
        _ => {
            let (shown, name) = (shown(second, 's'), type_name(second));
            Err(CallError::Message(format!("non-comparable type {shown}: {name}")))
        }
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil,
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn shown(value: &Value, verb: char) -> String {
    let mut printer = Printer::new(1 << 16);
    printer.argument(value, verb);
    String::from_utf8_lossy(&printer.out).into_owned()
}

pub(super) fn less(first: &Value, second: &Value) -> Result<bool, CallError> {
    let bad = || CallError::message("invalid type for comparison");
    let (one, two) = (basic(first), basic(second));
    if one == Basic::Other || two == Basic::Other {
        return Err(bad());
    }
    if let Some(ordering) = mixed_integers(first, second) {
        return Ok(ordering == Ordering::Less);
    }
    if one != two {
        return Err(incompatible(first, second));
    }
    match one {
        Basic::Bool | Basic::Complex => Err(bad()),
        Basic::Float => Ok(float(first) < float(second)),
        _ => Ok(plain(first) < plain(second)),
    }
}

pub(super) fn less_or_equal(first: &Value, second: &Value) -> Result<bool, CallError> {
    Ok(less(first, second)? || equal(first, second)?)
}

/// Two integers of any signs in numerical order; none where one is no integer.
fn mixed_integers(first: &Value, second: &Value) -> Option<Ordering> {
    let wide = |value: &Value| {
        let (bits, kind) = integer(value)?;
        Some(if kind.is_signed() { i128::from(bits) } else { i128::from(bits as u64) })
    };
    Some(wide(first)?.cmp(&wide(second)?))
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Object(object) => object.underlying().as_ref().map_or(f64::NAN, float),
        _ => f64::NAN,
    }
}

/// What is left once numbers are dealt with: strings, and booleans as one byte.
fn plain(value: &Value) -> Option<crate::Str> {
    match value {
        Value::Str(text) => Some(text.clone()),
        Value::Bool(truth) => Some(if *truth { "1".into() } else { "0".into() }),
        Value::Object(object) => plain(&object.underlying()?),
        _ => None,
    }
}

fn incompatible(first: &Value, second: &Value) -> CallError {
    let (one, two) = (type_name(first), type_name(second));
    CallError::Message(format!("incompatible types for comparison: {one} and {two}"))
}
