//! Bracket expressions, escapes and named classes of Go's patterns, spelled out for the regex package.

use std::fmt::Write as _;

/// A rune that stands for itself, inside and outside of brackets.
pub(super) fn literal(rune: char, out: &mut String) {
    if rune.is_ascii_punctuation() && !"<>_\"'%/:;=@`!,".contains(rune) {
        out.push('\\');
    }
    out.push(rune);
}

/// What `\d`, `\s`, `\w` stand for: ASCII only, and no vertical tab.
pub(super) fn perl_members(letter: char) -> &'static str {
    match letter {
        'd' => "0-9",
        's' => r"\t\n\x0C\r ",
        _ => "0-9A-Za-z_",
    }
}

/// `[…]`; what follows it is returned.
pub(super) fn bracket<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let unclosed = || format!("missing closing ]: `{text}`");
    let mut rest = &text[1..];
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    while first || !rest.starts_with(']') {
        first = false;
        if rest.is_empty() {
            return Err(unclosed());
        }
        rest = if let Some(after) = posix(rest, out)? {
            after
        } else if let Some(after) = perl(rest, out) {
            after
        } else if rest.starts_with("\\p") || rest.starts_with("\\P") {
            unicode(rest, out)?
        } else {
            range(rest, out).map_err(|error| error.unwrap_or_else(unclosed))?
        };
    }
    out.push(']');
    Ok(&rest[1..])
}

/// `[:alpha:]` and `[:^alpha:]` inside of brackets.
fn posix<'a>(text: &'a str, out: &mut String) -> Result<Option<&'a str>, String> {
    const NAMES: &[&str] = &[
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let Some(inner) = text.strip_prefix("[:") else { return Ok(None) };
    let Some((name, after)) = inner.split_once(":]") else { return Ok(None) };
    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(format!("invalid character class range: `[:{name}:]`"));
    }
    write!(out, "[:{name}:]").expect("writing to a string cannot fail");
    Ok(Some(after))
}

fn perl<'a>(text: &'a str, out: &mut String) -> Option<&'a str> {
    let letter = text.strip_prefix('\\')?.chars().next()?;
    match letter {
        'd' | 's' | 'w' => out.push_str(perl_members(letter)),
        'D' | 'S' | 'W' => {
            let members = perl_members(letter.to_ascii_lowercase());
            write!(out, "[^{members}]").expect("writing to a string cannot fail");
        }
        _ => return None,
    }
    Some(&text[2..])
}

/// One rune or a range of them; none as an error where the text ends too early.
fn range<'a>(text: &'a str, out: &mut String) -> Result<&'a str, Option<String>> {
    let (low, mut rest) = member(text)?;
    literal(low, out);
    if let Some(after) =
        rest.strip_prefix('-').filter(|after| !after.starts_with(']') && !after.is_empty())
    {
        let (high, after) = member(after)?;
        if high < low {
            let range = &text[..text.len() - after.len()];
            return Err(Some(format!("invalid character class range: `{range}`")));
        }
        out.push('-');
        literal(high, out);
        rest = after;
    }
    Ok(rest)
}

fn member(text: &str) -> Result<(char, &str), Option<String>> {
    if text.starts_with('\\') {
        return escaped_rune(text).map_err(Some);
    }
    let rune = text.chars().next().ok_or(None)?;
    Ok((rune, &text[rune.len_utf8()..]))
}

/// `\pL`, `\p{Greek}`, `\p{^Greek}`, `\P…`; names are left to the regex package.
pub(super) fn unicode<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let mut negated = text.starts_with("\\P");
    let inner = &text[2..];
    let (name, after) = match inner.strip_prefix('{') {
        Some(braced) => braced
            .split_once('}')
            .ok_or_else(|| format!("invalid character class range: `{text}`"))?,
        None => {
            let size = inner.chars().next().map_or(0, char::len_utf8);
            inner.split_at(size)
        }
    };
    let plain = name.strip_prefix('^').unwrap_or(name);
    negated ^= plain.len() != name.len();
    let known =
        !plain.is_empty() && plain.chars().all(|rune| rune == '_' || rune.is_ascii_alphanumeric());
    if !known {
        let class = &text[..text.len() - after.len()];
        return Err(format!("invalid character class range: `{class}`"));
    }
    let letter = if negated { 'P' } else { 'p' };
    write!(out, "\\{letter}{{{plain}}}").expect("writing to a string cannot fail");
    Ok(after)
}

/// The rune that an escape stands for: `\n`, `\x41`, `\x{e9}`, `\101`, an escaped sign.
pub(super) fn escaped_rune(text: &str) -> Result<(char, &str), String> {
    let inner = &text[1..];
    let Some(letter) = inner.chars().next() else {
        return Err("trailing backslash at end of expression: ``".to_owned());
    };
    let after = &inner[letter.len_utf8()..];
    let invalid =
        |rest: &str| format!("invalid escape sequence: `{}`", &text[..text.len() - rest.len()]);
    let rune = match letter {
        'a' => '\u{7}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' => return hexadecimal(after).map_err(invalid),
        '0' => return octal(inner).ok_or_else(|| invalid(after)),
        // One digit alone would be a backreference.
        '1'..='7' if after.starts_with(|next| matches!(next, '0'..='7')) => {
            return octal(inner).ok_or_else(|| invalid(after));
        }
        _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => letter,
        _ => return Err(invalid(after)),
    };
    Ok((rune, after))
}

/// Two digits, or any number of them in braces; the error is what follows the part that Go looked at.
fn hexadecimal(text: &str) -> Result<(char, &str), &str> {
    let Some(braced) = text.strip_prefix('{') else {
        let end = text.char_indices().nth(2).map_or(text.len(), |(end, _)| end);
        let (digits, after) = text.split_at(end);
        let rune = (digits.len() == 2).then(|| hexadecimal_rune(digits)).flatten();
        return rune.map(|rune| (rune, after)).ok_or(after);
    };
    let end = braced.find(|digit: char| !digit.is_ascii_hexdigit());
    let Some(end) = end else { return Err("") };
    let last = braced[end..].chars().next().map_or(0, char::len_utf8);
    let after = &braced[end + last..];
    let rune = braced[end..].starts_with('}').then(|| hexadecimal_rune(&braced[..end])).flatten();
    rune.map(|rune| (rune, after)).ok_or(after)
}

fn hexadecimal_rune(digits: &str) -> Option<char> {
    let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| valid)?)
}

fn octal(text: &str) -> Option<(char, &str)> {
    let digits = text.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let rune = char::from_u32(u32::from_str_radix(&text[..digits], 8).ok()?)?;
    Some((rune, &text[digits..]))
}
