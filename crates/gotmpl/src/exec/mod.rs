//! Runs a template on a value (text/template/exec.go).

mod argument;
mod call;
mod executor;
mod fail;
mod field;
mod operand;
mod range;
mod seen;
mod walk;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::parse::{Id, Parsed};
use crate::set::Found;
use crate::{Error, ErrorKind, Place, TemplateSet, Value};
use operand::Operand;

/// How templates run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub missing_key: MissingKey,
    pub limits: Limits,
}

/// What a field does that its map does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// Gives the element type's zero value: nil, which prints as `<no value>`.
    #[default]
    Zero,
    /// Fails the execution; Helm's `--strict`.
    Error,
}

/// Bounds that an execution cannot pass, for everything it runs together.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes written, also into texts that functions take up again.
    pub output: usize,
    /// Templates within templates; Go's own bound.
    pub depth: usize,
    /// Executions of one name within each other through `Executor::execute`; Helm's bound.
    pub recursion: usize,
    /// Actions and iterations.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 1 << 30, depth: 100_000, recursion: 1000, steps: 2_000_000_000 }
    }
}

/// Runs the template of a name; `state` is what its functions get through `Call::state`.
///
/// Any thread will do: deep templates move to stack of their own.
///
/// # Errors
/// The first failure, in Go's words, with its place and the calls that led there; or a bound that was hit.
pub fn execute(
    set: &TemplateSet,
    name: &str,
    dot: &Value,
    state: &dyn Any,
    options: &Options,
) -> Result<Vec<u8>, Error> {
    let run = Run {
        state,
        options,
        recursion: RefCell::default(),
        depth: Cell::new(0),
        steps: Cell::new(0),
        written: Cell::new(0),
        spare: RefCell::default(),
    };
    let dot = Operand::concrete(dot.clone());
    match set.lookup(name).map_err(|error| *error)? {
        Some(found) => run.template(set, found, dot, <[u8]>::to_vec).map_err(|error| *error),
        None => Err(no_template(set, name)),
    }
}

/// Go reports this without a position.
fn no_template(set: &TemplateSet, name: &str) -> Error {
    Error {
        message: no_template_message(set, name),
        kind: ErrorKind::Execute,
        place: Place { template: name.into(), range: 0..0, line: 1, column: 0 },
        executing: "".into(),
        node: String::new(),
        trace: Vec::new(),
        seen: Vec::new(),
    }
}

fn no_template_message(set: &TemplateSet, name: &str) -> String {
    let quoted = |name: &str| crate::quote_go(name.as_bytes());
    format!("no template {} associated with template {}", quoted(name), quoted(set.name()))
}

type Failure = Box<Error>;

/// What all templates of one `execute` share.
struct Run<'s> {
    state: &'s dyn Any,
    options: &'s Options,
    /// Running executions by name.
    recursion: RefCell<BTreeMap<Arc<str>, usize>>,
    /// Running templates.
    depth: Cell<usize>,
    steps: Cell<u64>,
    written: Cell<usize>,
    /// Buffers of templates that have ended, for those to come.
    spare: RefCell<Vec<Buffers>>,
}

#[derive(Default)]
struct Buffers {
    variables: Vec<Operand>,
    arguments: Vec<Value>,
    out: Vec<u8>,
}

/// One template that is being run, and those that it runs through the `template` action.
struct Exec<'s> {
    run: &'s Run<'s>,
    set: &'s TemplateSet,
    tree: &'s Parsed,
    running: Found<'s>,
    /// The variables of all running templates; those of this one start at `base`.
    variables: Vec<Operand>,
    base: usize,
    /// Arguments of the calls that are being made.
    arguments: Vec<Value>,
    out: Vec<u8>,
    /// What Go would blame for an error now.
    node: Id,
}

impl Run<'_> {
    /// Runs a template from its start, and makes something of its output.
    fn template<T>(
        &self,
        set: &TemplateSet,
        running: Found<'_>,
        dot: Operand,
        finish: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, Failure> {
        let Buffers { mut variables, arguments, out } =
            self.spare.borrow_mut().pop().unwrap_or_default();
        variables.resize(running.template.slots as usize, Operand::default());
        variables[0] = dot.clone();
        let tree = running.tree;
        let mut exec =
            Exec { run: self, set, tree, running, variables, base: 0, arguments, out, node: 0 };
        exec.walk(&dot, running.template.root)?;
        let Exec { mut variables, arguments, mut out, .. } = exec;
        let output = finish(&out);
        variables.clear();
        out.clear();
        self.spare.borrow_mut().push(Buffers { variables, arguments, out });
        Ok(output)
    }
}
