//! `${{ … }}`: what stands inside scalars and text templates, and everything that it may read.

mod convert;
mod engine;
mod evaluator;
mod find_out;
mod functions;
mod object;
mod place;
mod scan;
mod state;
mod template;
mod version;

pub(crate) use convert::text;
pub(crate) use engine::syntax;
pub(crate) use evaluator::{Evaluator, Material};
pub(crate) use functions::slug;
pub(crate) use object::Scope;
pub(crate) use place::place;
pub(crate) use scan::{Piece, has_expression, scan};
