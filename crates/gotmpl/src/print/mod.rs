//! Go's `fmt` over template values: `%v` and every other verb, with Go's words for mistakes in formats.

mod float;
mod format;
mod integer;
mod printer;
mod quote;
mod types;

pub(crate) use format::sprintf_bounded;
pub(crate) use integer::Complex;
pub(crate) use printer::Printer;
pub(crate) use quote::is_printable;
pub use quote::quote_go;
pub use types::{kind_name, kind_of, type_name};

use crate::{Str, Value};

/// The most that one value prints: a map that holds itself has no end.
const MAX_OUTPUT: usize = 256 << 20;

/// `fmt.Sprint` of one value: what `{{ value }}` prints, but `<nil>` for nil.
pub fn print_value(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        _ => sprint(std::slice::from_ref(value)),
    }
}

/// `fmt.Sprint`: spaces only between two operands that are no strings.
pub fn sprint(values: &[Value]) -> Str {
    let mut printer = Printer::new(MAX_OUTPUT);
    printer.print_all(values);
    printer.out.into()
}

/// `fmt.Sprintln`: spaces between all operands, and a newline.
pub fn sprintln(values: &[Value]) -> Str {
    let mut printer = Printer::new(MAX_OUTPUT);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.argument(value, 'v');
    }
    printer.out.push(b'\n');
    printer.out.into()
}

/// `fmt.Sprintf`.
pub fn sprintf(format: &[u8], values: &[Value]) -> Str {
    let mut printer = Printer::new(MAX_OUTPUT);
    sprintf_bounded(&mut printer, format, values);
    printer.out.into()
}

/// `strconv.FormatFloat(value, verb, precision, 64)`; no precision means the shortest digits that read back the same.
pub fn format_float(value: f64, verb: char, precision: Option<usize>) -> String {
    float::format(value, verb, precision)
}
