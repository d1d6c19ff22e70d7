//! Fills the expressions of a tree. What an expression reads is found out on the way, once, and only if it is read.

use std::ops::Range;
use std::sync::Arc;

use source::{Files, Map, Node, Problem, Problems, Span, Tree};

use super::engine::{Engine, Outcome, Wrong};
use super::object::Scope;
use super::scan::{Piece, has_expression, scan};
use super::state::{Shared, State, Want};
use super::{convert, place};
use crate::Ask;
use crate::types::{Input, Named};

/// What is lazily evaluated: still with its expressions.
#[derive(Debug, Default)]
pub(crate) struct Material {
    pub(crate) vars: Map,
    pub(crate) inputs: Named<(Input, Tree)>,
    pub(crate) environment_name: String,
    /// The environment with everything that it extends.
    pub(crate) environment: Tree,
    pub(crate) clusters: Map,
    pub(crate) repositories: Map,
    /// The folder of the manifest.
    pub(crate) directory: String,
}

pub(crate) struct Evaluator<'a> {
    pub(crate) ask: &'a Ask<'a>,
    pub(crate) files: &'a dyn Files,
    pub(crate) material: Material,
    pub(super) engine: Engine,
    /// What is being found out, outermost first.
    pub(super) open: Vec<Want>,
    /// Where the expression stands that is being evaluated.
    pub(super) at: Option<Span>,
    /// Whether what was evaluated since it was last reset depends on inputs, the process's environment or git.
    pub(crate) from_outside: bool,
    pub(crate) problems: Problems,
}

/// A tree without expressions. Where one failed, why is a problem, and its node is cut out.
#[derive(Clone, Debug)]
pub(crate) struct Filled {
    /// None where the whole was one failed expression.
    pub(crate) tree: Option<Tree>,
    pub(crate) complete: bool,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(ask: &'a Ask<'a>, files: &'a dyn Files, material: Material) -> Self {
        let state = State {
            vars: material.vars.keys().cloned().collect(),
            inputs: material.inputs.keys().map(|name| name.as_str().into()).collect(),
            env: ask.env.clone(),
            has_instance: ask.instance.is_some() || has(&material.environment, "instance"),
            directory: material.directory.clone(),
            ..State::default()
        };
        Self {
            ask,
            files,
            material,
            engine: Engine::new(state),
            open: Vec::new(),
            at: None,
            from_outside: false,
            problems: Problems::new(),
        }
    }

    /// The logical cluster that the environment targets, as it is written.
    pub(crate) fn target_cluster(&mut self) -> Option<String> {
        let raw = self.material.environment.get("target")?.get("cluster")?.clone();
        self.fill(&raw, &Scope::default()).tree?.as_str().map(str::to_owned)
    }

    /// From now on these are the variables.
    pub(crate) fn set_vars(&mut self, vars: Map) {
        self.shared().lock().vars = vars.keys().cloned().collect();
        self.material.vars = vars;
    }

    pub(super) fn shared(&self) -> Shared {
        self.engine.shared.clone()
    }

    /// Every secret that was read so far.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let shared = self.shared();
        let state = shared.lock();
        let mut found = state.secrets.clone();
        for known in state.known.values().flatten() {
            crate::values::secrets(&known.tree, &mut found);
        }
        found
    }

    /// A text that no message may show, wherever it came from.
    pub(crate) fn keep_secret(&self, text: &str) {
        self.shared().lock().secrets.push(text.to_owned());
    }

    /// Evaluates every expression of a tree.
    pub(crate) fn fill(&mut self, tree: &Tree, scope: &Scope) -> Filled {
        let mut complete = true;
        let tree = self.node(tree, scope, &mut complete);
        Filled { tree, complete }
    }

    fn node(&mut self, tree: &Tree, scope: &Scope, complete: &mut bool) -> Option<Tree> {
        let node = match &tree.node {
            Node::Text(text) if has_expression(text) => {
                let filled = self.scalar(tree, text, scope);
                *complete &= filled.is_some();
                return filled;
            }
            Node::List(list) => Node::List(
                list.iter().filter_map(|item| self.node(item, scope, complete)).collect(),
            ),
            Node::Map(map) => {
                let mut filled = Map::with_capacity(map.len());
                for (key, value) in map {
                    if let Some(value) = self.node(value, scope, complete) {
                        filled.insert(Arc::clone(key), value);
                    }
                }
                Node::Map(filled)
            }
            node => node.clone(),
        };
        Some(Tree {
            node,
            span: tree.span.clone(),
            key_span: tree.key_span.clone(),
            secret: tree.secret,
        })
    }

    /// One expression and nothing else keeps its type; anything else is text.
    fn scalar(&mut self, tree: &Tree, text: &str, scope: &Scope) -> Option<Tree> {
        let pieces = match scan(text) {
            Ok(pieces) => pieces,
            Err(unclosed) => {
                self.problems.push(unclosed.problem(place(tree, &unclosed.0).as_ref()));
                return None;
            }
        };
        if let [Piece::Expression { inner, .. }] = pieces.as_slice() {
            let mut filled = self.expression(tree, text, inner, scope)?;
            filled.span.clone_from(&tree.span);
            filled.key_span.clone_from(&tree.key_span);
            return Some(filled);
        }
        let mut whole = String::new();
        let mut secret = false;
        for piece in pieces {
            match piece {
                Piece::Text(range) => whole.push_str(&text[range]),
                Piece::Literal => whole.push_str(super::scan::OPEN),
                Piece::Expression { inner, .. } => {
                    let part = self.expression(tree, text, &inner, scope)?;
                    secret |= part.holds_secret();
                    whole.push_str(&convert::text(&part));
                }
            }
        }
        Some(Tree {
            node: Node::Text(whole.into()),
            span: tree.span.clone(),
            key_span: tree.key_span.clone(),
            secret,
        })
    }

    fn expression(
        &mut self,
        tree: &Tree,
        text: &str,
        inner: &Range<usize>,
        scope: &Scope,
    ) -> Option<Tree> {
        let whole = place(tree, inner);
        let result = self.run(whole, |engine| engine.expression(&text[inner.clone()], scope));
        match result {
            Ok((mut value, secret)) => {
                if secret {
                    mark(&mut value);
                }
                Some(value)
            }
            Err(wrong) => {
                if let Some(wrong) = wrong {
                    let start = inner.start + wrong.range.start;
                    let place = place(tree, &(start..start + wrong.range.len()));
                    self.problems.push(wrong.problem(place.as_ref()));
                }
                None
            }
        }
    }

    /// Evaluates until nothing is left to be found out. Gives the value and whether it read a secret.
    pub(super) fn run<T>(
        &mut self,
        at: Option<Span>,
        work: impl Fn(&Engine) -> Outcome<T>,
    ) -> Result<(T, bool), Option<Wrong>> {
        loop {
            match work(&self.engine) {
                Outcome::Done { value, secret, from_outside } => {
                    self.from_outside |= from_outside;
                    return Ok((value, secret));
                }
                Outcome::Want(want) => {
                    let before = std::mem::replace(&mut self.at, at.clone());
                    self.find_out(want);
                    self.at = before;
                }
                Outcome::Blocked => return Err(None),
                Outcome::Wrong(wrong) => return Err(Some(wrong)),
            }
        }
    }
}

impl Wrong {
    pub(crate) fn problem(self, place: Option<&Span>) -> Problem {
        Problem::error(self.id, self.message).at(place, self.label).help_if(self.help)
    }
}

/// Whether a map has something other than null at the key.
pub(super) fn has(tree: &Tree, key: &str) -> bool {
    tree.get(key).is_some_and(|value| !value.is_null())
}

/// Marks every scalar as secret.
pub(super) fn mark(tree: &mut Tree) {
    match &mut tree.node {
        Node::List(list) => list.iter_mut().for_each(mark),
        Node::Map(map) => map.values_mut().for_each(mark),
        _ => tree.secret = true,
    }
}
