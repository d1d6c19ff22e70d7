//! Typed values become trees, and trees serialise as themselves.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{Fault, TypedError};
use crate::{Map, Node, Tree};

/// A value as a tree without places. Map keys must be scalars; bytes are lists of numbers.
pub fn to_tree<T: Serialize + ?Sized>(value: &T) -> Result<Tree, TypedError> {
    value.serialize(ToTree).map(Tree::new)
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.node {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Int(value) => serializer.serialize_i64(*value),
            Node::Uint(value) => serializer.serialize_u64(*value),
            Node::Float(value) => serializer.serialize_f64(*value),
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(list) => serializer.collect_seq(list),
            Node::Map(map) => {
                serializer.collect_map(map.iter().map(|(key, value)| (&**key, value)))
            }
        }
    }
}

struct ToTree;

/// A collection on its way; in a variant its name waits to be put around it.
struct Building {
    variant: Option<&'static str>,
    list: Vec<Tree>,
    map: Map,
    key: Option<String>,
}

impl Building {
    fn new(variant: Option<&'static str>) -> Self {
        Self { variant, list: Vec::new(), map: Map::new(), key: None }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        self.list.push(to_tree(value)?);
        Ok(())
    }

    fn set<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), TypedError> {
        self.map.insert(key.into(), to_tree(value)?);
        Ok(())
    }

    fn finish(variant: Option<&'static str>, node: Node) -> Node {
        match variant {
            Some(name) => Node::Map(Map::from_iter([(name.into(), Tree::new(node))])),
            None => node,
        }
    }

    fn into_list(self) -> Node {
        Self::finish(self.variant, Node::List(self.list))
    }

    fn into_map(self) -> Node {
        Self::finish(self.variant, Node::Map(self.map))
    }
}

impl Serializer for ToTree {
    type Ok = Node;
    type Error = TypedError;
    type SerializeSeq = Building;
    type SerializeTuple = Building;
    type SerializeTupleStruct = Building;
    type SerializeTupleVariant = Building;
    type SerializeMap = Building;
    type SerializeStruct = Building;
    type SerializeStructVariant = Building;

    fn serialize_bool(self, value: bool) -> Result<Node, TypedError> {
        Ok(Node::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<Node, TypedError> {
        Ok(Node::Int(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Node, TypedError> {
        Ok(Node::Int(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Node, TypedError> {
        Ok(i64::try_from(value).map_or(Node::Uint(value), Node::Int))
    }

    fn serialize_f32(self, value: f32) -> Result<Node, TypedError> {
        Ok(Node::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Node, TypedError> {
        Ok(Node::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Node, TypedError> {
        Ok(Node::Text(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Result<Node, TypedError> {
        Ok(Node::Text(value.into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Node, TypedError> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<Node, TypedError> {
        Ok(Node::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, TypedError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Node, TypedError> {
        Ok(Node::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Node, TypedError> {
        Ok(Node::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Node, TypedError> {
        Ok(Node::Text(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Node, TypedError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, TypedError> {
        Ok(Building::finish(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Building, TypedError> {
        Ok(Building::new(None))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Building, TypedError> {
        Ok(Building::new(None))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Building, TypedError> {
        Ok(Building::new(None))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Building, TypedError> {
        Ok(Building::new(Some(variant)))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Building, TypedError> {
        Ok(Building::new(None))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Building, TypedError> {
        Ok(Building::new(None))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Building, TypedError> {
        Ok(Building::new(Some(variant)))
    }
}

impl SerializeSeq for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        self.push(value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_list())
    }
}

impl SerializeTuple for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        self.push(value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_list())
    }
}

impl SerializeTupleStruct for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        self.push(value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_list())
    }
}

impl SerializeTupleVariant for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        self.push(value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_list())
    }
}

impl SerializeMap for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), TypedError> {
        self.key = Some(match key.serialize(ToTree)? {
            Node::Text(text) => text.to_string(),
            Node::Bool(value) => value.to_string(),
            Node::Int(value) => value.to_string(),
            Node::Uint(value) => value.to_string(),
            _ => return Err(Fault::Other("a key must be text".into()).into()),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), TypedError> {
        let key = self.key.take().unwrap_or_default();
        self.set(&key, value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_map())
    }
}

impl SerializeStruct for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), TypedError> {
        self.set(key, value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_map())
    }
}

impl SerializeStructVariant for Building {
    type Ok = Node;
    type Error = TypedError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), TypedError> {
        self.set(key, value)
    }

    fn end(self) -> Result<Node, TypedError> {
        Ok(self.into_map())
    }
}
