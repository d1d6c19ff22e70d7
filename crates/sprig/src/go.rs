//! What Go's runtime says and does that several families share: the words of its panics, and seeing lists through types.

use gotmpl::{CallError, Kind, List, ListType, MapType, Str, Value};

/// What calling a method of a nil interface panics with; `reflect.TypeOf(nil).Kind()` does.
pub(crate) const NIL_DEREFERENCE: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// No single call makes a text longer than this.
pub(crate) const MAX_TEXT: usize = 64 << 20;

/// No single call makes a list longer than this.
pub(crate) const MAX_ITEMS: usize = 1 << 20;

/// How deep values may be nested where a function walks them; Go overflows its stack on a map that holds itself.
pub(crate) const MAX_DEPTH: usize = 1000;

/// The list that a value is, looking through types that are lists underneath.
pub(crate) fn as_list(value: &Value) -> Option<List> {
    match value {
        Value::List(list) => Some(list.clone()),
        Value::Object(object) => match object.underlying()? {
            Value::List(list) => Some(list),
            _ => None,
        },
        _ => None,
    }
}

/// `as_list`, or what Sprig's list functions say of another kind: `Cannot find first on type string`.
pub(crate) fn list_or(value: &Value, refusal: &str) -> Result<List, CallError> {
    match value {
        Value::Nil => Err(CallError::message(NIL_DEREFERENCE)),
        _ => as_list(value)
            .ok_or_else(|| CallError::message(format!("{refusal} {}", kind_name(value)))),
    }
}

/// Fails where a text would be longer than [`MAX_TEXT`].
pub(crate) fn check_text(length: Option<usize>) -> Result<usize, CallError> {
    length.filter(|length| *length <= MAX_TEXT).ok_or_else(|| {
        CallError::message(format!("the result would be longer than {} MiB", MAX_TEXT >> 20))
    })
}

/// `empty`: nil, and the zero value of its type; structs never are (sprig/defaults.go).
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(value) => !value,
        Value::Int(value, _) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::List(list) => list.items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Object(object) => object.underlying().is_some_and(|value| is_empty(&value)),
    }
}

// What follows stands in for gotmpl's own functions of the same names.

pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_, kind) => match kind {
            gotmpl::IntType::Int => "int",
            gotmpl::IntType::Int8 => "int8",
            gotmpl::IntType::Int16 => "int16",
            gotmpl::IntType::Int32 => "int32",
            gotmpl::IntType::Int64 => "int64",
            gotmpl::IntType::Uint => "uint",
            gotmpl::IntType::Uint8 => "uint8",
            gotmpl::IntType::Uint16 => "uint16",
            gotmpl::IntType::Uint32 => "uint32",
            gotmpl::IntType::Uint64 => "uint64",
        },
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(list) => match list.kind {
            ListType::Any => "[]interface {}",
            ListType::Strings => "[]string",
            ListType::Ints => "[]int",
            ListType::Bytes => "[]uint8",
            ListType::Lists => "[][]interface {}",
            ListType::Maps => "[]map[string]interface {}",
        },
        Value::Map(map) => match map.kind() {
            MapType::Any => "map[string]interface {}",
            MapType::Strings => "map[string]string",
            MapType::Named(name) => name,
        },
        Value::Object(object) => object.type_name(),
    }
}

pub(crate) fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Object(object) => match object.kind() {
            Kind::Interface => "interface",
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Int => "int",
            Kind::Int64 => "int64",
            Kind::Float64 => "float64",
            Kind::Slice => "slice",
            Kind::Map => "map",
            Kind::Ptr => "ptr",
            Kind::Func => "func",
            _ => "struct",
        },
        _ => type_name(value),
    }
}

pub(crate) fn deep_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, x), Value::Int(b, y)) => a == b && x == y,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.kind == b.kind
                && a.is_nil == b.is_nil
                && a.items.len() == b.items.len()
                && a.items.iter().zip(b.items.iter()).all(|(a, b)| deep_equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let (x, y) = (a.entries(), b.entries());
            a.kind() == b.kind()
                && a.is_nil() == b.is_nil()
                && x.len() == y.len()
                && x.iter().zip(&y).all(|((k, v), (l, w))| k == l && deep_equal(v, w))
        }
        (Value::Object(a), Value::Object(b)) => a.equals(b.as_ref()),
        _ => false,
    }
}

pub(crate) fn print_value(value: &Value) -> Str {
    let mut out = Vec::new();
    print_into(value, &mut out);
    out.into()
}

fn print_into(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Nil => out.extend_from_slice(b"<nil>"),
        Value::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::Int(value, gotmpl::IntType::Uint64 | gotmpl::IntType::Uint) => {
            out.extend_from_slice((value.cast_unsigned()).to_string().as_bytes());
        }
        Value::Int(value, _) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::Float(value) => out.extend_from_slice(float_text(*value).as_bytes()),
        Value::Str(text) => out.extend_from_slice(text.as_bytes()),
        Value::List(list) => {
            out.push(b'[');
            for (index, item) in list.items.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                print_into(item, out);
            }
            out.push(b']');
        }
        Value::Map(map) => {
            out.extend_from_slice(b"map[");
            for (index, (key, item)) in map.entries().iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(key.as_bytes());
                out.push(b':');
                print_into(item, out);
            }
            out.push(b']');
        }
        Value::Object(object) => out.extend_from_slice(object.print().as_bytes()),
    }
}

fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Go's `strconv.Quote`.
pub(crate) fn quote(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("\"");
    let mut position = 0;
    for (rune, size) in crate::runes::runes(bytes) {
        let byte = bytes[position];
        position += size;
        let written = match rune {
            '"' | '\\' => write!(out, "\\{rune}"),
            '\u{7}' => out.write_str("\\a"),
            '\u{8}' => out.write_str("\\b"),
            '\u{c}' => out.write_str("\\f"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\u{b}' => out.write_str("\\v"),
            _ if size == 1 && !(b' '..0x7f).contains(&byte) => {
                write!(out, "\\x{byte:02x}")
            }
            _ if is_printable(rune) => out.write_char(rune),
            _ if (rune as u32) < 0x10000 => write!(out, "\\u{:04x}", rune as u32),
            _ => write!(out, "\\U{:08x}", rune as u32),
        };
        written.expect("writing to a string cannot fail");
    }
    out.push('"');
    out
}

fn is_printable(rune: char) -> bool {
    use unicode_general_category::GeneralCategory as Category;
    rune == ' '
        || !matches!(
            unicode_general_category::get_general_category(rune),
            Category::Control
                | Category::Format
                | Category::Surrogate
                | Category::PrivateUse
                | Category::Unassigned
                | Category::SpaceSeparator
                | Category::LineSeparator
                | Category::ParagraphSeparator
        )
}
