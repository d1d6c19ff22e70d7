//! The versions of a chart: the tags of its repository that are versions.

use std::collections::BTreeSet;

use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde::Deserialize;
use sprig::semver::Version;

use super::Error;
use super::registry::{Action, Ask, Registry};
use crate::{Access, Session};

/// Ten times what the largest public repositories have, so that no registry keeps us forever.
const PAGES: usize = 1_000;
const TAGS: usize = 200_000;
const LARGEST_PAGE: usize = 16 << 20;

#[derive(Deserialize)]
struct Page {
    /// Null where there are none.
    tags: Option<Vec<String>>,
}

/// All versions at an address `HOST[:PORT]/PATH/CHART`, newest first; other tags are left out. As Helm reads them: strictly,
/// with `_` for `+` (pkg/registry/client.go, Tags).
pub async fn versions(
    session: &Session,
    address: &str,
    access: &Access,
) -> Result<Vec<String>, Error> {
    let what = format!("list of versions of `oci://{address}`");
    let registry = Registry::of(session, address, access, &what)?;
    let mut url = registry.url("tags/list");
    let mut tags = BTreeSet::new();
    for _ in 0..PAGES {
        let ask = Ask {
            method: Method::GET,
            url: url.clone(),
            headers: HeaderMap::new(),
            body: None,
            action: Action::Pull,
            what: &what,
        };
        let (headers, body) = registry.get(ask, LARGEST_PAGE, |_| {}).await?;
        let page: Page = serde_json::from_slice(&body)
            .map_err(|_| registry.lie("its list of tags is none".to_owned()))?;
        tags.extend(page.tags.unwrap_or_default());
        if tags.len() > TAGS {
            return Err(registry.lie(format!("it lists more than {TAGS} tags")));
        }
        match next(&headers) {
            None => return Ok(newest_first(&tags)),
            Some(link) => url = following(&registry, &url, link)?,
        }
    }
    Err(registry.lie(format!("its list of tags has more than {PAGES} pages")))
}

/// The page that a list goes on with, on the same server.
fn following(registry: &Registry<'_>, url: &Url, link: &str) -> Result<Url, Error> {
    let next = registry.resolve(url, link)?;
    if registry.is_own(&next) && next != *url {
        return Ok(next);
    }
    Err(registry.lie("its list of tags goes on somewhere else".to_owned()))
}

/// The target of `Link: <…>; rel="next"` (RFC 8288).
fn next(headers: &HeaderMap) -> Option<&str> {
    headers.get_all("link").iter().find_map(|value| {
        let (target, parameters) =
            value.to_str().ok()?.trim().strip_prefix('<')?.split_once('>')?;
        parameters.replace('"', "").contains("rel=next").then_some(target)
    })
}

fn newest_first(tags: &BTreeSet<String>) -> Vec<String> {
    let version = |tag: &String| {
        let text = tag.replace('_', "+");
        Version::parse_strict(&text).ok().map(|version| (version, text))
    };
    let mut versions: Vec<(Version, String)> = tags.iter().filter_map(version).collect();
    versions.sort_by(|one, other| other.0.precedence(&one.0).then_with(|| other.1.cmp(&one.1)));
    versions.into_iter().map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_are_versions_come_newest_first() {
        let tags = [
            "1.9.0",
            "1.10.0",
            "latest",
            "2.0.0-rc.1",
            "1.10.0_build.2",
            "v1.0.0",
            "1.0",
            "sha256-00.sig",
        ];
        let tags = tags.map(str::to_owned).into();
        assert_eq!(newest_first(&tags), ["2.0.0-rc.1", "1.10.0+build.2", "1.10.0", "1.9.0"]);
    }

    #[test]
    fn the_next_page() {
        let check = |header: &str, expect| {
            let headers =
                HeaderMap::from_iter([("link".parse().unwrap(), header.parse().unwrap())]);
            assert_eq!(next(&headers), expect, "{header}");
        };
        check("</v2/a/tags/list?last=b&n=2>; rel=\"next\"", Some("/v2/a/tags/list?last=b&n=2"));
        check("</x>;rel=next", Some("/x"));
        check("</x>; rel=prev", None);
        check("", None);
    }
}
