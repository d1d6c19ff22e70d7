//! Trees and names as the template engine's objects: read lazily, secrets noticed.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr};
use minijinja::{Error, ErrorKind, Value};
use source::{Node, Segment, Tree};

use super::state::{Miss, Shared, State, Want, is_secret_name};
use crate::GitFact;

/// What an expression sees beside what all of them see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// `release.{id, name, namespace, cluster}`
    pub(crate) release: Option<Arc<Tree>>,
    pub(crate) each: Option<Arc<Tree>>,
}

/// The top: `vars`, `inputs`, `env`, `environment`, `git`, `release`, `each`, `secrets`.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) shared: Shared,
    pub(crate) scope: Scope,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let names = |family| Value::from_object(Names { shared: self.shared.clone(), family });
        let tree = |tree: &Arc<Tree>| value(&self.shared, tree, Vec::new(), key);
        match (key, &self.scope) {
            ("vars", _) => Some(names(Family::Vars)),
            ("inputs", _) => Some(names(Family::Inputs)),
            ("env", _) => Some(names(Family::Env)),
            ("environment", _) => Some(names(Family::Environment)),
            ("git", _) => Some(names(Family::Git)),
            ("secrets", _) => Some(known(&self.shared, Want::Secrets, "secrets")),
            ("release", Scope { release: Some(release), .. }) => Some(tree(release)),
            ("each", Scope { each: Some(each), .. }) => Some(tree(each)),
            _ => {
                // A function is no miss, but nothing tells it from a name here; so what was missed before stays.
                let mut candidates: Vec<String> = FAMILIES.map(str::to_owned).to_vec();
                candidates.extend(self.scope.release.as_ref().map(|_| "release".to_owned()));
                candidates.extend(self.scope.each.as_ref().map(|_| "each".to_owned()));
                let miss = Miss { path: key.to_owned(), candidates };
                self.shared.lock().reads.missed.get_or_insert(miss);
                None
            }
        }
    }
}

const FAMILIES: [&str; 5] = ["vars", "inputs", "env", "environment", "git"];

const ENVIRONMENT: [&str; 4] = ["name", "namespace", "instance", "ephemeral"];

/// An environment without an instance does not have the name either.
fn environment(state: &State) -> impl Iterator<Item = &'static str> {
    let has_instance = state.has_instance;
    ENVIRONMENT.into_iter().filter(move |name| has_instance || *name != "instance")
}

const GIT: [(&str, GitFact); 6] = [
    ("sha", GitFact::Sha),
    ("short", GitFact::Short),
    ("branch", GitFact::Branch),
    ("tag", GitFact::Tag),
    ("describe", GitFact::Describe),
    ("dirty", GitFact::Dirty),
];

/// The names below one of the top ones.
#[derive(Debug)]
struct Names {
    shared: Shared,
    family: Family,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Vars,
    Inputs,
    Env,
    Environment,
    Git,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Vars => "vars",
            Self::Inputs => "inputs",
            Self::Env => "env",
            Self::Environment => "environment",
            Self::Git => "git",
        }
    }
}

impl Names {
    fn all(&self) -> Vec<String> {
        let state = self.shared.lock();
        let owned = |names: &[Arc<str>]| names.iter().map(|name| (**name).to_owned()).collect();
        match self.family {
            Family::Vars => owned(&state.vars),
            Family::Inputs => owned(&state.inputs),
            Family::Env => state.env.keys().cloned().collect(),
            Family::Environment => environment(&state).map(str::to_owned).collect(),
            Family::Git => GIT.iter().map(|(name, _)| (*name).to_owned()).collect(),
        }
    }

    fn want(&self, key: &str) -> Option<Want> {
        let state = self.shared.lock();
        let declared =
            |names: &[Arc<str>]| names.iter().find(|name| ***name == *key).map(Arc::clone);
        match self.family {
            Family::Vars => declared(&state.vars).map(Want::Var),
            Family::Inputs => declared(&state.inputs).map(Want::Input),
            Family::Environment => {
                environment(&state).find(|name| *name == key).map(Want::Environment)
            }
            Family::Git => {
                GIT.iter().find(|(name, _)| *name == key).map(|(_, fact)| Want::Git(*fact))
            }
            Family::Env => None,
        }
    }

    fn env(&self, key: &str) -> Option<Value> {
        let mut state = self.shared.lock();
        let text = state.env.get(key)?.clone();
        state.reads.from_outside = true;
        if is_secret_name(key) {
            state.reads.secret = true;
            state.secrets.push(text.clone());
        }
        Some(Value::from(text))
    }
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let found = match self.want(key) {
            Some(wanted) => {
                Some(known(&self.shared, wanted, &format!("{}.{key}", self.family.name())))
            }
            None if self.family == Family::Env => self.env(key),
            None => None,
        };
        if found.is_none() {
            let prefix = self.family.name();
            let candidates = self.all().iter().map(|name| format!("{prefix}.{name}")).collect();
            let path = format!("{prefix}.{key}");
            self.shared.lock().reads.missed = Some(Miss { path, candidates });
        }
        found
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.all().into_iter().map(Value::from).collect())
    }
}

/// What is known of something, or an invalid value that ends the evaluation.
pub(crate) fn known(shared: &Shared, wanted: Want, name: &str) -> Value {
    let mut state = shared.lock();
    let Some(known) = state.known.get(&wanted).cloned() else {
        drop(state);
        return want(shared, wanted);
    };
    match known {
        Some(known) => {
            state.reads.from_outside |= known.from_outside;
            drop(state);
            value(shared, &known.tree, Vec::new(), name)
        }
        None => {
            state.reads.blocked = true;
            given_up()
        }
    }
}

fn want(shared: &Shared, wanted: Want) -> Value {
    shared.lock().reads.wanted = Some(wanted);
    given_up()
}

fn given_up() -> Value {
    Value::from(Error::new(ErrorKind::InvalidOperation, "not known yet"))
}

/// A map or a list of a tree.
#[derive(Debug)]
pub(crate) struct Part {
    shared: Shared,
    root: Arc<Tree>,
    route: Vec<Segment>,
    /// What expressions call it.
    name: String,
}

impl Part {
    pub(crate) fn tree(&self) -> Option<&Tree> {
        self.root.find(&self.route)
    }

    fn child(&self, segment: Segment) -> Option<Value> {
        self.tree()?.find(std::slice::from_ref(&segment))?;
        let name = match &segment {
            Segment::Key(key) => format!("{}.{key}", self.name),
            Segment::Index(index) => format!("{}[{index}]", self.name),
        };
        let mut route = self.route.clone();
        route.push(segment);
        Some(value(&self.shared, &self.root, route, &name))
    }
}

impl Object for Part {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.tree().map(|tree| &tree.node) {
            Some(Node::List(_)) => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &self.tree()?.node {
            Node::List(list) => {
                let index = key.as_usize().filter(|index| *index < list.len())?;
                self.child(Segment::Index(index))
            }
            Node::Map(map) => {
                let key = key.as_str()?;
                let found = self.child(Segment::from(key));
                if found.is_none() {
                    let candidates = map.keys().map(|name| format!("{}.{name}", self.name));
                    let candidates = candidates.collect();
                    let path = format!("{}.{key}", self.name);
                    self.shared.lock().reads.missed = Some(Miss { path, candidates });
                }
                found
            }
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.tree().map(|tree| &tree.node) {
            Some(Node::List(list)) => Enumerator::Seq(list.len()),
            Some(Node::Map(map)) => {
                Enumerator::Values(map.keys().map(|key| Value::from(&**key)).collect())
            }
            _ => Enumerator::NonEnumerable,
        }
    }
}

/// A node as the engine's value. Reading a secret scalar is noticed; a map or a list is read when its scalars are.
fn value(shared: &Shared, root: &Arc<Tree>, route: Vec<Segment>, name: &str) -> Value {
    let Some(tree) = root.find(&route) else { return Value::UNDEFINED };
    if tree.secret {
        shared.lock().reads.secret = true;
    }
    match &tree.node {
        Node::Null => Value::from(()),
        Node::Bool(value) => Value::from(*value),
        Node::Int(value) => Value::from(*value),
        Node::Uint(value) => Value::from(*value),
        Node::Float(value) => Value::from(*value),
        Node::Text(text) => Value::from(Arc::clone(text)),
        Node::List(_) | Node::Map(_) => Value::from_object(Part {
            shared: shared.clone(),
            root: Arc::clone(root),
            route,
            name: name.to_owned(),
        }),
    }
}
