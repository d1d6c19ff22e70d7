//! Values as TOML: keys in byte order, plain values before tables, two spaces for each level of tables.

use std::fmt::Write as _;

use gotmpl::{IntType, List, Object, Str, Value, deeper};

use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME, OFFSET_DATETIME};
use crate::date::{self, Time, Zone};
use crate::go;
use crate::limits::Walk;
use crate::runes::runes;

const NIL_ITEM: &str = "toml: cannot encode array with nil element";

/// The text, or the encoder's words about what it cannot write.
pub(super) fn write(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new(), walk: Walk::default() };
    match value {
        // A key with a nil list is left out; a nil list alone is an empty one.
        Value::List(list) if list.is_nil => writer.out.push_str("[]"),
        _ => writer.keyed(&mut Vec::new(), value)?,
    }
    Ok(writer.out)
}

struct Writer {
    out: String,
    walk: Walk,
}

/// What decides where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Plain,
    Table,
    Tables,
}

type Entries = Vec<(Str, Value)>;

impl Writer {
    /// Goes one level deeper into a value.
    fn within<T>(
        &mut self,
        value: &Value,
        visit: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.walk.enter(value)?;
        let result = deeper(|| visit(self));
        self.walk.leave();
        result
    }

    /// A value under its full key: as a line, as a table, or as a list of tables.
    fn keyed(&mut self, path: &mut Vec<Str>, value: &Value) -> Result<(), String> {
        match self.shape(value)? {
            Shape::Nil => Ok(()),
            Shape::Tables if path.is_empty() => {
                Err("toml: top-level values must be Go maps or structs".to_owned())
            }
            Shape::Tables => {
                let Some(tables) = go::as_list(value) else { return Ok(()) };
                for table in tables.items.iter() {
                    self.new_line();
                    let header = format!("{}[[{}]]", indentation(path), dotted(path));
                    self.out.push_str(&header);
                    self.new_line();
                    self.within(table, |writer| writer.table(path, table))?;
                }
                Ok(())
            }
            Shape::Table => {
                if path.len() == 1 {
                    self.new_line();
                }
                if !path.is_empty() {
                    let header = format!("{}[{}]", indentation(path), dotted(path));
                    self.out.push_str(&header);
                    self.new_line();
                }
                self.within(value, |writer| writer.table(path, value))
            }
            Shape::Plain => {
                let Some(key) = path.last() else { return self.element(value) };
                let key = format!("{}{} = ", indentation(path), quoted_key(key));
                self.out.push_str(&key);
                self.element(value)?;
                self.new_line();
                Ok(())
            }
        }
    }

    fn table(&mut self, path: &mut Vec<Str>, value: &Value) -> Result<(), String> {
        let (plain, tables) = self.sorted(value)?;
        for (key, value) in plain.into_iter().chain(tables) {
            path.push(key);
            self.keyed(path, &value)?;
            path.pop();
        }
        Ok(())
    }

    /// A value where no table can be: in a list or after `=`.
    fn element(&mut self, value: &Value) -> Result<(), String> {
        self.within(value, |writer| match value {
            Value::Str(text) => writer.push(&quoted(text)),
            Value::Bool(value) => writer.push(&value.to_string()),
            Value::Int(value, IntType::Uint | IntType::Uint64) => {
                writer.push(&value.cast_unsigned().to_string())
            }
            Value::Int(value, _) => writer.push(&value.to_string()),
            Value::Float(value) => writer.push(&float(*value)),
            Value::List(list) => writer.list(list),
            Value::Map(_) => writer.inline_table(value),
            Value::Object(object) => writer.object(object.as_ref(), value),
            Value::Nil => Err(NIL_ITEM.to_owned()),
        })
    }

    fn push(&mut self, text: &str) -> Result<(), String> {
        self.out.push_str(text);
        Ok(())
    }

    /// Times are written bare, durations as text, other types as what is under them.
    fn object(&mut self, object: &dyn Object, value: &Value) -> Result<(), String> {
        if let Some(time) = gotmpl::object::<Time>(value) {
            let text = date::format(time, time_layout(time).as_bytes());
            return self.push(&String::from_utf8_lossy(&text));
        }
        if object.type_name() == "time.Duration" {
            return self.push(&quoted(&object.print()));
        }
        if object.go_fields().is_some() {
            return self.inline_table(value);
        }
        match object.to_plain() {
            Value::Nil | Value::Object(_) => {
                Err(format!("unexpected type: {}", object.type_name()))
            }
            plain => self.element(&plain),
        }
    }

    fn list(&mut self, list: &List) -> Result<(), String> {
        self.out.push('[');
        for (index, item) in list.items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.element(item)?;
        }
        self.out.push(']');
        Ok(())
    }

    /// The comma after an entry looks at the number of entries, nil ones included, which write nothing themselves.
    fn inline_table(&mut self, value: &Value) -> Result<(), String> {
        let (plain, tables) = self.sorted(value)?;
        self.out.push('{');
        let last = [plain.len().checked_sub(1), tables.len().checked_sub(1)];
        let comma_after_plain = !tables.is_empty();
        for (group, entries) in [plain, tables].into_iter().enumerate() {
            for (index, (key, value)) in entries.iter().enumerate() {
                if self.shape(value)? == Shape::Nil {
                    continue;
                }
                self.out.push_str(&quoted_key(key));
                self.out.push_str(" = ");
                self.element(value)?;
                if Some(index) != last[group] || group == 0 && comma_after_plain {
                    self.out.push_str(", ");
                }
            }
        }
        self.out.push('}');
        Ok(())
    }

    /// A line end, but not before everything else.
    fn new_line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn shape(&mut self, value: &Value) -> Result<Shape, String> {
        self.within(value, |writer| match value {
            Value::Nil => Ok(Shape::Nil),
            Value::Map(map) => Ok(if map.is_nil() { Shape::Nil } else { Shape::Table }),
            Value::List(list) if list.is_nil => Ok(Shape::Nil),
            Value::List(list) => {
                let mut all_tables = !list.items.is_empty();
                for item in list.items.iter() {
                    match writer.shape(item)? {
                        Shape::Nil => return Err(NIL_ITEM.to_owned()),
                        shape => all_tables &= shape == Shape::Table,
                    }
                }
                Ok(if all_tables { Shape::Tables } else { Shape::Plain })
            }
            Value::Object(object) => match (object.type_name(), object.to_plain()) {
                ("time.Time" | "time.Duration", _) => Ok(Shape::Plain),
                _ if object.go_fields().is_some() => Ok(Shape::Table),
                (_, plain @ (Value::Map(_) | Value::List(_))) => writer.shape(&plain),
                _ => Ok(Shape::Plain),
            },
            _ => Ok(Shape::Plain),
        })
    }

    /// The entries of a table that are no tables, nil ones among them, and those that are.
    fn sorted(&mut self, table: &Value) -> Result<(Entries, Entries), String> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for (key, value) in entries(table) {
            match self.shape(&value)? {
                Shape::Table | Shape::Tables => tables.push((key, value)),
                Shape::Nil | Shape::Plain => plain.push((key, value)),
            }
        }
        Ok((plain, tables))
    }
}

fn entries(table: &Value) -> Entries {
    match table {
        Value::Map(map) => map.entries(),
        Value::Object(object) => match (object.go_fields(), object.to_plain()) {
            (Some(fields), _) => {
                fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
            }
            (None, Value::Map(map)) => map.entries(),
            (None, _) => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn time_layout(time: &Time) -> &'static str {
    let Zone::Fixed { name, .. } = &time.zone else { return OFFSET_DATETIME };
    let local = [LOCAL_DATETIME, LOCAL_DATE, LOCAL_TIME];
    local.iter().find(|(_, zone)| zone == name).map_or(OFFSET_DATETIME, |(layout, _)| layout)
}

fn indentation(path: &[Str]) -> String {
    "  ".repeat(path.len().saturating_sub(1))
}

fn dotted(path: &[Str]) -> String {
    path.iter().map(quoted_key).collect::<Vec<_>>().join(".")
}

fn quoted_key(key: &Str) -> String {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    if !key.is_empty() && key.as_bytes().iter().all(bare) { key.to_string() } else { quoted(key) }
}

fn quoted(text: &Str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (rune, _) in runes(text.as_bytes()) {
        match rune {
            '"' | '\\' => out.extend(['\\', rune]),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                write!(out, "\\u{:04x}", rune as u32).expect("writing to a string cannot fail");
            }
            _ => out.push(rune),
        }
    }
    out.push('"');
    out
}

/// With a point or an exponent, as TOML wants floats.
fn float(value: f64) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = go::print_value(&Value::Float(value)).to_string();
    if text.contains(['e', '.']) { text } else { format!("{text}.0") }
}
