//! The values that templates work on, with as much of Go's type system as templates can see.
//!
//! Values belong to one render on one thread (`Rc`); parsed templates are shared between threads and hold none.
//! Maps are shared and mutable, as in Go; lists are copied when they change.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::stack::deeper;
use crate::{MapRef, MapType, Object, Str};

#[derive(Clone, Debug, Default)]
pub enum Value {
    /// A nil interface. "Invalid", which Go keeps apart from it, exists only inside the executor.
    #[default]
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

impl IntType {
    pub fn is_signed(self) -> bool {
        self <= Self::Int64
    }

    /// An integer cut to the width of the type, as Go converts.
    pub fn wrap(self, value: i64) -> i64 {
        match self {
            Self::Int | Self::Int64 | Self::Uint | Self::Uint64 => value,
            Self::Int8 => i64::from(value as i8),
            Self::Int16 => i64::from(value as i16),
            Self::Int32 => i64::from(value as i32),
            Self::Uint8 => i64::from(value as u8),
            Self::Uint16 => i64::from(value as u16),
            Self::Uint32 => i64::from(value as u32),
        }
    }
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

impl List {
    pub fn new(kind: ListType, items: Vec<Value>) -> Self {
        Self { items: Rc::new(items), kind, is_nil: false }
    }

    pub fn nil(kind: ListType) -> Self {
        Self { items: Rc::default(), kind, is_nil: true }
    }

    pub fn bytes(bytes: &[u8]) -> Self {
        let item = |byte: &u8| Value::Int(i64::from(*byte), IntType::Uint8);
        Self::new(ListType::Bytes, bytes.iter().map(item).collect())
    }
}

impl Drop for List {
    /// Dropping deep values recurses, so it needs the stack that building them did not.
    fn drop(&mut self) {
        if let Some(items) = Rc::get_mut(&mut self.items).filter(|items| !items.is_empty()) {
            let items = std::mem::take(items);
            deeper(|| drop(items));
        }
    }
}

impl Value {
    pub fn int(value: i64) -> Self {
        Self::Int(value, IntType::Int)
    }

    pub fn int64(value: i64) -> Self {
        Self::Int(value, IntType::Int64)
    }

    pub fn uint64(value: u64) -> Self {
        Self::Int(value as i64, IntType::Uint64)
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
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
        Self::Map(MapRef::of(MapType::Any, entries))
    }

    pub fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Notes everything below as read: for functions that look at whole values, such as `toYaml`.
    pub fn note_all_read(&self) {
        note(self, &mut BTreeSet::new());
    }
}

/// Walks down to the maps; lists that several places share are walked once.
fn note(value: &Value, seen: &mut BTreeSet<*const Vec<Value>>) {
    match value {
        Value::Map(map) => deeper(|| map.note_all_read()),
        Value::List(list)
            if matches!(list.kind, ListType::Any | ListType::Lists | ListType::Maps) =>
        {
            let shared = Rc::strong_count(&list.items) > 1;
            if !shared || seen.insert(Rc::as_ptr(&list.items)) {
                deeper(|| list.items.iter().for_each(|item| note(item, seen)));
            }
        }
        _ => {}
    }
}

macro_rules! value_from {
    ($($rust:ty: $value:ident => $made:expr),* $(,)?) => {
        $(impl From<$rust> for Value {
            fn from($value: $rust) -> Self {
                $made
            }
        })*
    };
}

value_from! {
    &str: text => Self::Str(text.into()),
    String: text => Self::Str(text.into()),
    Str: text => Self::Str(text),
    bool: value => Self::Bool(value),
    f64: value => Self::Float(value),
    // Go's `int`; an `int64` is `Int64` or `Value::int64`.
    i64: value => Self::int(value),
    u64: value => Self::uint64(value),
    List: list => Self::List(list),
    MapRef: map => Self::Map(map),
    // `[]interface {}`
    Vec<Self>: items => Self::list(items),
    // `[]string`
    Vec<Str>: items => Self::strings(items),
    Vec<String>: items => Self::strings(items),
}
