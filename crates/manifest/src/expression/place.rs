//! From a range inside a scalar's value to its place in the file.

use std::ops::Range;

use source::{Span, Tree};

/// Where a range of a text node stands. Exact for plain and quoted scalars; in block and escaped ones for a range whose text
/// occurs once; otherwise the whole scalar.
pub(crate) fn place(tree: &Tree, range: &Range<usize>) -> Option<Span> {
    let span = tree.span.as_ref()?;
    let value = tree.as_str()?;
    let written = span.text();
    let offset = match written.find(value) {
        // The scalar as it is, or between its quotes.
        Some(offset @ 0..=1) => Some(offset + range.start),
        _ => {
            let wanted = value.get(range.clone()).filter(|wanted| !wanted.is_empty())?;
            let mut found = written.match_indices(wanted).map(|(offset, _)| offset);
            match (found.next(), found.next()) {
                (Some(only), None) => Some(only),
                _ => None,
            }
        }
    };
    Some(match offset {
        Some(offset) => {
            let start = span.range().start + offset;
            Span::new(&span.source, start..start + range.len())
        }
        None => span.clone(),
    })
}
