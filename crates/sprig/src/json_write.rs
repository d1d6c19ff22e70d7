//! Values as Go's `json.Marshal` writes them: fields in their order, keys in that of their bytes, bytes as base 64, broken UTF-8 as `\ufffd`.

use gotmpl::{Str, Value, deeper};
use source::json::{Html, quote};
use source::number;

use crate::limits::Walk;
use crate::tree::plain;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Compact,
    /// Two spaces per level, as `toPrettyJson`.
    Indented,
}

/// The text, or Go's words about what JSON cannot say.
pub(crate) fn write(value: &Value, html: Html, layout: Layout) -> Result<String, String> {
    let mut writer = Writer { out: String::new(), html, layout, depth: 0, walk: Walk::default() };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    html: Html,
    layout: Layout,
    depth: usize,
    walk: Walk,
}

impl Writer {
    fn value(&mut self, value: &Value) -> Result<(), String> {
        self.walk.enter(value)?;
        if let Value::Object(object) = value
            && let Some(fields) = object.json_fields()
        {
            self.object(fields.iter().map(|(name, value)| (Str::from(*name), value.clone())))?;
            self.walk.leave();
            return Ok(());
        }
        match plain(value) {
            Value::Nil | Value::Object(_) => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Value::Int(value, kind) if kind.is_signed() => self.out.push_str(&value.to_string()),
            Value::Int(value, _) => self.out.push_str(&value.cast_unsigned().to_string()),
            Value::Float(value) if value.is_finite() => self.out.push_str(&number::json(value)),
            Value::Float(value) => {
                return Err(format!("json: unsupported value: {}", number::general(value)));
            }
            Value::Str(text) => self.text(&text),
            Value::List(list) => {
                self.out.push('[');
                for (index, item) in list.items.iter().enumerate() {
                    self.before_item(index);
                    self.nested(item)?;
                }
                self.after_items(list.items.len(), ']');
            }
            Value::Map(map) => self.object(map.entries().into_iter())?,
        }
        self.walk.leave();
        Ok(())
    }

    fn object(
        &mut self,
        entries: impl ExactSizeIterator<Item = (Str, Value)>,
    ) -> Result<(), String> {
        let count = entries.len();
        self.out.push('{');
        for (index, (key, item)) in entries.enumerate() {
            self.before_item(index);
            self.text(&key);
            self.out.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
            self.nested(&item)?;
        }
        self.after_items(count, '}');
        Ok(())
    }

    fn nested(&mut self, value: &Value) -> Result<(), String> {
        self.depth += 1;
        deeper(|| self.value(value))?;
        self.depth -= 1;
        Ok(())
    }

    fn before_item(&mut self, index: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.new_line(self.depth + 1);
    }

    fn after_items(&mut self, count: usize, close: char) {
        if count > 0 {
            self.new_line(self.depth);
        }
        self.out.push(close);
    }

    fn new_line(&mut self, depth: usize) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(depth));
        }
    }

    fn text(&mut self, text: &Str) {
        if let Some(text) = text.as_text() {
            self.out.push_str(&quote(text, self.html));
            return;
        }
        self.out.push('"');
        for chunk in text.as_bytes().utf8_chunks() {
            let quoted = quote(chunk.valid(), self.html);
            self.out.push_str(&quoted[1..quoted.len() - 1]);
            self.out.push_str(&"\\ufffd".repeat(chunk.invalid().len()));
        }
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gotmpl::{List, ListType, MapRef, MapType};

    fn check(value: Value, expect: &str) {
        assert_eq!(write(&value, Html::Escaped, Layout::Compact).unwrap(), expect);
    }

    #[test]
    fn values() {
        check(Value::uint64(u64::MAX), "18446744073709551615");
        check(Value::Float(1e6), "1000000");
        check(Value::Float(1e21), "1e+21");
        check(Value::List(List::bytes(b"hi")), r#""aGk=""#);
        check(Value::List(List::nil(ListType::Any)), "null");
        check(Value::Map(MapRef::nil(MapType::Any)), "null");
        check(
            Value::map([("b", "<".into()), ("a", Value::list(vec![Value::Nil]))]),
            r#"{"a":[null],"b":"\u003c"}"#,
        );
        check(Value::Str(b"\"a\xff\xfe\""[..].into()), r#""\"a\ufffd\ufffd\"""#);
    }

    #[test]
    fn indented() {
        let value =
            Value::map([("a", Value::list(vec![Value::int(1)])), ("b", Value::list(vec![]))]);
        insta::assert_snapshot!(write(&value, Html::Plain, Layout::Indented).unwrap(), @r#"
        {
          "a": [
            1
          ],
          "b": []
        }
        "#);
    }
}
