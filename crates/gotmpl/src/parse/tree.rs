//! What a parsed file is: nodes in one arena, with names, texts, numbers and functions resolved.

use std::sync::Arc;

use super::number::Number;
use crate::builtin::Builtin;
use crate::{Function, Str};

/// A parsed file: its own template and the ones that it defines. Shared between threads and template sets.
#[derive(Debug)]
pub struct Parsed {
    /// The file's name as it was parsed. Files of one content share the tree: what messages show, the set knows.
    pub name: Arc<str>,
    pub text: Arc<str>,
    pub(crate) templates: Vec<Template>,
    pub(crate) nodes: Box<[Node]>,
    pub(crate) lists: Box<[Id]>,
    pub(crate) names: Vec<Str>,
    pub(crate) strings: Vec<Str>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) callees: Vec<Callee>,
}

#[derive(Debug)]
pub(crate) struct Template {
    pub name: Arc<str>,
    pub root: Ids,
    /// Nothing but white space and comments: does not replace another template of the same name.
    pub is_empty: bool,
    /// How many variables may be live at once.
    pub slots: u32,
}

/// A node by its index in the file's arena.
pub(crate) type Id = u32;

/// A run of `Parsed::lists`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ids {
    pub start: u32,
    pub count: u32,
}

/// A run of `Parsed::names`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    pub start: u32,
    pub count: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub kind: NodeKind,
    /// Where Go says that the node is.
    pub at: u32,
    /// What the node covers.
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum NodeKind {
    Text,
    Action {
        pipe: Id,
    },
    If(Branch),
    With(Branch),
    Range(Branch),
    Template {
        name: u32,
        pipe: Option<Id>,
    },
    Break,
    Continue,
    /// `declared` are `Variable` nodes.
    Pipe {
        declared: Ids,
        commands: Ids,
        assigns: bool,
    },
    Command {
        arguments: Ids,
    },
    Field {
        names: Names,
    },
    Variable {
        slot: Option<u32>,
        names: Names,
    },
    Chain {
        node: Id,
        names: Names,
    },
    Identifier {
        callee: u32,
    },
    Dot,
    Nil,
    Bool(bool),
    Number {
        index: u32,
    },
    String {
        index: u32,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    pub pipe: Id,
    pub body: Ids,
    /// Empty where there is no `else`.
    pub otherwise: Ids,
}

/// What an identifier calls.
#[derive(Clone, Debug)]
pub(crate) enum Callee {
    Builtin(Builtin),
    Function(Arc<Function>),
}

impl Parsed {
    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    pub(crate) fn kind(&self, id: Id) -> NodeKind {
        self.nodes[id as usize].kind
    }

    pub(crate) fn ids(&self, ids: Ids) -> &[Id] {
        &self.lists[ids.start as usize..(ids.start + ids.count) as usize]
    }

    pub(crate) fn names(&self, names: Names) -> &[Str] {
        &self.names[names.start as usize..(names.start + names.count) as usize]
    }

    /// The text that a node covers.
    pub(crate) fn source(&self, id: Id) -> &str {
        let node = self.node(id);
        &self.text[node.start as usize..node.end as usize]
    }
}
