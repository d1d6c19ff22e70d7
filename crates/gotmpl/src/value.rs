//! The values that templates work on, with as much of Go's type system as templates can see.
//!
//! Values belong to one render on one thread (`Rc`); parsed templates are shared between threads and hold none.
//! Maps are shared and mutable, as in Go; lists are copied when they change.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::{Object, Str};

#[derive(Clone, Debug)]
pub enum Value {
    /// A nil interface. "Invalid", which Go keeps apart from it, exists only inside the executor.
    Nil,
    Bool(bool),
    /// Any of Go's integers; unsigned 64-bit ones are kept by their bits.
    Int(i64, IntType),
    Float(f64),
    Str(Str),
    List(List),
    Map(MapRef),
    /// A Go type of its own: times, durations, versions, structs, `.Files`.
    Object(Rc<dyn Object>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntType {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

/// A Go slice: its element type is visible through `typeOf`, `printf "%T"`, `has`, `deepEqual`.
#[derive(Clone, Debug)]
pub struct List {
    pub items: Rc<Vec<Value>>,
    pub kind: ListType,
    /// A nil slice: empty, but `null` as JSON and YAML and not `deepEqual` to an empty one.
    pub is_nil: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// `[]interface {}`
    Any,
    /// `[]string`
    Strings,
    /// `[]int`
    Ints,
    /// `[]uint8`; items are `Int(_, Uint8)`
    Bytes,
    /// `[][]interface {}`, which `chunk` makes
    Lists,
    /// `[]map[string]interface {}`, which `fromToml` makes of arrays of tables
    Maps,
}

/// A Go map with string keys, shared by reference. The type belongs to the reference: converting `.Values` to
/// `map[string]interface {}` gives another type for the same entries.
#[derive(Clone, Debug)]
pub struct MapRef {
    kind: MapType,
    is_nil: bool,
    entries: Rc<RefCell<BTreeMap<Str, Slot>>>,
}

/// An entry and whether a template has read it: that is how a render reports which values it read.
#[derive(Debug)]
struct Slot {
    value: Value,
    read: Cell<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`
    Any,
    /// `map[string]string`
    Strings,
    /// A named map type, by Go's name: `common.Values`. Assignable to `map[string]interface {}`.
    Named(&'static str),
}

impl List {
    pub fn new(kind: ListType, items: Vec<Value>) -> Self {
        Self { items: Rc::new(items), kind, is_nil: false }
    }

    pub fn nil(kind: ListType) -> Self {
        Self { items: Rc::default(), kind, is_nil: true }
    }
}

impl MapRef {
    pub fn new(kind: MapType) -> Self {
        Self { kind, is_nil: false, entries: Rc::default() }
    }

    /// A nil map: empty, `null` as JSON and YAML, and what cannot be written to (`set` refuses).
    pub fn nil(kind: MapType) -> Self {
        Self { kind, is_nil: true, entries: Rc::default() }
    }

    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    pub fn kind(&self) -> MapType {
        self.kind
    }

    /// The same entries as another map type.
    pub fn with_kind(&self, kind: MapType) -> Self {
        Self { kind, ..self.clone() }
    }

    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key, noted as read.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        let entries = self.entries.borrow();
        let slot = entries.get(key)?;
        slot.read.set(true);
        Some(slot.value.clone())
    }

    /// The value of a key, without noting it.
    pub fn peek(&self, key: &[u8]) -> Option<Value> {
        Some(self.entries.borrow().get(key)?.value.clone())
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        let entries = self.entries.borrow();
        entries.get(key).is_some_and(|slot| {
            slot.read.set(true);
            true
        })
    }

    pub fn insert(&self, key: impl Into<Str>, value: Value) {
        let mut entries = self.entries.borrow_mut();
        entries.insert(key.into(), Slot { value, read: Cell::new(false) });
    }

    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        Some(self.entries.borrow_mut().remove(key)?.value)
    }

    pub fn keys(&self) -> Vec<Str> {
        self.entries.borrow().keys().cloned().collect()
    }

    /// A snapshot of the entries in byte order of their keys, all noted as read.
    pub fn entries(&self) -> Vec<(Str, Value)> {
        let entries = self.entries.borrow();
        entries
            .iter()
            .map(|(key, slot)| {
                slot.read.set(true);
                (key.clone(), slot.value.clone())
            })
            .collect()
    }

    /// The entries with whether each was read, for the report of a render.
    pub fn reads(&self) -> Vec<(Str, Value, bool)> {
        let entries = self.entries.borrow();
        entries
            .iter()
            .map(|(key, slot)| (key.clone(), slot.value.clone(), slot.read.get()))
            .collect()
    }

    /// A map of the same entries and type with its own identity; values below are shared.
    pub fn shallow_copy(&self) -> Self {
        let copy = Self::new(self.kind());
        for (key, value) in self.entries() {
            copy.insert(key, value);
        }
        copy
    }
}

impl Value {
    pub fn int(value: i64) -> Self {
        Self::Int(value, IntType::Int)
    }

    pub fn int64(value: i64) -> Self {
        Self::Int(value, IntType::Int64)
    }

    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(ListType::Any, items))
    }

    pub fn strings<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(|item| Self::Str(item.into())).collect();
        Self::List(List::new(ListType::Strings, items))
    }

    /// A `map[string]interface {}`.
    pub fn map<K: Into<Str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        let map = MapRef::new(MapType::Any);
        for (key, value) in entries {
            map.insert(key, value);
        }
        Self::Map(map)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<MapRef> for Value {
    fn from(map: MapRef) -> Self {
        Self::Map(map)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
