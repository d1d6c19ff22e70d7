//! `semver("1.10.0-rc.1")`: a version that compares by precedence and gives its parts.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Object, ObjectRepr};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    numbers: [u64; 3],
    /// Behind `-`: `rc.1`; empty for a release.
    before: String,
    /// Behind `+`; counts for nothing.
    build: String,
}

impl Version {
    /// Reads `1.2.3`, `v1.2.3-rc.1+build`; minor and patch may be missing.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (core, before) = text.split_once('-').unwrap_or((text, ""));
        let mut numbers = [0; 3];
        for (index, part) in core.split('.').enumerate() {
            let number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse())?;
            *numbers.get_mut(index)? = number.ok()?;
        }
        Some(Self { numbers, before: before.to_owned(), build: build.to_owned() })
    }
}

/// Precedence as semver.org defines it.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let released = self.before.is_empty().cmp(&other.before.is_empty());
        self.numbers.cmp(&other.numbers).then(released).then_with(|| {
            let (mut mine, mut theirs) = (self.before.split('.'), other.before.split('.'));
            loop {
                match (mine.next(), theirs.next()) {
                    (None, None) => return Ordering::Equal,
                    (None, Some(_)) => return Ordering::Less,
                    (Some(_), None) => return Ordering::Greater,
                    (Some(mine), Some(theirs)) => match part(mine).cmp(&part(theirs)) {
                        Ordering::Equal => {}
                        unequal => return unequal,
                    },
                }
            }
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers come before words, and compare as numbers.
fn part(text: &str) -> (bool, u64, &str) {
    match text.parse() {
        Ok(number) => (false, number, ""),
        Err(_) => (true, 0, text),
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}")?;
        for (sign, part) in [("-", &self.before), ("+", &self.build)] {
            if !part.is_empty() {
                write!(formatter, "{sign}{part}")?;
            }
        }
        Ok(())
    }
}

impl Object for Version {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "major" => Some(Value::from(self.numbers[0])),
            "minor" => Some(Value::from(self.numbers[1])),
            "patch" => Some(Value::from(self.numbers[2])),
            "prerelease" => Some(Value::from(self.before.as_str())),
            "build" => Some(Value::from(self.build.as_str())),
            _ => None,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some((**self).cmp(other.downcast_ref::<Self>()?))
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_that_of_semver() {
        let ascending = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0",
            "v1.9.0",
            "1.10.0+build",
        ];
        for pair in ascending.windows(2) {
            let [lower, higher] = pair else { continue };
            assert!(Version::parse(lower) < Version::parse(higher), "{lower} {higher}");
        }
        for bad in ["", "x", "1.2.3.4", "1..2", "-1", "99999999999999999999", "1.+2"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }
}
