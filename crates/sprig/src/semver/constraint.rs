//! A text such as `>=1.2, <2 || ~3.1` into a constraint that versions are checked against.

use std::cmp::Ordering;

use super::text::{identifiers, quote, skip_space, skip_while};
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
    let improper = || ConstraintError::Improper(quote(text));
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
    let mut numbers = vec![first..at];
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What the upstream library answers for each of these versions, in their order, one digit each.
    const VERSIONS: &str = "0.0.0 0.0.3 0.0.4 0.2.3 0.2.9 0.3.0 1.0.0 1.1.9 1.2.0 1.2.3 1.2.4 1.3.0 \
        1.4.5 1.4.9 1.5.0 2.0.0 2.1.0 11.0.0 1.2.3-alpha 1.2.3-beta 1.2.3-beta.2 1.2.3-rc.1 1.2.0-beta \
        1.3.0-rc1 1.20.15-gke.100 1.21.0-eks-1 2.0.0-0 0.2.3-x 1.2.3+meta v1.2.3 0.0.0-a";

    const ANSWERS: &[(&str, &str)] = &[
        ("1.2.3", "0000000001000000000000000000110"),
        ("=1.2.3", "0000000001000000000000000000110"),
        ("!=1.2.3", "1111111110111111110000000000000"),
        (">1.2.3", "0000000000111111110000000000000"),
        ("<1.2.3", "1111111110000000000000000000000"),
        (">=1.2.3", "0000000001111111110000000000110"),
        ("=>1.2.3", "0000000001111111110000000000110"),
        ("<=1.2.3", "1111111111000000000000000000110"),
        ("=<1.2.3", "1111111111000000000000000000110"),
        ("~1.2.3", "0000000001100000000000000000110"),
        ("~>1.2.3", "0000000001100000000000000000110"),
        ("^1.2.3", "0000000001111110000000000000110"),
        ("1.2", "0000000011100000000000000000110"),
        ("1", "0000001111111110000000000000110"),
        ("1.x", "0000001111111110000000000000110"),
        ("1.2.x", "0000000011100000000000000000110"),
        ("*", "1111111111111111110000000000110"),
        ("x", "1111111111111111110000000000110"),
        (">1", "0000000000000001110000000000000"),
        (">1.2", "0000000000011111110000000000000"),
        ("<1", "1111110000000000000000000000000"),
        ("<1.2", "1111111100000000000000000000000"),
        ("<=1", "1111111111111110000000000000110"),
        ("<=1.2", "1111111111100000000000000000110"),
        (">=1.2", "0000000011111111110000000000110"),
        ("!=1", "1111110000000001110000000000000"),
        ("!=1.2", "1111111100011111110000000000000"),
        ("!=1.2.x", "1111111100011111110000000000000"),
        ("!=*", "0111111111111111110000000000110"),
        ("~1", "0000001111111110000000000000110"),
        ("~1.2", "0000000011100000000000000000110"),
        ("~0.0.0", "1111111111111111110000000000110"),
        ("~0", "1111110000000000000000000000000"),
        ("^0", "1111110000000000000000000000000"),
        ("^0.0", "1110000000000000000000000000000"),
        ("^0.2", "0001100000000000000000000000000"),
        ("^0.2.3", "0001100000000000000000000000000"),
        ("^0.0.3", "0100000000000000000000000000000"),
        ("^*", "1000000000000000000000000000000"),
        ("~*", "1111111111111111110000000000110"),
        (">*", "0111111111111111110000000000110"),
        ("<=*", "1110000000000000000000000000000"),
        (">=*", "1111111111111111110000000000110"),
        ("<*", "0000000000000000000000000000000"),
        ("1.2 - 1.4", "0000000011111100000000000000110"),
        ("1.2.3 - 1.4.5", "0000000001111000000000000000110"),
        (">=1.2-0", "0000000011111111111111111110110"),
        (">=1.21-0", "0000000000000001110000000110000"),
        ("<1.21-0", "1111111111111110001111111001111"),
        (">=1.2.3-0 <2", "0000000001111110001111011110110"),
        (">1.2.3-alpha", "0000000001111111110111011110110"),
        ("^1.2.3-beta", "0000000001111110000111011100110"),
        ("~1.2.3-beta.2", "0000000001100000000011000000110"),
        ("!=1.2.x-beta", "1111111111111111111011011111111"),
        ("!=1.2-beta", "1111111111111111111011011111111"),
        ("1.2-beta", "0000000011100000001111100000110"),
        (">=1.1, <2", "0000000111111110000000000000110"),
        (">=1.1 <2, !=1.2.3", "0000000110111110000000000000000"),
        ("v1.2.3", "0000000001000000000000000000110"),
        (">=v1.2", "0000000011111111110000000000110"),
        ("^v1", "0000001111111110000000000000110"),
        (">= 1.2.3 , < 1.5", "0000000001111100000000000000110"),
        ("01.2.3", "0000000001000000000000000000110"),
        ("1.2.3+meta", "0000000001000000000000000000110"),
        ("=1.2.3-rc.1", "0000000000000000000001000000000"),
        (">=1.2.3-rc.1", "0000000001111111110001011110110"),
        ("x.2.3", "1111111111111111110000000000110"),
        ("1.x.3", "0000001111111110000000000000110"),
        ("1.x-0", "0000001111111110001111111100110"),
        ("*-0", "1111111111111111111111111111111"),
        (">=1.20.0-0", "0000000000000001110000001110000"),
        ("1.0 || 1.2.3", "0000001001000000000000000000110"),
        ("<1 || >=1.2", "1111110011111111110000000000110"),
        ("<1||>2||1.2.3", "1111110001000000010000000000110"),
        ("1.2 - 1.4 || 2", "0000000011111101100000000000110"),
        ("vx", "1111111111111111110000000000110"),
        ("1.0.0 2.0.0", "0000000000000000000000000000000"),
        ("1.2.3 \t", "0000000001000000000000000000110"),
        ("1.2 - 1.4 1.3 - 1.5", "0000000000011100000000000000000"),
        ("1 - 1 1 - 1", "0000001111111110000000000000110"),
    ];

    #[test]
    fn constraints_choose_the_same_versions_as_upstream() {
        for (constraint, expect) in ANSWERS {
            let parsed = Constraint::parse(constraint).expect(constraint);
            let answers: String = VERSIONS
                .split_whitespace()
                .map(|text| parsed.check(&Version::parse(text).expect(text)))
                .map(|holds| if holds { '1' } else { '0' })
                .collect();
            assert_eq!(answers, *expect, "{constraint}");
        }
    }

    #[test]
    fn bad_constraints_are_refused_in_the_words_of_upstream() {
        let check = |constraint: &str, expect: &str| {
            let error = Constraint::parse(constraint).expect_err(constraint);
            assert_eq!(error.to_string(), expect, "{constraint:?}");
        };
        check("", "improper constraint: \"\"");
        check("  ", "improper constraint: \"  \"");
        check(">", "improper constraint: \">\"");
        check("1.2,,1.3", "improper constraint: \"1.2,,1.3\"");
        check(", 1", "improper constraint: \", 1\"");
        check("1,", "improper constraint: \"1,\"");
        check("1 ||", "improper constraint: \"\"");
        check("||", "improper constraint: \"\"");
        check("1.2>3", "improper constraint: \"1.2>3\"");
        check(">=1.2 - 1.4", "improper constraint: \">=>= 1.2, <= 1.4 \"");
        check("foo", "improper constraint: \"foo\"");
        check("1.2.3.4", "improper constraint: \"1.2.3.4\"");
        check("1|2", "constraint parser error");
        check("1x", "constraint parser error");
        check(">==1", "improper constraint: \">==1\"");
        check("= =1", "improper constraint: \"= =1\"");
        check("1.2 -1.4", "improper constraint: \"1.2 -1.4\"");
        check("1.2- 1.4", "improper constraint: \"1.2- 1.4\"");
        check("a\"b\n", "improper constraint: \"a\\\"b\\n\"");
        check("é", "improper constraint: \"é\"");
        check("99999999999999999999", "constraint parser error");
        check("1 - 2 - 3", "improper constraint: \">= 1, <= 2 - 3\"");
        check("1.2.3-", "improper constraint: \"1.2.3-\"");
        check("1.2.3-01", "constraint parser error");
        check("> = 1", "improper constraint: \"> = 1\"");
        check("!1", "improper constraint: \"!1\"");
        check("~>=1", "improper constraint: \"~>=1\"");
        check("^~1", "improper constraint: \"^~1\"");
        check("v", "improper constraint: \"v\"");
        check("1.2.3\u{a0}", "improper constraint: \"1.2.3\\u00a0\"");
        check(&"1".repeat(513), "constraint string is too long (max 512 bytes)");
        check(&"1||".repeat(33), "too many constraint groups (max 32)");
    }
}
