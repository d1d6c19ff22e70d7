//! Values as TOML: keys in byte order, plain values before tables, two spaces for each level of tables.

use std::fmt::Write as _;

use gotmpl::{IntType, List, MapRef, Object, Str, Value};

use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME, OFFSET_DATETIME};
use crate::date::{self, Time, Zone};
use crate::go;
use crate::runes::runes;

/// The text, or the encoder's words about what it cannot write.
pub(super) fn write(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    match value {
        // A key with a nil list is left out; a nil list alone is an empty one.
        Value::List(list) if list.is_nil => writer.out.push_str("[]"),
        _ => writer.keyed(&mut Vec::new(), value)?,
    }
    Ok(writer.out)
}

struct Writer {
    out: String,
}

/// What decides where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Plain,
    Table,
    Tables,
}

impl Writer {
    /// A value under its full key: as a line, as a table, or as a list of tables.
    fn keyed(&mut self, path: &mut Vec<Str>, value: &Value) -> Result<(), String> {
        check_depth(path.len())?;
        match (shape(value, path.len())?, value) {
            (Shape::Nil, _) => Ok(()),
            (Shape::Tables, value) => {
                if path.is_empty() {
                    return Err("toml: top-level values must be Go maps or structs".to_owned());
                }
                let Some(tables) = go::as_list(value) else { return Ok(()) };
                for table in tables.items.iter() {
                    self.new_line();
                    let header = format!("{}[[{}]]", indentation(path), dotted(path));
                    self.out.push_str(&header);
                    self.new_line();
                    self.table(path, table)?;
                }
                Ok(())
            }
            (Shape::Table, value) => {
                if path.len() == 1 {
                    self.new_line();
                }
                if !path.is_empty() {
                    let header = format!("{}[{}]", indentation(path), dotted(path));
                    self.out.push_str(&header);
                    self.new_line();
                }
                self.table(path, value)
            }
            (Shape::Plain, value) => {
                let Some(key) = path.last() else { return self.element(value, 0) };
                let key = format!("{}{} = ", indentation(path), quoted_key(key));
                self.out.push_str(&key);
                self.element(value, path.len())?;
                self.new_line();
                Ok(())
            }
        }
    }

    fn table(&mut self, path: &mut Vec<Str>, value: &Value) -> Result<(), String> {
        let (plain, tables) = sorted(&entries(value), path.len())?;
        for (key, value) in plain.into_iter().chain(tables) {
            path.push(key);
            self.keyed(path, &value)?;
            path.pop();
        }
        Ok(())
    }

    /// A value where no table can be: in a list or after `=`.
    fn element(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        check_depth(depth)?;
        match value {
            Value::Str(text) => self.out.push_str(&quoted(text)),
            Value::Bool(value) => self.out.push_str(&value.to_string()),
            Value::Int(value, IntType::Uint | IntType::Uint64) => {
                self.out.push_str(&value.cast_unsigned().to_string());
            }
            Value::Int(value, _) => self.out.push_str(&value.to_string()),
            Value::Float(value) => self.out.push_str(&float(*value)),
            Value::List(list) => self.list(list, depth)?,
            Value::Map(_) => self.inline_table(value, depth)?,
            Value::Object(object) => return self.object(object.as_ref(), value, depth),
            Value::Nil => return Err("toml: cannot encode array with nil element".to_owned()),
        }
        Ok(())
    }

    /// Times are written bare, durations as text, other types as what is under them.
    fn object(&mut self, object: &dyn Object, value: &Value, depth: usize) -> Result<(), String> {
        if let Some(time) = gotmpl::function::object::<Time>(value) {
            let text = date::format(time, time_layout(time).as_bytes());
            self.out.push_str(&String::from_utf8_lossy(&text));
            return Ok(());
        }
        if object.type_name() == "time.Duration" {
            self.out.push_str(&quoted(&object.print()));
            return Ok(());
        }
        match object.to_plain() {
            Value::Nil => Err(format!("unexpected type: {}", object.type_name())),
            plain => self.element(&plain, depth + 1),
        }
    }

    fn list(&mut self, list: &List, depth: usize) -> Result<(), String> {
        self.out.push('[');
        for (index, item) in list.items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.element(item, depth + 1)?;
        }
        self.out.push(']');
        Ok(())
    }

    /// The comma after an entry looks at the number of entries, nil ones included, which write nothing themselves.
    fn inline_table(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        let (plain, tables) = sorted(&entries(value), depth)?;
        self.out.push('{');
        let last = [plain.len().checked_sub(1), tables.len().checked_sub(1)];
        let comma_after_plain = !tables.is_empty();
        for (group, entries) in [plain, tables].into_iter().enumerate() {
            for (index, (key, value)) in entries.iter().enumerate() {
                if shape(value, depth)? == Shape::Nil {
                    continue;
                }
                self.out.push_str(&quoted_key(key));
                self.out.push_str(" = ");
                self.element(value, depth + 1)?;
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
}

fn time_layout(time: &Time) -> &'static str {
    let Zone::Fixed { name, .. } = &time.zone else { return OFFSET_DATETIME };
    let local = [LOCAL_DATETIME, LOCAL_DATE, LOCAL_TIME];
    local.iter().find(|(_, zone)| zone == name).map_or(OFFSET_DATETIME, |(layout, _)| layout)
}

fn check_depth(depth: usize) -> Result<(), String> {
    if depth > go::MAX_DEPTH / 4 {
        return Err("toml: the value is nested too deeply, or holds itself".to_owned());
    }
    Ok(())
}

fn shape(value: &Value, depth: usize) -> Result<Shape, String> {
    check_depth(depth)?;
    Ok(match value {
        Value::Nil => Shape::Nil,
        Value::Map(map) if map.is_nil() => Shape::Nil,
        Value::Map(_) => Shape::Table,
        Value::List(list) if list.is_nil => Shape::Nil,
        Value::List(list) => {
            let mut shapes = Vec::with_capacity(list.items.len());
            for item in list.items.iter() {
                shapes.push(shape(item, depth + 1)?);
            }
            if shapes.contains(&Shape::Nil) {
                return Err("toml: cannot encode array with nil element".to_owned());
            }
            let all_tables =
                !shapes.is_empty() && shapes.iter().all(|shape| *shape == Shape::Table);
            if all_tables { Shape::Tables } else { Shape::Plain }
        }
        Value::Object(object) => match (object.type_name(), object.to_plain()) {
            ("time.Time" | "time.Duration", _) => Shape::Plain,
            (_, plain @ (Value::Map(_) | Value::List(_))) => shape(&plain, depth + 1)?,
            _ => Shape::Plain,
        },
        _ => Shape::Plain,
    })
}

fn entries(value: &Value) -> MapRef {
    match value {
        Value::Map(map) => map.clone(),
        Value::Object(object) => entries(&object.to_plain()),
        _ => MapRef::new(gotmpl::MapType::Any),
    }
}

type Entries = Vec<(Str, Value)>;

/// The entries that are no tables, nil ones among them, and those that are.
fn sorted(map: &MapRef, depth: usize) -> Result<(Entries, Entries), String> {
    let (mut plain, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in map.entries() {
        match shape(&value, depth)? {
            Shape::Table | Shape::Tables => tables.push((key, value)),
            Shape::Nil | Shape::Plain => plain.push((key, value)),
        }
    }
    Ok((plain, tables))
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
