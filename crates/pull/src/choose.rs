//! Which of the versions that there are is meant, by the rules of Helm's index and of Masterminds/semver.

use std::cmp::Ordering;

use sprig::semver::{Constraint, Version};

use crate::Narrowed;

/// A range that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a version nor a range of versions")]
pub struct InvalidRange(String);

/// The position of the version that is meant: the very one where the text names it (also one with `+build`), else the
/// newest that fits (Helm's `IndexFile.Get`). Without a range the newest stable one; a pre-release only where the range
/// names one. Versions that are none are passed over.
pub(crate) fn newest<'a>(
    narrowed: &Narrowed,
    versions: impl Iterator<Item = &'a str> + Clone,
) -> Result<Option<usize>, InvalidRange> {
    let range = match narrowed {
        Narrowed::Newest => "*",
        Narrowed::Range(range) => range.as_str(),
        Narrowed::Digest(_) | Narrowed::Reference(_) => return Ok(None),
    };
    if let Some(position) = versions.clone().position(|version| version == range) {
        return Ok(Some(position));
    }
    let constraint = constraint(range)?;
    let mut newest: Option<(usize, Version)> = None;
    for (position, text) in versions.enumerate() {
        let Ok(version) = Version::parse(text) else { continue };
        let is_newer =
            newest.as_ref().is_none_or(|(_, found)| version.precedence(found) == Ordering::Greater);
        if is_newer && constraint.check(&version) {
            newest = Some((position, version));
        }
    }
    Ok(newest.map(|(position, _)| position))
}

/// Whether a version fits; what is no version fits nothing but itself.
pub fn fits(range: &str, version: &str) -> Result<bool, InvalidRange> {
    if range == version {
        return Ok(true);
    }
    let constraint = constraint(if range.is_empty() { "*" } else { range })?;
    Ok(Version::parse(version).is_ok_and(|version| constraint.check(&version)))
}

fn constraint(range: &str) -> Result<Constraint, InvalidRange> {
    Constraint::parse(range).map_err(|_| InvalidRange(range.escape_debug().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSIONS: [&str; 8] =
        ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "nightly", "0.9.0+build.1", "v1.3.0", "1.2.0+b"];

    #[track_caller]
    fn check(range: &str, expect: Option<&str>) {
        let narrowed = match range {
            "" => Narrowed::Newest,
            range => Narrowed::Range(range.to_owned()),
        };
        let found = newest(&narrowed, VERSIONS.into_iter()).unwrap();
        assert_eq!(found.map(|position| VERSIONS[position]), expect, "{range}");
    }

    #[test]
    fn the_newest_that_fits() {
        check("", Some("1.10.0"));
        check("~1.2", Some("1.2.0"));
        check("^1.0", Some("1.10.0"));
        check("1.x", Some("1.10.0"));
        check(">=1.0, <1.3", Some("1.2.0"));
        check("v1.3.0", Some("v1.3.0"));
        check("1.3.0", Some("v1.3.0"));
        check("0.9.0+build.1", Some("0.9.0+build.1"));
        check("1.2.0+b", Some("1.2.0+b"));
        check("^3", None);
        check("nightly", Some("nightly"));
    }

    #[test]
    fn prereleases_only_where_the_range_names_one() {
        check("^2", None);
        check("^2.0.0-0", Some("2.0.0-rc.1"));
        check("2.0.0-rc.1", Some("2.0.0-rc.1"));
    }

    #[test]
    fn what_is_no_range_is_said() {
        let narrowed = Narrowed::Range("one".to_owned());
        let error = newest(&narrowed, ["1.0.0"].into_iter()).unwrap_err();
        assert_eq!(error.to_string(), "`one` is neither a version nor a range of versions");
    }
}
