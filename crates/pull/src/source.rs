//! Where a chart comes from, without what narrows its versions: the name by which the lock file knows it.

use std::fmt;

use crate::{Narrowed, shown};

/// The place of a chart and all its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A chart of an HTTP repository; the URL has no `/` at its end.
    Repository { url: String, chart: String },
    /// A repository of an OCI registry: `HOST[:PORT]/PATH/CHART`, without scheme, tag and digest.
    Oci { address: String },
    /// A folder of a git repository: its URL without `git+` and `.` or a path from its root.
    Git { repository: String, path: String },
    /// One archive at a URL.
    Archive { url: String },
}

/// What an address says: a source, and what narrows it if the address says that too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub source: Source,
    pub narrowed: Option<Narrowed>,
}

/// A version beside an address that names another itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address itself says `{said}`, so that the version `{version}` has no effect")]
pub struct SaidTwice {
    said: String,
    version: String,
}

impl Named {
    /// The source and what is asked of it, where a version may stand beside the address; an empty one is none.
    pub fn narrow(self, version: Option<&str>) -> Result<(Source, Narrowed), SaidTwice> {
        let version = version.filter(|version| !version.is_empty());
        let narrowed = match (self.narrowed, version) {
            (Some(said), Some(version)) if said.to_string() != version => {
                return Err(SaidTwice { said: said.to_string(), version: version.to_owned() });
            }
            (Some(said), _) => said,
            (None, Some(version)) => Narrowed::Range(version.to_owned()),
            (None, None) => Narrowed::Newest,
        };
        Ok((self.source, narrowed))
    }
}

/// Why an address names no chart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    #[error("`{0}` is no scheme that charts come by")]
    Scheme(String),
    #[error("the address names no host")]
    NoHost,
    #[error("the address names no chart")]
    NoChart,
    #[error("the address holds a user or password")]
    Credentials,
    #[error("the address holds control characters or blanks")]
    Characters,
    #[error("`{0}` leaves the repository")]
    Outside(String),
    #[error("{0}")]
    Digest(#[from] crate::digest::InvalidDigest),
    #[error("`{0}` is no tag that a registry could hold")]
    Tag(String),
    #[error("`{0}` is no branch, tag or commit")]
    Reference(String),
    #[error("only `ref=` may stand behind `?`, not `{0}`")]
    Query(String),
}

impl Source {
    /// Reads `oci://HOST/PATH/CHART[:VERSION][@sha256:…]`, `git+https://HOST/REPO//PATH[?ref=…]` (also `git+ssh`,
    /// `git+file`, `git+http`) and `https://HOST/…/NAME-VERSION.tgz`. Users and passwords belong to `repositories`: an address
    /// is shown in plans and lock files.
    pub fn parse(address: &str) -> Result<Named, InvalidAddress> {
        if address.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(InvalidAddress::Characters);
        }
        let (scheme, rest) =
            address.split_once("://").ok_or_else(|| InvalidAddress::Scheme(address.to_owned()))?;
        match scheme {
            "oci" => oci(rest),
            "git+https" | "git+http" | "git+ssh" | "git+file" => git(&scheme[4..], rest),
            "https" | "http" => {
                host(rest)?;
                let source = Self::Archive { url: address.to_owned() };
                Ok(Named { source, narrowed: None })
            }
            other => Err(InvalidAddress::Scheme(other.to_owned())),
        }
    }

    /// A chart of a repository of either kind, as `repositories:` and dependencies name it. In a registry a tag or digest may
    /// stand behind its name, as in an address.
    pub fn in_repository(url: &str, chart: &str) -> Result<Named, InvalidAddress> {
        if chart.is_empty() || chart == "." || chart == ".." {
            return Err(InvalidAddress::NoChart);
        }
        let url = url.trim_end_matches('/');
        if let Some(registry) = url.strip_prefix("oci://") {
            return oci(&format!("{registry}/{chart}"));
        }
        if url.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return Err(InvalidAddress::Characters);
        }
        let (scheme, rest) =
            url.split_once("://").ok_or_else(|| InvalidAddress::Scheme(url.to_owned()))?;
        if !matches!(scheme, "https" | "http") {
            return Err(InvalidAddress::Scheme(scheme.to_owned()));
        }
        host(rest)?;
        let source = Self::Repository { url: url.to_owned(), chart: chart.to_owned() };
        Ok(Named { source, narrowed: None })
    }

    /// Whether the source has what is asked for; else, what it does have.
    pub(crate) fn takes(&self, narrowed: &Narrowed) -> Result<(), &'static str> {
        match (self, narrowed) {
            (_, Narrowed::Newest)
            | (
                Self::Repository { .. } | Self::Oci { .. } | Self::Archive { .. },
                Narrowed::Range(_),
            )
            | (Self::Oci { .. }, Narrowed::Digest(_))
            | (Self::Git { .. }, Narrowed::Reference(_)) => Ok(()),
            (Self::Repository { .. }, _) => Err("a repository, which has versions"),
            (Self::Oci { .. }, _) => Err("a registry, which has versions and digests"),
            (Self::Git { .. }, _) => Err("git, which has branches, tags and commits"),
            (Self::Archive { .. }, _) => Err("an archive, which has one version"),
        }
    }

    /// The chart's name as the source says it; what the archive calls itself must be the same in repositories and
    /// registries.
    pub fn chart(&self) -> &str {
        match self {
            Self::Repository { chart, .. } => chart,
            Self::Oci { address } => last(address),
            Self::Git { repository, path } if path == "." => {
                let name = last(repository);
                name.strip_suffix(".git").unwrap_or(name)
            }
            Self::Git { path, .. } => last(path),
            Self::Archive { url } => {
                let name = last(url.split(['?', '#']).next().unwrap_or(url));
                name.strip_suffix(".tgz").or_else(|| name.strip_suffix(".tar.gz")).unwrap_or(name)
            }
        }
    }
}

/// As messages write it: without what a query may hold.
impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository { url, chart } => {
                write!(formatter, "{}/{chart}", url.split(['?', '#']).next().unwrap_or(url))
            }
            Self::Oci { address } => write!(formatter, "oci://{address}"),
            Self::Git { repository, path } if path == "." => write!(formatter, "git+{repository}"),
            Self::Git { repository, path } => write!(formatter, "git+{repository}//{path}"),
            Self::Archive { url } => formatter.write_str(&shown::without_query(url)),
        }
    }
}

fn last(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// The host of what stands behind `://`, if it is one and nobody's name stands before it.
fn host(rest: &str) -> Result<&str, InvalidAddress> {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(InvalidAddress::Credentials);
    }
    if authority.is_empty() { Err(InvalidAddress::NoHost) } else { Ok(authority) }
}

fn oci(rest: &str) -> Result<Named, InvalidAddress> {
    let (rest, digest) = match rest.split_once('@') {
        Some((rest, digest)) if digest.starts_with("sha256:") => (rest, Some(digest.parse()?)),
        Some(_) => return Err(InvalidAddress::Credentials),
        None => (rest, None),
    };
    let host = host(rest)?;
    let path = rest[host.len()..].trim_matches('/');
    let (path, tag) = match path.rsplit_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (path, None),
    };
    let is_part = |part: &str| {
        let fits =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(fits)
    };
    if !path.split('/').all(is_part) {
        return Err(InvalidAddress::NoChart);
    }
    let version =
        tag.map(|tag| version_of_tag(tag).ok_or_else(|| InvalidAddress::Tag(tag.to_owned())));
    let narrowed = match (digest, version.transpose()?) {
        (Some(digest), _) => Some(Narrowed::Digest(digest)),
        (None, Some(version)) => Some(Narrowed::Range(version)),
        (None, None) => None,
    };
    Ok(Named { source: Source::Oci { address: format!("{host}/{path}") }, narrowed })
}

/// Tags hold no `+`, so Helm writes `_`.
fn version_of_tag(tag: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    (!tag.is_empty() && tag.len() <= 128 && tag.bytes().all(fits)).then(|| tag.replace('_', "+"))
}

fn git(scheme: &str, rest: &str) -> Result<Named, InvalidAddress> {
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let narrowed = match query {
        None => None,
        Some(query) => {
            let reference = query
                .strip_prefix("ref=")
                .ok_or_else(|| InvalidAddress::Query(shown::plain(key_of(query))))?;
            if !is_reference(reference) {
                return Err(InvalidAddress::Reference(reference.to_owned()));
            }
            Some(Narrowed::Reference(reference.to_owned()))
        }
    };
    let (repository, path) = rest.split_once("//").unwrap_or((rest, "."));
    let (repository, path) = (repository.trim_end_matches('/'), path.trim_matches('/'));
    let path = if path.is_empty() { "." } else { path };
    let authority = repository.split('/').next().unwrap_or_default();
    match scheme {
        // ssh names its user; a password never.
        "ssh" if authority.split_once('@').is_some_and(|(user, _)| user.contains(':')) => {
            return Err(InvalidAddress::Credentials);
        }
        "ssh" if authority.is_empty() || authority.starts_with('-') => {
            return Err(InvalidAddress::NoHost);
        }
        "ssh" | "file" => {}
        _ => _ = host(repository)?,
    }
    if repository.trim_matches('/').is_empty() {
        return Err(InvalidAddress::NoHost);
    }
    if path.split('/').any(|part| part == ".." || part.is_empty()) {
        return Err(InvalidAddress::Outside(path.to_owned()));
    }
    let source =
        Source::Git { repository: format!("{scheme}://{repository}"), path: path.to_owned() };
    Ok(Named { source, narrowed })
}

/// The first name of a query; what it stands for may be secret.
fn key_of(query: &str) -> &str {
    query.split(['=', '&']).next().unwrap_or(query)
}

/// A name that git can only take as a revision, never as an option or a range (git-check-ref-format).
fn is_reference(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/+".contains(&byte);
    !text.is_empty()
        && !text.starts_with(['-', '/', '.'])
        && !text.contains("..")
        && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// What an address is shown as, what narrows it, and the chart's name.
    #[track_caller]
    fn check(address: &str, expect: Result<(&str, &str, &str), &str>) {
        let named = Source::parse(address).map(|named| {
            let narrowed = named.narrowed.map(|it| it.to_string()).unwrap_or_default();
            (named.source.to_string(), narrowed, named.source.chart().to_owned())
        });
        let expect = expect
            .map(|(source, narrowed, chart)| (source.into(), narrowed.into(), chart.into()))
            .map_err(str::to_owned);
        assert_eq!(named.map_err(|error| error.to_string()), expect, "{address}");
    }

    #[test]
    fn registries() {
        check("oci://r.example.com/charts/api", Ok(("oci://r.example.com/charts/api", "", "api")));
        check("oci://localhost:5000/api:1.2.3", Ok(("oci://localhost:5000/api", "1.2.3", "api")));
        check("oci://r/a/api:1.0.0_build.1", Ok(("oci://r/a/api", "1.0.0+build.1", "api")));
        check(&format!("oci://r/api@{DIGEST}"), Ok(("oci://r/api", DIGEST, "api")));
        check(&format!("oci://r/api:1.0.0@{DIGEST}"), Ok(("oci://r/api", DIGEST, "api")));
        check("oci://r", Err("the address names no chart"));
        check("oci:///api", Err("the address names no host"));
        check("oci://r/../api", Err("the address names no chart"));
        check("oci://r/api:", Err("`` is no tag that a registry could hold"));
        check("oci://ci:secret@r/api", Err("the address holds a user or password"));
    }

    #[test]
    fn git_repositories() {
        let root = "git+https://h.example.com/team/web.git";
        check(root, Ok((root, "", "web")));
        let folder = "git+https://h.example.com/team/charts//stable/api";
        check(folder, Ok((folder, "", "api")));
        check(&format!("{folder}?ref=v1.2"), Ok((folder, "v1.2", "api")));
        let ssh = "git+ssh://git@h.example.com/team/charts//api";
        check(ssh, Ok((ssh, "", "api")));
        check("git+file:///srv/charts//api", Ok(("git+file:///srv/charts//api", "", "api")));
        check("git+https://h/r//../x", Err("`../x` leaves the repository"));
        check(
            "git+https://h/r?ref=--upload-pack=x",
            Err("`--upload-pack=x` is no branch, tag or commit"),
        );
        check("git+https://h/r?depth=1", Err("only `ref=` may stand behind `?`, not `depth`"));
        check("git+https://u:p@h/r", Err("the address holds a user or password"));
        check("git+ssh://-oProxyCommand=x/r", Err("the address names no host"));
        check("git+ext://sh", Err("`git+ext` is no scheme that charts come by"));
    }

    #[test]
    fn archives() {
        let url = "https://h.example.com/charts/api-1.2.3.tgz";
        check(url, Ok((url, "", "api-1.2.3")));
        check("https://h/a.tgz?X-Signature=s#x", Ok(("https://h/a.tgz?…", "", "a")));
        check("https://u:p@h/a.tgz", Err("the address holds a user or password"));
        check("file:///etc/passwd", Err("`file` is no scheme that charts come by"));
        check("https://h/a\n.tgz", Err("the address holds control characters or blanks"));
    }

    #[test]
    fn charts_of_repositories() {
        let source = |url: &str, chart: &str| {
            let named = Source::in_repository(url, chart).map_err(|it| it.to_string())?;
            let narrowed = named.narrowed.map(|it| it.to_string()).unwrap_or_default();
            Ok((named.source.to_string(), narrowed))
        };
        let ok = |source: &str, narrowed: &str| Ok((source.to_owned(), narrowed.to_owned()));
        let refused = |why: &str| Err(why.to_owned());
        assert_eq!(source("https://h/charts/", "api"), ok("https://h/charts/api", ""));
        assert_eq!(source("https://h/charts?token=t", "api"), ok("https://h/charts/api", ""));
        assert_eq!(source("oci://r/charts", "api"), ok("oci://r/charts/api", ""));
        assert_eq!(source("oci://r/charts", "api:1.0_b"), ok("oci://r/charts/api", "1.0+b"));
        let pinned = format!("api:1.0@{DIGEST}");
        assert_eq!(source("oci://r/charts", &pinned), ok("oci://r/charts/api", DIGEST));
        assert_eq!(source("https://h", "."), refused("the address names no chart"));
        let credentials = refused("the address holds a user or password");
        assert_eq!(source("https://u:p@h", "a"), credentials);
        assert_eq!(source("oci://r", "u@h/a"), credentials);
    }

    #[test]
    fn a_version_stands_in_the_address_or_beside_it() {
        let check = |address: &str, version: &str, expect: Result<&str, &str>| {
            let narrowed = Source::parse(address).unwrap().narrow(Some(version));
            let shown = narrowed.map(|it| it.1.to_string()).map_err(|it| it.to_string());
            assert_eq!(shown.as_deref().map_err(String::as_str), expect, "{address} {version}");
        };
        check("oci://r/api", "", Ok("newest"));
        check("oci://r/api", "^1", Ok("^1"));
        check("oci://r/api:1.0.0", "", Ok("1.0.0"));
        check("oci://r/api:1.0.0", "1.0.0", Ok("1.0.0"));
        let twice = "the address itself says `1.0.0`, so that the version `^1` has no effect";
        check("oci://r/api:1.0.0", "^1", Err(twice));
    }
}
