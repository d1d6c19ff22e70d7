//! Addresses in an index, made absolute as Helm's `repo.ResolveReferenceURL` does.

use reqwest::Url;

use super::Offer;
use crate::http;
use crate::index::listing::Entry;

/// The file that a repository's address stands for.
pub(super) fn index(repository: &str) -> Result<Url, http::Error> {
    let base = http::address(repository)?;
    http::address(&join(&base, "index.yaml"))
}

/// An entry with absolute addresses.
pub(super) fn offer(base: &Url, entry: Entry) -> Offer {
    let urls = entry.urls.iter().map(|url| join(base, url)).collect();
    let Entry { version, digest, deprecated, app_version, description, .. } = entry;
    let digest = digest.and_then(|digest| digest.parse().ok());
    Offer { version, urls, digest, deprecated, app_version, description }
}

/// What is not absolute lies below the repository, whose query goes along and replaces its own. What is no address stays
/// what it is: only whoever asks for it fails.
fn join(base: &Url, reference: &str) -> String {
    if has_scheme(reference) {
        // A user in it is the server's and not ours.
        return http::address(reference).map_or_else(|_| reference.to_owned(), String::from);
    }
    let mut folder = base.clone();
    folder.set_path(&format!("{}/", base.path().trim_end_matches('/')));
    let Ok(mut url) = folder.join(reference) else { return reference.to_owned() };
    url.set_query(base.query());
    http::address(url.as_str()).map_or_else(|_| reference.to_owned(), String::from)
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
            assert_eq!(join(&base.parse().unwrap(), reference), expect, "{base} {reference}");
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
        check("https://h", "oci://r/charts/a:1.0.0", "oci://r/charts/a:1.0.0");
        check("https://h", "file:///etc/passwd", "file:///etc/passwd");
        check("https://h", "//[", "//[");
    }
}
