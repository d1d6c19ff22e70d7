//! In which style a text is written: plain where nothing forbids it, else quoted or as a literal block.

use super::Dialect;
use crate::yaml::resolve::{Resolved, resolve};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// What a text allows, as libyaml's emitter finds it out.
pub(super) struct Allowed {
    plain: bool,
    single_quoted: bool,
    literal: bool,
    /// Holds a line break of any kind.
    pub(super) multiline: bool,
}

/// `key`: as a key on one line.
pub(super) fn choose(text: &str, allowed: &Allowed, key: bool, dialect: Dialect) -> Style {
    let wanted = if text.contains('\n') {
        Style::Literal
    } else if means_itself(text, dialect) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    match wanted {
        _ if key && allowed.multiline => Style::DoubleQuoted,
        Style::Plain if allowed.plain => Style::Plain,
        Style::Plain if allowed.single_quoted => Style::SingleQuoted,
        Style::Literal if allowed.literal && !key => Style::Literal,
        _ => Style::DoubleQuoted,
    }
}

/// True where the text without quotes would be read as that text, also by readers of YAML 1.1.
fn means_itself(text: &str, dialect: Dialect) -> bool {
    let newer_octal = dialect == Dialect::Pretty && is_signed_octal(text);
    resolve(text) == Resolved::Text && !is_base_60(text) && !newer_octal
}

/// `0o-7`, which the newer go-yaml takes for a number.
fn is_signed_octal(text: &str) -> bool {
    let plain = text.replace('_', "");
    plain.strip_prefix("0o").is_some_and(|digits| i64::from_str_radix(digits, 8).is_ok())
}

/// `1:30`, which YAML 1.1 takes for a number.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let Some((whole, rest)) = unsigned.split_once(':') else { return false };
    let (sixtieths, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let sixtieth = |part: &str| match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [b'0'..=b'5', ones] => ones.is_ascii_digit(),
        _ => false,
    };
    whole.starts_with(|first: char| first.is_ascii_digit())
        && digits(whole)
        && sixtieths.split(':').all(sixtieth)
        && digits(fraction)
}

pub(super) fn analyse(text: &str, dialect: Dialect) -> Allowed {
    if text.is_empty() {
        return Allowed { plain: true, single_quoted: true, literal: false, multiline: false };
    }
    let mut found =
        Found { indicator: text.starts_with("---") || text.starts_with("..."), ..Found::default() };
    let mut characters = text.chars().peekable();
    let (mut first, mut after_blank, mut after_space, mut after_break) = (true, true, false, false);
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let before_blank = matches!(next, None | Some(' ' | '\t'));
        found.indicator |= match character {
            '#' => after_blank,
            ':' => before_blank,
            '?' | '-' => first && before_blank,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => first,
            _ => false,
        };
        if character == '\t' && dialect == Dialect::Pretty {
            found.tab = true;
        } else {
            found.special |= !is_printable(character);
        }
        let (space, line_break) = (character == ' ', is_break(character));
        let edge = first || next.is_none();
        found.edge |= edge && (space || line_break);
        found.trailing_space |= space && next.is_none();
        found.break_space |= space && after_break;
        found.space_break |= line_break && after_space;
        found.multiline |= line_break;
        (after_space, after_break) = (space, line_break);
        after_blank = space || line_break || matches!(character, '\t' | '\0');
        first = false;
    }
    found.allowed()
}

/// What stands in a text that some styles cannot carry.
#[derive(Default)]
struct Found {
    /// A character that means something where it stands.
    indicator: bool,
    /// A character that only an escape can show.
    special: bool,
    tab: bool,
    multiline: bool,
    /// A space or break at the beginning or end.
    edge: bool,
    trailing_space: bool,
    break_space: bool,
    space_break: bool,
}

impl Found {
    fn allowed(&self) -> Allowed {
        let quotable = !self.break_space && !self.space_break && !self.special && !self.tab;
        Allowed {
            plain: quotable && !self.edge && !self.multiline && !self.indicator,
            single_quoted: quotable,
            literal: !self.trailing_space && !self.space_break && !self.special,
            multiline: self.multiline,
        }
    }
}

pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// go-yaml escapes everything beyond the basic plane.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' if character != '\u{feff}')
}
