//! Keys that take more than one form. Written by hand, because serde's untagged enums forget what was wrong and where.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Named;

/// Any value; the program reads it from the tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Anything {
    fn schema_name() -> Cow<'static, str> {
        "Anything".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

/// A text, or the long form.
#[derive(Clone, Debug)]
pub(crate) enum StringOr<T> {
    Short(String),
    Long(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for StringOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Form<T> {
            type Value = StringOr<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text or a map")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(StringOr::Short(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(StringOr::Long)
            }
        }

        deserializer.deserialize_any(Form(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for StringOr<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("StringOr{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [{ "type": "string" }, long] })
    }
}

/// A text or a list of texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = OneOrMany;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
            }
        }

        deserializer.deserialize_any(Form)
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let many = generator.subschema_for::<Vec<String>>();
        json_schema!({ "anyOf": [{ "type": "string" }, many] })
    }
}

/// A file's path or a map.
type FileOrMap = StringOr<Named<Anything>>;

/// `values`: a list of files and maps, or `{ replace: […] }` to forget what lies below.
#[derive(Clone, Debug)]
pub(crate) struct ValueSources;

impl<'de> Deserialize<'de> for ValueSources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = ValueSources;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a list of files and maps")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ValueSources, A::Error> {
                Vec::<FileOrMap>::deserialize(SeqAccessDeserializer::new(list))
                    .map(|_| ValueSources)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ValueSources, A::Error> {
                match map.next_key::<String>()?.as_deref() {
                    Some("replace") => map.next_value::<Vec<FileOrMap>>()?,
                    _ => return Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                };
                match map.next_key::<String>()? {
                    None => Ok(ValueSources),
                    Some(_) => Err(de::Error::custom("`replace` stands alone")),
                }
            }
        }

        deserializer.deserialize_any(Form)
    }
}

impl JsonSchema for ValueSources {
    fn schema_name() -> Cow<'static, str> {
        "ValueSources".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<FileOrMap>>();
        let replace = json_schema!({
            "type": "object",
            "description": "Instead of everything that lies below.",
            "properties": { "replace": list.clone() },
            "required": ["replace"],
            "additionalProperties": false,
        });
        json_schema!({ "anyOf": [list, replace] })
    }
}

/// `vars`: a map, or a list of maps and files.
#[derive(Clone, Debug)]
pub(crate) struct VarSources;

impl<'de> Deserialize<'de> for VarSources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = VarSources;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a map, or a list of maps and files")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<VarSources, A::Error> {
                Vec::<FileOrMap>::deserialize(SeqAccessDeserializer::new(list)).map(|_| VarSources)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<VarSources, A::Error> {
                IgnoredAny::deserialize(MapAccessDeserializer::new(map)).map(|_| VarSources)
            }
        }

        deserializer.deserialize_any(Form)
    }
}

impl JsonSchema for VarSources {
    fn schema_name() -> Cow<'static, str> {
        "VarSources".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<FileOrMap>>();
        json_schema!({ "anyOf": [{ "type": "object" }, list] })
    }
}

/// Texts by name; a number or a boolean is refused, because nobody means `1.10` to be `1.1`.
pub(super) type Labels = Named<String>;

/// `true`, `false` or `jobs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Bool(bool),
    Jobs,
}

impl<'de> Deserialize<'de> for Wait {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl Visitor<'_> for Form {
            type Value = Wait;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("`true`, `false` or `jobs`")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Wait, E> {
                Ok(Wait::Bool(value))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Wait, E> {
                match text {
                    "jobs" => Ok(Wait::Jobs),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(Form)
    }
}

impl JsonSchema for Wait {
    fn schema_name() -> Cow<'static, str> {
        "Wait".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "boolean" }, { "const": "jobs" }] })
    }
}

/// `90s`, `5m`, `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DurationText(pub Duration);

const DURATION: &str = "a duration such as `90s`, `5m` or `1h30m`";

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        duration(&text)
            .map(Self)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &DURATION))
    }
}

impl JsonSchema for DurationText {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^([0-9]+(ms|s|m|h|d))+$",
            "examples": ["90s", "5m", "1h30m"],
        })
    }
}

/// Whole numbers with `ms`, `s`, `m`, `h` or `d`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            "d" => Duration::from_secs(number.checked_mul(86_400)?),
            _ => return None,
        };
        total = total.checked_add(unit)?;
        rest = &rest[end..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(duration(text), expect.map(Duration::from_secs), "{text}");
        };
        check("90s", Some(90));
        check("5m", Some(300));
        check("1h30m", Some(5400));
        check("2d", Some(172_800));
        check("0s", Some(0));
        check("", None);
        check("5", None);
        check("m", None);
        check("5 m", None);
        check("1.5h", None);
        check("99999999999999999999s", None);
        check("9999999999999999999h", None);
        check("5ü", None);
    }
}
