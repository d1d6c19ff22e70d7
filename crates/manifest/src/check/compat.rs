//! `compat` decides how values files are read, before anything is evaluated: it is written out.

use source::{Problem, Problems, Tree};

use super::parts;
use crate::expression::has_expression;

pub(super) fn check(document: &Tree) -> Problems {
    let written = std::iter::once(document).chain(parts(document));
    let computed = |part: &Tree| {
        let value = part.get("compat")?;
        value.as_str().filter(|text| has_expression(text))?;
        Some(
            Problem::error("wrong-value", "`compat` cannot be computed")
                .at(value.span.as_ref(), "write `helm3` or `helm4`"),
        )
    };
    written.filter_map(computed).collect()
}
