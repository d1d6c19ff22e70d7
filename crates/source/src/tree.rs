//! A YAML or JSON value whose nodes know where they were written and whether they came from a secret.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::Span;

/// A map in the order in which it was written.
pub type Map = IndexMap<Arc<str>, Tree>;

#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub node: Node,
    /// Where the value stands; none for values that no text wrote (defaults, computed values).
    pub span: Option<Span>,
    /// Where the key that leads here stands, for a map's entry. A key that came through `<<` points at the merge line.
    pub key_span: Option<Span>,
    /// True for a scalar that came from a secret source or from an expression that read one.
    pub secret: bool,
}

/// Integers stay integers here; `chart` makes float64 of them once, where Helm's JSON step does.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Node {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    /// Only what does not fit `Int`.
    Uint(u64),
    Float(f64),
    Text(Arc<str>),
    List(Vec<Tree>),
    Map(Map),
}

/// Equal values are equal wherever they were written.
impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Tree {
    pub fn new(node: Node) -> Self {
        Self { node, span: None, key_span: None, secret: false }
    }

    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub fn as_map(&self) -> Option<&Map> {
        match &self.node {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.node {
            Node::List(list) => Some(list),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.node == Node::Null
    }

    /// The entry of a map; none for anything else.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// The node at a path of keys and indices.
    pub fn find(&self, path: &[Segment]) -> Option<&Self> {
        path.iter().try_fold(self, |tree, segment| match segment {
            Segment::Key(key) => tree.get(key),
            Segment::Index(index) => tree.as_list()?.get(*index),
        })
    }

    pub fn find_mut(&mut self, path: &[Segment]) -> Option<&mut Self> {
        path.iter().try_fold(self, |tree, segment| match (&mut tree.node, segment) {
            (Node::Map(map), Segment::Key(key)) => map.get_mut(key),
            (Node::List(list), Segment::Index(index)) => list.get_mut(*index),
            _ => None,
        })
    }

    /// Where a path stands: the node, or its nearest written ancestor.
    pub fn span_of(&self, path: &[Segment]) -> Option<&Span> {
        (0..=path.len()).rev().find_map(|depth| self.find(&path[..depth])?.span.as_ref())
    }

    /// What a person calls this kind of value in a message: `text`, `a number`, `a map`, …
    pub fn kind(&self) -> &'static str {
        match self.node {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Int(_) | Node::Uint(_) | Node::Float(_) => "a number",
            Node::Text(_) => "text",
            Node::List(_) => "a list",
            Node::Map(_) => "a map",
        }
    }

    /// Makes every integer a float64, as Helm's step through JSON does to values: 9007199254740993 becomes
    /// 9007199254740992.
    pub fn integers_to_floats(&mut self) {
        #[expect(clippy::cast_precision_loss, reason = "the loss is Helm's")]
        match &mut self.node {
            Node::Int(value) => self.node = Node::Float(*value as f64),
            Node::Uint(value) => self.node = Node::Float(*value as f64),
            Node::List(list) => list.iter_mut().for_each(Self::integers_to_floats),
            Node::Map(map) => map.values_mut().for_each(Self::integers_to_floats),
            Node::Null | Node::Bool(_) | Node::Float(_) | Node::Text(_) => {}
        }
    }

    /// True where this node or any below it is secret.
    pub fn holds_secret(&self) -> bool {
        self.secret
            || match &self.node {
                Node::List(list) => list.iter().any(Self::holds_secret),
                Node::Map(map) => map.values().any(Self::holds_secret),
                _ => false,
            }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::new(Node::Text(text.into()))
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Self::new(Node::Bool(value))
    }
}

impl From<i64> for Tree {
    fn from(value: i64) -> Self {
        Self::new(Node::Int(value))
    }
}

impl From<Vec<Self>> for Tree {
    fn from(list: Vec<Self>) -> Self {
        Self::new(Node::List(list))
    }
}

impl From<Map> for Tree {
    fn from(map: Map) -> Self {
        Self::new(Node::Map(map))
    }
}

/// One step into a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    Key(Arc<str>),
    Index(usize),
}

impl From<&str> for Segment {
    fn from(key: &str) -> Self {
        Self::Key(key.into())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A route of keys and indices through a tree, shown as `releases.api.needs[0]`; keys that are no plain words are quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(pub Vec<Segment>);

impl Path {
    pub fn join(&self, segment: impl Into<Segment>) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment.into());
        Self(segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) => {
                    let plain = |c: char| c.is_alphanumeric() || "_-/@".contains(c);
                    if key.is_empty() || !key.chars().all(plain) {
                        write!(formatter, "[{key:?}]")?;
                    } else {
                        write!(formatter, "{}{key}", if position == 0 { "" } else { "." })?;
                    }
                }
            }
        }
        Ok(())
    }
}
