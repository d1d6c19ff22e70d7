//! serde reads typed values from trees.

use std::sync::Arc;

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::TypedError;
use crate::{Node, Tree};

impl<'de> Deserializer<'de> for &'de Tree {
    type Error = TypedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        match &self.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Int(value) => visitor.visit_i64(*value),
            Node::Uint(value) => visitor.visit_u64(*value),
            Node::Float(value) => visitor.visit_f64(*value),
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(list) => {
                let mut items = SeqDeserializer::new(list.iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Node::Map(map) => {
                let entries = map.iter().map(|(key, value)| (Key(key), value));
                let mut entries = MapDeserializer::new(entries);
                let value = visitor.visit_map(&mut entries)?;
                entries.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypedError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant is its name, or a map of that one key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        let (name, content) = match &self.node {
            Node::Text(name) => (name, None),
            Node::Map(map) if map.len() == 1 => {
                let (name, content) = map.first().expect("the map has one entry");
                (name, Some(content))
            }
            _ => return Err(TypedError::invalid_type(unexpected(self), &"a name")),
        };
        visitor.visit_enum(Variant { name, content })
    }

    /// serde would also fill a struct from a list, and name the struct where it cannot.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        match &self.node {
            Node::Map(_) => self.deserialize_any(visitor),
            _ => Err(TypedError::invalid_type(unexpected(self), &"a map")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn unexpected(tree: &Tree) -> Unexpected<'_> {
    match &tree.node {
        Node::Null => Unexpected::Unit,
        Node::Bool(value) => Unexpected::Bool(*value),
        Node::Int(value) => Unexpected::Signed(*value),
        Node::Uint(value) => Unexpected::Unsigned(*value),
        Node::Float(value) => Unexpected::Float(*value),
        Node::Text(text) => Unexpected::Str(text),
        Node::List(_) => Unexpected::Seq,
        Node::Map(_) => Unexpected::Map,
    }
}

impl<'de> IntoDeserializer<'de, TypedError> for &'de Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Keys are text, so maps with other keys (numbers, booleans) read them from it.
struct Key<'de>(&'de Arc<str>);

impl<'de> IntoDeserializer<'de, TypedError> for Key<'de> {
    type Deserializer = StrDeserializer<'de, TypedError>;

    fn into_deserializer(self) -> Self::Deserializer {
        (**self.0).into_deserializer()
    }
}

struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Tree>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = TypedError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), TypedError> {
        let name: StrDeserializer<'_, TypedError> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = TypedError;

    fn unit_variant(self) -> Result<(), TypedError> {
        match self.content {
            None => Ok(()),
            Some(content) if content.is_null() => Ok(()),
            Some(content) => Err(TypedError::invalid_type(unexpected(content), &"nothing")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, TypedError> {
        seed.deserialize(self.required()?)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        self.required()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypedError> {
        self.required()?.deserialize_any(visitor)
    }
}

impl<'de> Variant<'de> {
    fn required(&self) -> Result<&'de Tree, TypedError> {
        self.content.ok_or_else(|| {
            TypedError::custom(format!("`{}` needs a value: `{}: …`", self.name, self.name))
        })
    }
}
