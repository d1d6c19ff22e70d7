//! A text such as `>=1.2, <2 || ~3.1` into a constraint that versions are checked against.

use std::cmp::Ordering;

use gotmpl::quote_go;

use super::text::{identifiers, skip_space, skip_while};
use super::version::{Version, prerelease_order};

/// The longest text that is read as a constraint, and the most alternatives in it.
pub const MAX_LENGTH: usize = 512;
pub const MAX_GROUPS: usize = 32;

/// Alternatives; a version satisfies one if it satisfies all of its ranges.
#[derive(Clone, Debug)]
pub struct Constraint {
    groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    #[error("constraint string is too long (max {MAX_LENGTH} bytes)")]
    TooLong,
    #[error("too many constraint groups (max {MAX_GROUPS})")]
    TooManyGroups,
    #[error("improper constraint: {0}")]
    Improper(String),
    #[error("constraint parser error")]
    Parser,
}

#[derive(Clone, Debug)]
struct Group {
    ranges: Vec<Range>,
    /// One of the ranges names a prerelease: then the whole group accepts prereleases.
    prerelease: bool,
}

#[derive(Clone, Debug)]
struct Range {
    operator: Operator,
    version: Version,
    open: Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// The first number of a range's version that is missing or `x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Nothing,
    Major,
    Minor,
    Patch,
}

/// In the order that a text is tried against them; the longer ones of a common start stand first.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Constraint {
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > MAX_LENGTH {
            return Err(ConstraintError::TooLong);
        }
        let text = rewrite_hyphens(text);
        if text.matches("||").count() >= MAX_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = text.split("||").map(group).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            (version.prerelease.is_empty() || group.prerelease)
                && group.ranges.iter().all(|range| range.contains(version))
        })
    }
}

impl Range {
    fn contains(&self, version: &Version) -> bool {
        let bound = &self.version;
        let order = version.precedence(bound);
        match self.operator {
            Operator::Equal if self.open == Open::Nothing => order.is_eq(),
            Operator::Equal | Operator::Tilde => self.tilde(version, order),
            Operator::NotEqual => self.not_equal(version, order),
            Operator::Greater => match self.open {
                Open::Minor => version.major > bound.major,
                Open::Patch => (version.major, version.minor) > (bound.major, bound.minor),
                Open::Nothing => order.is_gt(),
                Open::Major => version.major > bound.major || order.is_gt(),
            },
            Operator::Less => order.is_lt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::LessOrEqual => match self.open {
                Open::Nothing => order.is_le(),
                Open::Minor => version.major <= bound.major,
                Open::Major | Open::Patch => {
                    (version.major, version.minor) <= (bound.major, bound.minor)
                }
            },
            Operator::Caret => self.caret(version, order),
        }
    }

    /// `~1.2.3` is `>=1.2.3, <1.3`; `~1` is `>=1, <2`; `~0.0.0` and `*` are everything.
    fn tilde(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.version;
        if order.is_lt() {
            return false;
        }
        let zero = (bound.major, bound.minor, bound.patch) == (0, 0, 0);
        if zero && matches!(self.open, Open::Nothing | Open::Major) {
            return true;
        }
        version.major == bound.major && (version.minor == bound.minor || self.open == Open::Minor)
    }

    fn not_equal(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.version;
        if self.open == Open::Nothing {
            return order.is_ne();
        }
        if version.major != bound.major {
            return true;
        }
        match self.open {
            Open::Minor => false,
            _ if version.minor != bound.minor => true,
            Open::Patch => {
                let releases = version.prerelease.is_empty() && bound.prerelease.is_empty();
                !releases && prerelease_order(&version.prerelease, &bound.prerelease).is_ne()
            }
            Open::Nothing | Open::Major => version.patch != bound.patch || order.is_ne(),
        }
    }

    /// `^1.2.3` is `>=1.2.3, <2`; the first number that is not zero may not change.
    fn caret(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.version;
        if order.is_lt() {
            return false;
        }
        if bound.major > 0 || self.open == Open::Minor {
            return version.major == bound.major;
        }
        if version.major > 0 {
            return false;
        }
        if bound.minor > 0 || self.open == Open::Patch {
            return version.minor == bound.minor;
        }
        version.minor == 0 && version.patch == bound.patch
    }
}

/// `1.2 - 1.4` into `>= 1.2, <= 1.4`, wherever it stands.
fn rewrite_hyphens(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut output = text.to_owned();
    let mut at = 0;
    while at < text.len() {
        let Some((low, high, end)) = hyphen_range(bytes, at) else {
            at += 1;
            continue;
        };
        let range = format!(">= {}, <= {} ", &text[low], &text[high]);
        output = output.replacen(&text[at..end], &range, 1);
        at = end;
    }
    output
}

type Span = std::ops::Range<usize>;

/// Two versions around a hyphen that stands between spaces, with the spaces around all of it.
fn hyphen_range(text: &[u8], at: usize) -> Option<(Span, Span, usize)> {
    let low = version_text(text, skip_space(text, at))?;
    let hyphen = skip_space(text, low.end);
    if hyphen == low.end || text.get(hyphen) != Some(&b'-') {
        return None;
    }
    let start = skip_space(text, hyphen + 1);
    if start == hyphen + 1 {
        return None;
    }
    let high = version_text(text, start)?;
    let end = skip_space(text, high.end);
    Some((low.span(), high.span(), end))
}

/// The ranges of one alternative, separated by commas or spaces.
fn group(text: &str) -> Result<Group, ConstraintError> {
    let improper = || ConstraintError::Improper(quote_go(text.as_bytes()));
    let bytes = text.as_bytes();
    let mut ranges = Vec::new();
    let mut at = skip_space(bytes, 0);
    loop {
        let (operator, length) = operator_at(&bytes[at..]);
        let found = version_text(bytes, skip_space(bytes, at + length)).ok_or_else(improper)?;
        ranges.push(range(operator, &found, text)?);
        at = skip_space(bytes, found.end);
        match bytes.get(at) {
            None => break,
            Some(b',') => at = skip_space(bytes, at + 1),
            Some(_) if at > found.end => {}
            Some(_) => return Err(improper()),
        }
    }
    let prerelease = ranges.iter().any(|range| !range.version.prerelease.is_empty());
    Ok(Group { ranges, prerelease })
}

fn operator_at(text: &[u8]) -> (Operator, usize) {
    let found = OPERATORS.iter().find(|(sign, _)| text.starts_with(sign.as_bytes()));
    found.map_or((Operator::Equal, 0), |(sign, operator)| (*operator, sign.len()))
}

/// A version as a constraint writes it, by its pieces; numbers may be `x`, `X` or `*`.
struct VersionText {
    start: usize,
    numbers: Vec<Span>,
    prerelease: Span,
    end: usize,
}

impl VersionText {
    fn span(&self) -> Span {
        self.start..self.end
    }
}

fn version_text(text: &[u8], start: usize) -> Option<VersionText> {
    let first = start + usize::from(text.get(start) == Some(&b'v'));
    let mut at = skip_while(text, first, is_number);
    if at == first {
        return None;
    }
    let mut numbers: Vec<Span> = std::iter::once(first..at).collect();
    while numbers.len() < 3 && text.get(at) == Some(&b'.') {
        let end = skip_while(text, at + 1, is_number);
        if end == at + 1 {
            break;
        }
        numbers.push(at + 1..end);
        at = end;
    }
    let (prerelease, at) = identifiers(text, at, b'-');
    let (_, end) = identifiers(text, at, b'+');
    Some(VersionText { start, numbers, prerelease, end })
}

/// The upstream pattern lets a bar pass among the digits; such a number then fails to parse.
fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'|' | b'x' | b'X' | b'*')
}

fn range(operator: Operator, found: &VersionText, text: &str) -> Result<Range, ConstraintError> {
    let closed = |index: usize| {
        let number = found.numbers.get(index).map(|span| &text[span.clone()]);
        number.filter(|number| !matches!(*number, "x" | "X" | "*"))
    };
    let (numbers, open) = match (closed(0), closed(1), closed(2)) {
        (None, _, _) => ("0.0.0".to_owned(), Open::Major),
        (Some(major), None, _) => (format!("{major}.0.0"), Open::Minor),
        (Some(major), Some(minor), None) => (format!("{major}.{minor}.0"), Open::Patch),
        (Some(_), Some(_), Some(_)) => (text[found.span()].to_owned(), Open::Nothing),
    };
    let version = match open {
        Open::Nothing => numbers,
        _ if found.prerelease.is_empty() => numbers,
        _ => format!("{numbers}-{}", &text[found.prerelease.clone()]),
    };
    let version = Version::parse(&version).map_err(|_| ConstraintError::Parser)?;
    Ok(Range { operator, version, open })
}
