//! Splits a scalar into plain text, `$${{` and expressions.

use std::ops::Range;

/// A part of a scalar; ranges count the scalar's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Range<usize>),
    /// `$${{`, which stands for `${{`.
    Literal,
    /// `inner` is what stands between `${{` and `}}`, without blanks around it.
    Expression {
        whole: Range<usize>,
        inner: Range<usize>,
    },
}

/// An expression without its `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed(pub(crate) Range<usize>);

impl Unclosed {
    pub(crate) fn problem(&self, place: Option<&source::Span>) -> source::Problem {
        source::Problem::error("invalid-expression", "this expression has no end")
            .at(place, "`}}` is missing")
            .help("write `$${{` for a literal `${{`")
    }
}

pub(crate) const OPEN: &str = "${{";

pub(crate) fn has_expression(text: &str) -> bool {
    text.contains(OPEN)
}

/// Quotes and brackets inside an expression are respected: `${{ {"a": {"b": "}}"}} }}` is one.
pub(crate) fn scan(text: &str) -> Result<Vec<Piece>, Unclosed> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(OPEN) {
        let open = at + found;
        if text[at..open].ends_with('$') {
            push_text(&mut pieces, at..open - 1);
            pieces.push(Piece::Literal);
            at = open + OPEN.len();
            continue;
        }
        push_text(&mut pieces, at..open);
        let start = open + OPEN.len();
        let end = close(&text[start..]).ok_or(Unclosed(open..text.len()))? + start;
        let body = &text[start..end];
        let from = start + (body.len() - body.trim_start().len());
        let inner = from..from + body.trim().len();
        pieces.push(Piece::Expression { whole: open..end + 2, inner });
        at = end + 2;
    }
    push_text(&mut pieces, at..text.len());
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, range: Range<usize>) {
    if !range.is_empty() {
        pieces.push(Piece::Text(range));
    }
}

/// Where the `}}` of an expression stands.
fn close(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' if depth == 0 && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows text as it is, literals as `<lit>`, expressions as `<…>`.
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let got = match scan(text) {
            Err(Unclosed(range)) => format!("unclosed {}", &text[range]),
            Ok(pieces) => pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(range) => text[range].to_owned(),
                    Piece::Literal => "<lit>".to_owned(),
                    Piece::Expression { inner, .. } => format!("<{}>", &text[inner]),
                })
                .collect(),
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn pieces() {
        check("", "");
        check("plain {{ .Values.x }}", "plain {{ .Values.x }}");
        check("${{ a }}", "<a>");
        check("${{a}}-${{ b}}", "<a>-<b>");
        check("x $${{ a }} ${{ b }}", "x <lit> a }} <b>");
        check("${{ {'a': {'b': 1}} }}", "<{'a': {'b': 1}}>");
        check("${{ {'a': {'b': 1}}}}", "<{'a': {'b': 1}}>");
        check(r#"${{ "}}" ~ '\'}}' }}!"#, r#"<"}}" ~ '\'}}'>!"#);
        check("${{ x[0] }}", "<x[0]>");
        check("ü${{ ü }}ü", "ü<ü>ü");
        check("${{ a }", "unclosed ${{ a }");
        check("a ${{ 'x }}", "unclosed ${{ 'x }}");
        check("${{ '\\", "unclosed ${{ '\\");
        check("${{ }}", "<>");
    }
}
