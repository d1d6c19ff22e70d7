//! Go's map with string keys: shared by reference, mutable, and it remembers which entries were read.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::entries::Entries;
use crate::stack::deeper;
use crate::{CallError, Signature, Str, Value};

/// A Go map with string keys, shared by reference. The type belongs to the reference: converting `.Values` to
/// `map[string]interface {}` gives another type for the same entries.
#[derive(Clone, Debug)]
pub struct MapRef(Rc<MapCell>);

#[derive(Debug)]
struct MapCell {
    kind: MapType,
    is_nil: bool,
    /// The map whose entries these are, if it has another type.
    converted_from: Option<MapRef>,
    entries: RefCell<Entries>,
    /// All entries and all below them are noted as read: no need to walk them again.
    all_read: Cell<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`
    Any,
    /// `map[string]string`
    Strings,
    /// A type of its own. Assignable to `map[string]interface {}`.
    Named(&'static NamedMap),
}

/// A named map type.
#[derive(Debug)]
pub struct NamedMap {
    /// Go's name: `common.Values`.
    pub name: &'static str,
    pub methods: &'static [MapMethod],
}

/// Types are the same by their names.
impl PartialEq for NamedMap {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for NamedMap {}

/// A method of a map type, whose arguments the executor has checked.
#[derive(Debug)]
pub struct MapMethod {
    pub name: &'static str,
    pub signature: Signature,
    pub run: fn(&MapRef, &[Value]) -> Result<Value, CallError>,
}

impl MapType {
    /// What a missing key answers: the zero value of the element type.
    pub fn zero(self) -> Value {
        match self {
            Self::Strings => Value::Str(Str::default()),
            Self::Any | Self::Named(_) => Value::Nil,
        }
    }

    pub(crate) fn method(self, name: &Str) -> Option<&'static MapMethod> {
        let Self::Named(named) = self else { return None };
        // As Go's exported names are, and few keys of values.
        name.as_bytes().first().filter(|byte| byte.is_ascii_uppercase())?;
        named.methods.iter().find(|method| *name == *method.name)
    }
}

impl MapRef {
    pub fn new(kind: MapType) -> Self {
        Self::make(kind, false, Entries::default())
    }

    /// A map of these entries; of two with one key the later counts.
    pub fn of(kind: MapType, entries: impl IntoIterator<Item = (Str, Value)>) -> Self {
        Self::make(kind, false, entries.into_iter().collect())
    }

    /// A nil map: empty, `null` as JSON and YAML, and what cannot be written to (`set` refuses).
    pub fn nil(kind: MapType) -> Self {
        Self::make(kind, true, Entries::default())
    }

    fn make(kind: MapType, is_nil: bool, entries: Entries) -> Self {
        Self(Rc::new(MapCell {
            kind,
            is_nil,
            converted_from: None,
            entries: RefCell::new(entries),
            all_read: Cell::default(),
        }))
    }

    /// The same entries as another map type.
    pub fn with_kind(&self, kind: MapType) -> Self {
        if kind == self.kind() {
            return self.clone();
        }
        let base = self.0.converted_from.as_ref().unwrap_or(self);
        Self(Rc::new(MapCell {
            kind,
            is_nil: self.0.is_nil,
            converted_from: Some(base.clone()),
            entries: RefCell::default(),
            all_read: Cell::default(),
        }))
    }

    fn cell(&self) -> &MapCell {
        self.0.converted_from.as_ref().map_or(&*self.0, |base| &*base.0)
    }

    fn inside(&self) -> &RefCell<Entries> {
        &self.cell().entries
    }

    pub fn is_nil(&self) -> bool {
        self.0.is_nil
    }

    pub fn kind(&self) -> MapType {
        self.0.kind
    }

    pub fn same(&self, other: &Self) -> bool {
        std::ptr::eq(self.cell(), other.cell())
    }

    /// What `%p` prints.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self.cell()).addr()
    }

    pub fn len(&self) -> usize {
        self.inside().borrow().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key, noted as read.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        let entries = self.inside().borrow();
        let entry = entries.get(key)?;
        entry.read.set(true);
        Some(entry.value.clone())
    }

    /// As `get`, without looking at bytes where the key is short.
    pub(crate) fn entry(&self, key: &Str) -> Option<Value> {
        let entries = self.inside().borrow();
        let entry = entries.get(key)?;
        entry.read.set(true);
        Some(entry.value.clone())
    }

    /// The value of a key, without noting it.
    pub fn peek(&self, key: &[u8]) -> Option<Value> {
        Some(self.inside().borrow().get(key)?.value.clone())
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        let entries = self.inside().borrow();
        entries.get(key).is_some_and(|entry| {
            entry.read.set(true);
            true
        })
    }

    pub fn insert(&self, key: impl Into<Str>, value: Value) {
        self.cell().all_read.set(false);
        let old = self.inside().borrow_mut().insert(key.into(), value);
        drop(old); // after the borrow: the old value may hold this very map
    }

    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.inside().borrow_mut().remove(key)
    }

    pub fn keys(&self) -> Vec<Str> {
        self.inside().borrow().iter().map(|entry| entry.key.clone()).collect()
    }

    /// A snapshot of the entries in byte order of their keys, all noted as read.
    pub fn entries(&self) -> Vec<(Str, Value)> {
        let entries = self.inside().borrow();
        entries
            .iter()
            .map(|entry| {
                entry.read.set(true);
                (entry.key.clone(), entry.value.clone())
            })
            .collect()
    }

    /// As `entries`, without noting any.
    pub(crate) fn peek_entries(&self) -> Vec<(Str, Value)> {
        let entries = self.inside().borrow();
        entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// The entries with whether each was read, for the report of a render.
    pub fn reads(&self) -> Vec<(Str, Value, bool)> {
        let entries = self.inside().borrow();
        entries
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.clone(), entry.read.get()))
            .collect()
    }

    /// Notes all entries and everything below them as read: for functions that look at whole values.
    pub fn note_all_read(&self) {
        if self.cell().all_read.replace(true) {
            return;
        }
        for (_, value) in self.entries() {
            value.note_all_read();
        }
    }

    /// A map of the same entries and type with its own identity; values below are shared.
    pub fn shallow_copy(&self) -> Self {
        Self::of(self.kind(), self.entries())
    }

    /// A `map[string]interface {}` with what `copy` makes of each value, or without it. To look at them here is not to read
    /// them.
    pub fn copy_with(&self, copy: impl Fn(&Value) -> Option<Value>) -> Self {
        Self::make(MapType::Any, false, self.inside().borrow().with_values(copy))
    }
}

impl Drop for MapCell {
    /// Dropping deep values recurses, so it needs the stack that building them did not.
    fn drop(&mut self) {
        let entries = std::mem::take(self.entries.get_mut());
        if entries.len() > 0 {
            deeper(|| drop(entries));
        }
    }
}
