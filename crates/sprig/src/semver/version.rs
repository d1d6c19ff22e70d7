//! A text into a version: `1`, `v1.2`, `1.2.3-rc.1+build.5`; and the order of versions.

use std::cmp::Ordering;
use std::fmt;

use super::text::{identifiers, skip_while};

/// The longest text that is read as a version.
pub const MAX_LENGTH: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    /// Without its `-`; empty for a release.
    pub prerelease: String,
    /// Without its `+`; never compared.
    pub metadata: String,
    /// The text that was parsed.
    pub original: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    #[error("invalid semantic version")]
    Invalid,
    #[error("version string empty")]
    Empty,
    #[error("version string is too long (max {MAX_LENGTH} bytes)")]
    TooLong,
    #[error("invalid characters in version")]
    InvalidCharacters,
    #[error("version segment starts with 0")]
    LeadingZero,
    #[error("invalid prerelease string")]
    InvalidPrerelease,
    #[error("invalid metadata string")]
    InvalidMetadata,
    #[error(
        "error parsing version segment: strconv.ParseUint: parsing \"{0}\": value out of range"
    )]
    OutOfRange(String),
}

impl Version {
    /// Reads leniently: a leading `v`, missing minor and patch, and leading zeros are accepted.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_LENGTH {
            return Err(VersionError::TooLong);
        }
        let bytes = text.as_bytes();
        let start = usize::from(bytes.first() == Some(&b'v'));
        let mut at = skip_while(bytes, start, |byte| byte.is_ascii_digit());
        if at == start {
            return Err(VersionError::Invalid);
        }
        let mut numbers = vec![&text[start..at]];
        while numbers.len() < 3 && bytes.get(at) == Some(&b'.') {
            let end = skip_while(bytes, at + 1, |byte| byte.is_ascii_digit());
            if end == at + 1 {
                break;
            }
            numbers.push(&text[at + 1..end]);
            at = end;
        }
        let (prerelease, at) = identifiers(bytes, at, b'-');
        let (metadata, at) = identifiers(bytes, at, b'+');
        if at != text.len() {
            return Err(VersionError::Invalid);
        }
        let number = |index: usize| numbers.get(index).map_or(Ok(0), |digits| integer(digits));
        let version = Self {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            prerelease: text[prerelease].to_owned(),
            metadata: text[metadata].to_owned(),
            original: text.to_owned(),
        };
        if version.prerelease.split('.').any(has_leading_zero) {
            return Err(VersionError::LeadingZero);
        }
        Ok(version)
    }

    /// Reads by the letter of the specification: three numbers, no `v`, no leading zeros.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(a, b)| (a, Some(b)));
        let (patch, prerelease) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
        if let Some(metadata) = metadata {
            check_identifiers(metadata, VersionError::InvalidMetadata)?;
        }
        if let Some(prerelease) = prerelease {
            check_identifiers(prerelease, VersionError::InvalidPrerelease)?;
            if prerelease.split('.').any(has_leading_zero) {
                return Err(VersionError::LeadingZero);
            }
        }
        for part in [major, minor, patch] {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError::InvalidCharacters);
            }
            if has_leading_zero(part) {
                return Err(VersionError::LeadingZero);
            }
        }
        if [major, minor, patch].contains(&"") {
            return Err(VersionError::Invalid);
        }
        Ok(Self {
            major: integer(major)?,
            minor: integer(minor)?,
            patch: integer(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The precedence of two versions: numbers, then prerelease (none is the greatest); metadata does not count.
    pub fn precedence(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => prerelease_order(&self.prerelease, &other.prerelease),
            })
    }

    /// The same version with other parts behind the numbers; `original` keeps a leading `v`.
    pub fn with_parts(&self, numbers: (u64, u64, u64), prerelease: &str, metadata: &str) -> Self {
        let (major, minor, patch) = numbers;
        let mut version = Self {
            major,
            minor,
            patch,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: String::new(),
        };
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        version.original = format!("{prefix}{version}");
        version
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(formatter, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(formatter, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// The order of two prerelease strings, part by part; a missing part counts as the least.
pub(super) fn prerelease_order(left: &str, right: &str) -> Ordering {
    let mut left = left.split('.');
    let mut right = right.split('.');
    loop {
        let (one, other) = (left.next(), right.next());
        if one.is_none() && other.is_none() {
            return Ordering::Equal;
        }
        let order = part_order(one.unwrap_or_default(), other.unwrap_or_default());
        if order.is_ne() {
            return order;
        }
    }
}

/// Numbers by value and before words, words by their bytes.
fn part_order(left: &str, right: &str) -> Ordering {
    if left.is_empty() || right.is_empty() {
        return left.len().min(1).cmp(&right.len().min(1));
    }
    match (unsigned(left), unsigned(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}

/// Go's `strconv.ParseUint`: digits only, unlike Rust's `parse`, which takes a plus sign.
fn unsigned(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn integer(digits: &str) -> Result<u64, VersionError> {
    digits.parse().map_err(|_| VersionError::OutOfRange(digits.to_owned()))
}

pub(super) fn has_leading_zero(part: &str) -> bool {
    part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn check_identifiers(text: &str, error: VersionError) -> Result<(), VersionError> {
    let valid = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if text.split('.').all(valid) { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_leniently() {
        let check = |text: &str, expect: &str| {
            let shown = Version::parse(text)
                .map_or_else(|error| error.to_string(), |version| version.to_string());
            assert_eq!(shown, expect, "{text}");
        };
        check("1", "1.0.0");
        check("v1.2", "1.2.0");
        check("01.02.03", "1.2.3");
        check("1.2.3-rc.1+b.5", "1.2.3-rc.1+b.5");
        check("1-alpha", "1.0.0-alpha");
        check("v1.29.3-eks-a1b2", "1.29.3-eks-a1b2");
        check("1.2.3-01", "version segment starts with 0");
        check("V1", "invalid semantic version");
        check("1.2.3.4", "invalid semantic version");
        check("1.2.3-", "invalid semantic version");
        check("", "invalid semantic version");
        check(" 1", "invalid semantic version");
        check("1.é", "invalid semantic version");
        check(
            "99999999999999999999",
            "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
        );
        check(&"1".repeat(257), "version string is too long (max 256 bytes)");
    }

    #[test]
    fn strict_versions_have_three_numbers() {
        let check = |text: &str, expect: Option<VersionError>| {
            assert_eq!(Version::parse_strict(text).err(), expect, "{text}");
        };
        check("1.2.3", None);
        check("1.2.3-a.b+c", None);
        check("", Some(VersionError::Empty));
        check("1.2", Some(VersionError::Invalid));
        check("v1.2.3", Some(VersionError::InvalidCharacters));
        check("1.02.3", Some(VersionError::LeadingZero));
        check("1.2.3-01", Some(VersionError::LeadingZero));
        check("1.2.3-a..b", Some(VersionError::InvalidPrerelease));
        check("1.2.3+", Some(VersionError::InvalidMetadata));
    }

    #[test]
    fn versions_are_ordered_by_the_specification() {
        let ordered = [
            "1.0.0-1",
            "1.0.0-1.1",
            "1.0.0-99",
            "1.0.0-103",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.10.0",
            "2.0.0",
        ];
        let versions: Vec<_> =
            ordered.iter().map(|text| Version::parse(text).expect("valid")).collect();
        for pair in versions.windows(2) {
            assert_eq!(pair[0].precedence(&pair[1]), Ordering::Less, "{} {}", pair[0], pair[1]);
            assert_eq!(pair[1].precedence(&pair[0]), Ordering::Greater);
        }
    }
}
