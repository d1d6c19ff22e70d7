//! Go's pattern syntax into that of the regex package: what both write alike passes, the rest is spelled out. Finds the
//! mistakes that Go finds, in Go's words (regexp/syntax/parse.go).

use std::fmt::Write as _;

use super::class;

/// Go refuses larger counts in `{…}`.
const MAX_REPEAT: u32 = 1000;

/// A pattern in the other syntax. Names may stand twice in Go, so groups only have numbers there, and the names are here.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Names of groups with their numbers, in order.
    pub(super) names: Vec<(String, usize)>,
}

/// The pattern in the other syntax, or why Go refuses it: ``missing closing ]: `[a` ``.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut depth = 0_usize;
    let mut operand = Operand::Missing;
    let mut groups = 0;
    let mut names = Vec::new();
    while let Some(first) = rest.chars().next() {
        let before = rest;
        let mut next = Operand::Present;
        match first {
            '(' => {
                let group = group(rest)?;
                groups += usize::from(group.written == "(");
                names.extend(group.name.map(|name| (name.to_owned(), groups)));
                out.push_str(group.written);
                depth += usize::from(group.opens);
                rest = group.rest;
                // Flags alone are nothing that could be repeated, and they do not end what could be.
                next = Operand::Missing;
            }
            ')' => {
                depth = depth.checked_sub(1).ok_or_else(|| format!("unexpected ): `{pattern}`"))?;
                out.push(')');
                rest = &rest[1..];
            }
            '|' => {
                out.push('|');
                rest = &rest[1..];
                next = Operand::Missing;
            }
            '*' | '+' | '?' | '{' => match repetition(rest)? {
                None => {
                    out.push_str("\\{");
                    rest = &rest[1..];
                }
                Some(after) => {
                    let operator = &rest[..rest.len() - after.len()];
                    match operand {
                        Operand::Missing => {
                            return Err(format!(
                                "missing argument to repetition operator: `{operator}`"
                            ));
                        }
                        Operand::Repeated(previous) => {
                            let both = &previous[..previous.len() - after.len()];
                            return Err(format!("invalid nested repetition operator: `{both}`"));
                        }
                        Operand::Present => out.push_str(operator),
                    }
                    rest = after;
                    next = Operand::Repeated(before);
                }
            },
            '[' => rest = class::bracket(rest, &mut out)?,
            '\\' => rest = escape(rest, &mut out)?,
            '^' | '$' | '.' => {
                out.push(first);
                rest = &rest[1..];
            }
            _ => {
                class::literal(first, &mut out);
                rest = &rest[first.len_utf8()..];
            }
        }
        operand = next;
    }
    if depth > 0 {
        return Err(format!("missing closing ): `{pattern}`"));
    }
    Ok(Translated { pattern: out, names })
}

/// What stands before a possible repetition operator.
enum Operand<'a> {
    Missing,
    Present,
    /// Already repeated by what this text begins with.
    Repeated(&'a str),
}

struct Group<'a> {
    written: &'a str,
    name: Option<&'a str>,
    /// False for `(?i)`, which closes itself.
    opens: bool,
    rest: &'a str,
}

/// `(`, `(?:`, `(?P<name>`, `(?<name>`, `(?flags)`, `(?flags:`.
fn group(text: &str) -> Result<Group<'_>, String> {
    let Some(inner) = text.strip_prefix("(?") else {
        return Ok(Group { written: "(", name: None, opens: true, rest: &text[1..] });
    };
    if let Some(named) = inner.strip_prefix("P<").or_else(|| inner.strip_prefix('<')) {
        let (name, rest) =
            named.split_once('>').ok_or_else(|| format!("invalid named capture: `{text}`"))?;
        let is_word = |rune: char| rune == '_' || rune.is_ascii_alphanumeric();
        if name.is_empty() || !name.chars().all(is_word) {
            let capture = &text[..text.len() - rest.len()];
            return Err(format!("invalid named capture: `{capture}`"));
        }
        return Ok(Group { written: "(", name: Some(name), opens: true, rest });
    }
    let mut negated = false;
    let mut flags = 0;
    for (index, flag) in inner.char_indices() {
        match flag {
            'i' | 'm' | 's' | 'U' => flags += 1,
            '-' if !negated => {
                negated = true;
                flags = 0;
            }
            ':' | ')' if !negated || flags > 0 => {
                let end = 2 + index + 1;
                let written = if end == 3 && flag == ')' { "(?:)" } else { &text[..end] };
                return Ok(Group { written, name: None, opens: flag == ':', rest: &text[end..] });
            }
            _ => {
                let bad = &text[..2 + index + flag.len_utf8()];
                return Err(format!("invalid or unsupported Perl syntax: `{bad}`"));
            }
        }
    }
    Err(format!("missing closing ): `{text}`"))
}

/// What follows a repetition operator; none where a brace is only a brace.
fn repetition(text: &str) -> Result<Option<&str>, String> {
    let after = match text.strip_prefix('{') {
        None => &text[1..],
        Some(inner) => {
            let Some((counts, after)) = inner.split_once('}') else { return Ok(None) };
            let (least, most) = match counts.split_once(',') {
                None => (counts, Some(counts)),
                Some((least, "")) => (least, None),
                Some((least, most)) => (least, Some(most)),
            };
            if !is_count(least) || !most.is_none_or(is_count) {
                return Ok(None);
            }
            let number = |digits: &str| digits.parse().unwrap_or(u32::MAX);
            let (least, most) = (number(least), most.map(number));
            if least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
                return Err(format!("invalid repeat count: `{{{counts}}}`"));
            }
            after
        }
    };
    Ok(Some(after.strip_prefix('?').unwrap_or(after)))
}

/// Digits without leading zeros.
fn is_count(digits: &str) -> bool {
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// An escape outside of brackets; what follows it is returned.
fn escape<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let Some(letter) = text[1..].chars().next() else {
        return Err("trailing backslash at end of expression: ``".to_owned());
    };
    let after = &text[1 + letter.len_utf8()..];
    match letter {
        'A' => out.push_str("\\A"),
        'z' => out.push_str("\\z"),
        'b' | 'B' => write!(out, "(?-u:\\{letter})").expect("writing to a string cannot fail"),
        'Q' => {
            let (literal, after) = after.split_once("\\E").unwrap_or((after, ""));
            // In parentheses, so that a repetition after it is valid where it is in Go: it repeats the last rune.
            literal.chars().for_each(|rune| class::literal(rune, out));
            return Ok(after);
        }
        'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
            let negated = if letter.is_ascii_uppercase() { "^" } else { "" };
            let members = class::perl_members(letter.to_ascii_lowercase());
            write!(out, "[{negated}{members}]").expect("writing to a string cannot fail");
        }
        'p' | 'P' => return class::unicode(text, out),
        _ => {
            let (rune, after) = class::escaped_rune(text)?;
            class::literal(rune, out);
            return Ok(after);
        }
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_in_gos_words() {
        let check = |pattern: &str, expect: &str| {
            assert_eq!(translate(pattern).unwrap_err(), expect, "{pattern}");
        };
        check("a(", "missing closing ): `a(`");
        check("a)", "unexpected ): `a)`");
        check("[a", "missing closing ]: `[a`");
        check("*", "missing argument to repetition operator: `*`");
        check("a|+?", "missing argument to repetition operator: `+?`");
        check("a**", "invalid nested repetition operator: `**`");
        check("a{2}{3}", "invalid nested repetition operator: `{2}{3}`");
        check(r"\q", r"invalid escape sequence: `\q`");
        check(r"\1", r"invalid escape sequence: `\1`");
        check("a\\", "trailing backslash at end of expression: ``");
        check("[z-a]", "invalid character class range: `z-a`");
        check("[[:foo:]]", "invalid character class range: `[:foo:]`");
        check("a{1001}", "invalid repeat count: `{1001}`");
        check("a{2,1}", "invalid repeat count: `{2,1}`");
        check("(?=a)", "invalid or unsupported Perl syntax: `(?=`");
        check("(?x)a", "invalid or unsupported Perl syntax: `(?x`");
        check("(?<=a)b", "invalid named capture: `(?<=a)b`");
        check("(?P<n->a)", "invalid named capture: `(?P<n->`");
    }

    #[test]
    fn written_alike_or_spelled_out() {
        let check = |pattern: &str, expect: &str| {
            assert_eq!(translate(pattern).unwrap().pattern, expect);
        };
        check(r"^\d+\.\s*$", r"^[0-9]+\.[\t\n\x0C\r ]*$");
        check(r"a{,2}{x", r"a\{,2\}\{x");
        check(r"[]a-]", r"[\]a\-]");
        check(r"[[a&&b]", r"[\[a\&\&b]");
        check(r"[^\d\W]", r"[^0-9[^0-9A-Za-z_]]");
        check(r"\Qa.b\E+", r"a\.b+");
        check(r"\x41\x{e9}\101", "AéA");
        check(r"\pL\PN\p{^Greek}", r"\p{L}\P{N}\P{Greek}");
        check(r"a<b>", "a<b>");
    }
}
