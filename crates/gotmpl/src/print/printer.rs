//! Values under a verb, with the flags that a format set (fmt/print.go: printArg, printValue).

use std::rc::Rc;

use super::integer::Complex;
use super::quote::{can_backquote, quoted};
use super::{float, type_name};
use crate::convert::bytes_of;
use crate::stack::deeper;
use crate::{Kind, List, ListType, MapRef, Object, Value};

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    pub width: Option<usize>,
    pub precision: Option<usize>,
    pub minus: bool,
    pub plus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v` and `%#v`, which are not the flags `+` and `#`.
    pub plus_v: bool,
    pub sharp_v: bool,
}

pub(crate) struct Printer {
    pub out: Vec<u8>,
    pub flags: Flags,
    limit: usize,
    depth: usize,
    /// What is printed is not noted as read.
    peeks: bool,
    /// Printing stopped, for length or depth.
    pub is_cut: bool,
}

/// Deeper values are cut; a map that holds itself has no end.
const MAX_DEPTH: usize = 10_000;

impl Printer {
    pub(crate) fn new(limit: usize) -> Self {
        let flags = Flags::default();
        Self { out: Vec::new(), flags, limit, depth: 0, peeks: false, is_cut: false }
    }

    /// For messages: what they show does not count as read by the template.
    pub(crate) fn for_peeking(limit: usize) -> Self {
        Self { peeks: true, ..Self::new(limit) }
    }

    /// Whether the output is longer than allowed; then it is cut.
    pub(crate) fn is_over(&mut self) -> bool {
        self.is_cut |= self.out.len() > self.limit;
        self.is_cut
    }

    /// `fmt.Sprint`
    pub(crate) fn print_all(&mut self, values: &[Value]) {
        let mut after_string = false;
        for (index, value) in values.iter().enumerate() {
            let is_string = super::kind_of(value) == Kind::String;
            if index > 0 && !is_string && !after_string {
                self.out.push(b' ');
            }
            self.argument(value, 'v');
            after_string = is_string;
        }
    }

    /// An operand of a format.
    pub(crate) fn argument(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil, 'v' | 'T') => self.pad(b"<nil>"),
            (Value::Nil, _) => self.bad_verb(value, verb),
            (_, 'T') => self.string(type_name(value).as_bytes(), 's', value),
            (_, 'p') => self.pointer(value),
            _ => self.value(value, verb),
        }
    }

    fn value(&mut self, value: &Value, verb: char) {
        let good = match value {
            Value::Nil => {
                let text = if self.flags.sharp_v { "interface {}(nil)" } else { "<nil>" };
                self.out.extend_from_slice(text.as_bytes());
                true
            }
            Value::Bool(truth) => {
                let good = matches!(verb, 't' | 'v');
                if good {
                    self.pad(if *truth { b"true" } else { b"false" });
                }
                good
            }
            Value::Int(number, kind) => self.integer(*number, kind.is_signed(), verb),
            Value::Float(number) => self.float(*number, verb),
            Value::Str(text) => return self.string(text.as_bytes(), verb, value),
            Value::List(list) => return self.list(list, verb, value),
            Value::Map(map) => return self.map(map, verb),
            Value::Object(object) => return self.object(object.as_ref(), verb, value),
        };
        if !good {
            self.bad_verb(value, verb);
        }
    }

    /// `%!d(string=a)`
    pub(crate) fn bad_verb(&mut self, value: &Value, verb: char) {
        self.out.extend_from_slice(format!("%!{verb}(").as_bytes());
        self.typed(value);
        self.out.push(b')');
    }

    /// `string=a`, as in `%!(EXTRA string=a)`.
    pub(crate) fn typed(&mut self, value: &Value) {
        if value.is_nil() {
            return self.out.extend_from_slice(b"<nil>");
        }
        self.out.extend_from_slice(type_name(value).as_bytes());
        self.out.push(b'=');
        self.argument(value, 'v');
    }

    fn pointer(&mut self, value: &Value) {
        let address = match value {
            Value::Map(map) => map.address(),
            Value::List(list) => Rc::as_ptr(&list.items).addr(),
            _ => return self.bad_verb(value, 'p'),
        };
        let prefix = !self.flags.sharp;
        self.prefixed_hex(address as u64, prefix);
    }

    fn string(&mut self, text: &[u8], verb: char, value: &Value) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => {
                let text = self.truncated(text);
                self.pad(text);
            }
            'x' | 'X' => self.hex(text, verb == 'X'),
            'q' => self.quoted(text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.sharp && can_backquote(text) {
            self.pad(&[b"`", text, b"`"].concat());
        } else {
            let text = quoted(text, self.flags.plus);
            self.pad(text.as_bytes());
        }
    }

    /// The characters that the precision leaves.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.flags.precision else { return text };
        let mut left = precision;
        let mut end = 0;
        for chunk in text.utf8_chunks() {
            for width in
                chunk.valid().chars().map(char::len_utf8).chain(chunk.invalid().iter().map(|_| 1))
            {
                if left == 0 {
                    return &text[..end];
                }
                left -= 1;
                end += width;
            }
        }
        text
    }

    fn hex(&mut self, bytes: &[u8], upper: bool) {
        let flags = self.flags;
        let bytes = &bytes[..flags.precision.unwrap_or(bytes.len()).min(bytes.len())];
        let prefix = if upper { "0X" } else { "0x" };
        let mut text = String::with_capacity(bytes.len() * 2);
        for (index, byte) in bytes.iter().enumerate() {
            if flags.space && index > 0 {
                text.push(' ');
            }
            if flags.sharp && (flags.space || index == 0) {
                text.push_str(prefix);
            }
            let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
            text.push(char::from(digits[usize::from(byte >> 4)]));
            text.push(char::from(digits[usize::from(byte & 15)]));
        }
        self.pad(text.as_bytes());
    }

    fn float(&mut self, number: f64, verb: char) -> bool {
        let (form, default) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return false,
        };
        let flags = self.flags;
        let precision = flags.precision.or(default);
        let mut text = float::format(number, form, precision);
        if !text.starts_with(['+', '-']) {
            text.insert(0, '+');
        }
        if flags.space && text.starts_with('+') && !flags.plus {
            text.replace_range(..1, " ");
        }
        let is_named = matches!(text.as_bytes()[1], b'I' | b'N');
        if is_named {
            let keep = text.as_bytes()[1] != b'N' || flags.space || flags.plus;
            let hide = !keep || text.starts_with('+') && !flags.plus;
            // Go shows the sign of infinity always, that of NaN only when asked.
            let text = if hide && text.as_bytes()[1] == b'N' { &text[1..] } else { &text };
            self.pad_with(text.as_bytes(), b' ');
            return true;
        }
        if flags.sharp && form != 'b' {
            text = with_point(&text, form, precision);
        }
        if !flags.plus && text.starts_with('+') {
            self.pad(&text.as_bytes()[1..]);
        } else if let Some(width) =
            flags.width.filter(|width| flags.zero && !flags.minus && *width > text.len())
        {
            self.out.push(text.as_bytes()[0]);
            self.padding(width - text.len(), b'0');
            self.out.extend_from_slice(&text.as_bytes()[1..]);
        } else {
            self.pad(text.as_bytes());
        }
        true
    }

    fn list(&mut self, list: &List, verb: char, value: &Value) {
        if list.kind == ListType::Bytes && matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.string(&bytes_of(list), verb, value);
        }
        let sharp = self.flags.sharp_v;
        if sharp {
            let name = match list.kind {
                ListType::Bytes if self.depth == 0 => "[]byte",
                kind => kind.name(),
            };
            self.out.extend_from_slice(name.as_bytes());
            if list.is_nil {
                return self.out.extend_from_slice(b"(nil)");
            }
        }
        self.out.push(if sharp { b'{' } else { b'[' });
        for (index, item) in list.items.iter().enumerate() {
            self.separate(index);
            self.nested(item, verb);
        }
        self.out.push(if sharp { b'}' } else { b']' });
    }

    fn map(&mut self, map: &MapRef, verb: char) {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.out.extend_from_slice(map.kind().name().as_bytes());
            if map.is_nil() {
                return self.out.extend_from_slice(b"(nil)");
            }
        }
        self.out.extend_from_slice(if sharp { b"{" } else { b"map[" });
        let entries = if self.peeks { map.peek_entries() } else { map.entries() };
        for (index, (key, item)) in entries.into_iter().enumerate() {
            self.separate(index);
            let key = Value::Str(key);
            self.nested(&key, verb);
            self.out.push(b':');
            self.nested(&item, verb);
        }
        self.out.push(if sharp { b'}' } else { b']' });
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
        }
    }

    fn nested(&mut self, value: &Value, verb: char) {
        if self.is_over() || self.depth >= MAX_DEPTH {
            self.is_cut = true;
            return;
        }
        self.depth += 1;
        if matches!(value, Value::List(_) | Value::Map(_)) {
            deeper(|| self.value(value, verb));
        } else {
            self.value(value, verb);
        }
        self.depth -= 1;
    }

    fn object(&mut self, object: &dyn Object, verb: char, value: &Value) {
        if let Some(complex) = crate::object::<Complex>(value) {
            return self.complex(*complex, verb, value);
        }
        match verb {
            'v' | 's' | 'x' | 'X' | 'q' if !self.flags.sharp_v => {
                let text = object.print();
                self.string(text.as_bytes(), verb, value);
            }
            _ => match object.underlying() {
                Some(number @ Value::Int(..)) if !"vbcdoOUqxX".contains(verb) => {
                    // What is wrong is shown without the value's own `String`.
                    let name = type_name(value);
                    self.out.extend_from_slice(format!("%!{verb}({name}=").as_bytes());
                    self.value(&number, 'v');
                    self.out.push(b')');
                }
                Some(underlying) => self.value(&underlying, verb),
                None if verb == 'v' => {
                    let text = object.print();
                    self.out.extend_from_slice(text.as_bytes());
                }
                None => self.bad_verb(value, verb),
            },
        }
    }

    fn complex(&mut self, complex: Complex, verb: char, value: &Value) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.out.push(b'(');
        self.float(complex.real, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(complex.imaginary, verb);
        self.flags.plus = plus;
        self.out.extend_from_slice(b"i)");
    }

    /// Writes a text, filled up to the width.
    pub(crate) fn pad(&mut self, text: &[u8]) {
        let zero = self.flags.zero && !self.flags.minus;
        self.pad_with(text, if zero { b'0' } else { b' ' });
    }

    pub(crate) fn pad_with(&mut self, text: &[u8], fill: u8) {
        let Some(width) = self.flags.width else { return self.out.extend_from_slice(text) };
        let missing = width.saturating_sub(characters(text));
        if !self.flags.minus {
            self.padding(missing, fill);
        }
        self.out.extend_from_slice(text);
        if self.flags.minus {
            self.padding(missing, b' ');
        }
    }

    pub(crate) fn padding(&mut self, count: usize, fill: u8) {
        self.out.extend(std::iter::repeat_n(fill, count));
    }
}

/// How many characters Go counts: each byte that is no UTF-8 is one.
fn characters(text: &[u8]) -> usize {
    text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// The flag `#`: always a decimal point, and for `%g` the zeros that were cut.
fn with_point(text: &str, form: char, precision: Option<usize>) -> String {
    let exponent_mark = if matches!(form, 'x' | 'X') { ['p', 'P'] } else { ['e', 'E'] };
    let split = text.find(exponent_mark).unwrap_or(text.len());
    let (number, tail) = text.split_at(split);
    let mut left = match form {
        'g' | 'G' | 'x' | 'X' => precision.unwrap_or(6) as i64,
        _ => 0,
    };
    let mut seen_digit = false;
    for byte in number.bytes().skip(1).filter(|byte| *byte != b'.') {
        seen_digit |= byte != b'0';
        left -= i64::from(seen_digit);
    }
    let mut out = number.to_owned();
    if !number.contains('.') {
        left -= i64::from(number.len() == 2 && number.ends_with('0'));
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', usize::try_from(left).unwrap_or(0)));
    out + tail
}
