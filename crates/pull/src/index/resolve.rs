//! Addresses in an index, made absolute as Helm's `repo.ResolveReferenceURL` does.

use reqwest::Url;

use super::{Error, Offer};
use crate::http;
use crate::index::listing::Entry;

/// The file that a repository's address stands for.
pub(super) fn index(repository: &str) -> Result<Url, Error> {
    let base = http::address(repository)?;
    join(&base, "index.yaml")
}

/// An entry with addresses that can be asked.
pub(super) fn offer(repository: &str, entry: Entry) -> Result<Offer, Error> {
    let base = http::address(repository)?;
    let resolved = |url: &String| join(&base, url).map(String::from);
    let urls = entry.urls.iter().map(resolved).collect::<Result<_, _>>()?;
    let Entry { version, digest, deprecated, app_version, description, .. } = entry;
    let digest = digest.and_then(|digest| digest.parse().ok());
    Ok(Offer { version, urls, digest, deprecated, app_version, description })
}

/// What is not absolute lies below the repository, whose query goes along and replaces its own.
fn join(base: &Url, reference: &str) -> Result<Url, Error> {
    let invalid = |reason: String| Error::Archive { archive: http::plain(reference), reason };
    if has_scheme(reference) {
        return Ok(http::address(reference)?);
    }
    let mut folder = base.clone();
    folder.set_path(&format!("{}/", base.path().trim_end_matches('/')));
    let mut url = folder.join(reference).map_err(|error| invalid(error.to_string()))?;
    url.set_query(base.query());
    Ok(http::address(url.as_str())?)
}

fn has_scheme(reference: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.bytes().all(fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_helm_resolves_them() {
        let check = |base: &str, reference: &str, expect: &str| {
            let url = join(&base.parse().unwrap(), reference);
            let url = url.map(String::from).unwrap_or_else(|error| error.to_string());
            assert_eq!(url, expect, "{base} {reference}");
        };
        check("https://h/charts", "a.tgz", "https://h/charts/a.tgz");
        check("https://h/charts/", "deep/a.tgz", "https://h/charts/deep/a.tgz");
        check("https://h/charts", "/a.tgz", "https://h/a.tgz");
        check("https://h/charts", "../a.tgz", "https://h/a.tgz");
        check("https://h/charts", "https://cdn/a.tgz?x=1", "https://cdn/a.tgz?x=1");
        check("https://h/charts", "//cdn/a.tgz", "https://cdn/a.tgz");
        check("https://h/charts?token=t", "a.tgz", "https://h/charts/a.tgz?token=t");
        check("https://h/charts?token=t", "a.tgz?x=1", "https://h/charts/a.tgz?token=t");
        check("https://h", "index.yaml", "https://h/index.yaml");
        check("https://h/charts", "https://u:p@cdn/a.tgz", "https://cdn/a.tgz");
        check(
            "https://h",
            "file:///etc/passwd",
            "cannot fetch the index of the repository: `file:///etc/passwd` is no address to fetch from: only http and https are spoken here",
        );
    }
}
