//! Keys and types everywhere, and expressions that cannot be read.

use source::{Node, Problems, Tree};

use crate::expression::{Piece, place, scan};
use crate::typed;
use crate::types::Workspace;

pub(super) fn check(document: &Tree) -> Problems {
    typed::check_form::<Workspace>(document)
}

/// Expressions without an end, wherever they stand. What is wrong inside one is told when it is evaluated.
pub(super) fn expressions(tree: &Tree) -> Problems {
    let mut problems = Problems::new();
    collect(tree, &mut problems);
    problems
}

fn collect(tree: &Tree, problems: &mut Problems) {
    match &tree.node {
        Node::Text(text) => match scan(text) {
            Ok(pieces) => {
                for piece in pieces {
                    if let Piece::Expression { inner, .. } = piece
                        && let Some(wrong) = crate::expression::syntax(&text[inner.clone()])
                    {
                        let start = inner.start + wrong.range.start;
                        let place = place(tree, &(start..start + wrong.range.len()));
                        problems.push(wrong.problem(place.as_ref()));
                    }
                }
            }
            Err(unclosed) => problems.push(unclosed.problem(place(tree, &unclosed.0).as_ref())),
        },
        Node::List(list) => list.iter().for_each(|item| collect(item, problems)),
        Node::Map(map) => map.values().for_each(|value| collect(value, problems)),
        _ => {}
    }
}
