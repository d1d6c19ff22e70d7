//! What the manifest says of a chart from afar, as what is asked of `pull`: its source, its version, who we are there.

use std::sync::Arc;

use pull::{Access, ClientCertificate, Login, Named, Secret, Source, Trust, Wanted};
use source::{FileError, Files as _, Problem};
use stack::{ChartRef, Provenance, Release, Repository, Stack, UnusableRepository};

use super::Remote;
use crate::workspace::Workspace;

/// What a release asks for.
pub(super) fn of_release(
    workspace: &Workspace,
    stack: &Stack,
    release: &Release,
    remote: &Remote,
) -> Result<Wanted, Problem> {
    let body = release.body.as_ref();
    let version = body.and_then(|body| body.version.clone());
    let (named, repository) = match &release.chart {
        ChartRef::Repository { repository, chart } => {
            let found = known(Some(stack), repository)?;
            (in_repository(found, chart)?, Some(found))
        }
        ChartRef::Address { url } => {
            let named = Source::parse(url).map_err(|error| bad_address(url, &error))?;
            let repository = match &named.source {
                Source::Oci { address } => {
                    let above = address.rsplit_once('/').map_or("", |(above, _)| above);
                    at_address(Some(stack), &format!("oci://{above}"))?
                }
                _ => None,
            };
            (named, repository)
        }
        ChartRef::Local { path } => {
            (Source::parse(path).map_err(|error| bad_address(path, &error))?, None)
        }
    };
    let provenance = body.map(|body| body.provenance.clone()).unwrap_or_default();
    let below = repository.map(|it| it.provenance.clone()).unwrap_or_default();
    let (source, narrowed) = named.narrow(version.as_deref()).map_err(|error| {
        let message = format!("cannot choose the chart of `{}`: {error}", release.id);
        Problem::error("version-twice", message).help("leave `version` out")
    })?;
    Ok(Wanted {
        access: Arc::new(access(workspace, repository, &source, remote)?),
        trust: trust(workspace, &provenance.or(below))?,
        source,
        narrowed,
        pinned: body.is_none_or(|body| body.pinned),
        by: vec![format!("release `{}`", release.id)],
    })
}

/// What a chart's list of dependencies asks for, at a URL or in a repository of the manifest.
pub(super) fn of_dependency(
    workspace: &Workspace,
    stack: Option<&Stack>,
    (missing, origin): (&pull::dependencies::Missing, &str),
    remote: &Remote,
) -> Result<Wanted, Problem> {
    use pull::dependencies::From;
    let (named, repository) = match &missing.from {
        From::Named(name) => {
            let found = known(stack, name)?;
            (in_repository(found, &missing.name)?, Some(found))
        }
        From::Url(url) => {
            let named = Source::in_repository(url, &missing.name)
                .map_err(|error| bad_address(url, &error))?;
            (named, at_address(stack, url)?)
        }
        From::Folder(path) => {
            let message = format!("the folder `{path}` of `{}` is not at hand", missing.name);
            return Err(Problem::error("missing-dependency", message));
        }
    };
    let provenance = repository.map(|it| it.provenance.clone()).unwrap_or_default();
    let (source, narrowed) = named.narrow(Some(&missing.range)).map_err(|error| {
        let message = format!("cannot choose the dependency `{}`: {error}", missing.name);
        Problem::error("version-twice", message).help("the version of a dependency is chosen in a repository or registry; `file://` or `charts/` has others")
    })?;
    Ok(Wanted {
        access: Arc::new(access(workspace, repository, &source, remote)?),
        trust: trust(workspace, &provenance)?,
        source,
        narrowed,
        pinned: true,
        by: vec![format!("dependency of `{origin}`")],
    })
}

/// A chart of a repository; in one of git its name is the folder.
pub(super) fn in_repository(repository: &Repository, chart: &str) -> Result<Named, Problem> {
    let url = &repository.url;
    let named = if url.starts_with("git+") {
        let (url, query) = match url.split_once('?') {
            Some((url, query)) => (url, format!("?{query}")),
            None => (url.as_str(), String::new()),
        };
        let scheme = url.find("://").map_or(0, |at| at + 3);
        let separator = if url[scheme..].contains("//") { "/" } else { "//" };
        Source::parse(&format!("{url}{separator}{chart}{query}"))
    } else {
        Source::in_repository(url, chart)
    };
    named.map_err(|error| bad_address(&format!("{url}/{chart}"), &error))
}

pub(super) fn access(
    workspace: &Workspace,
    repository: Option<&Repository>,
    source: &Source,
    remote: &Remote,
) -> Result<Access, Problem> {
    let nobody = Repository::default();
    let repository = repository.unwrap_or(&nobody);
    let file =
        |path: &Option<String>| path.as_deref().map(|path| file(workspace, path)).transpose();
    let login = match (&repository.username, &repository.password, &repository.token) {
        (Some(username), Some(password), _) => Some(Login::Basic {
            username: username.clone(),
            password: Secret::new(password.as_str()),
        }),
        (_, _, Some(token)) => Some(Login::Bearer { token: Secret::new(token.as_str()) }),
        _ => remote.kept_login(source)?,
    };
    let certificate = match (file(&repository.cert_file)?, file(&repository.key_file)?) {
        (Some(certificate), Some(key)) => {
            let key = Secret::new(String::from_utf8_lossy(&key));
            Some(ClientCertificate { certificate, key })
        }
        _ => None,
    };
    Ok(Access {
        login,
        ca: file(&repository.ca_file)?,
        certificate,
        pass_credentials: repository.pass_credentials,
        plain_http: repository.plain_http,
        skip_tls_verify: repository.skip_tls_verify,
    })
}

pub(super) fn trust(workspace: &Workspace, provenance: &Provenance) -> Result<Trust, Problem> {
    let file =
        |path: &Option<String>| path.as_deref().map(|path| file(workspace, path)).transpose();
    Ok(Trust {
        keyring: file(&provenance.keyring)?.map(Arc::from),
        cosign_key: file(&provenance.cosign_key)?
            .map(|bytes| Arc::from(String::from_utf8_lossy(&bytes).as_ref())),
    })
}

fn file(workspace: &Workspace, path: &str) -> Result<Vec<u8>, Problem> {
    workspace.disk.read(path).map_err(|error| {
        let why = match error {
            FileError::Missing => "it does not exist".to_owned(),
            FileError::Outside => "it is outside the repository".to_owned(),
            FileError::Unreadable(why) => why,
        };
        Problem::error("missing-file", format!("cannot read `{path}`: {why}"))
            .help("a repository or `provenance` names it")
    })
}

/// The manifest may say who we are at an address, and whose signature counts there.
fn at_address<'a>(stack: Option<&'a Stack>, url: &str) -> Result<Option<&'a Repository>, Problem> {
    let Some(stack) = stack else { return Ok(None) };
    let is_same = |other: &str| other.trim_end_matches('/') == url.trim_end_matches('/');
    if let Some(found) = stack.repositories.values().find(|it| is_same(&it.url)) {
        return Ok(Some(found));
    }
    let may_be =
        |it: &UnusableRepository| it.url.as_deref().map_or(it.asks_for_signatures, is_same);
    match stack.unusable_repositories.iter().find(|(_, it)| may_be(it)) {
        Some((name, it)) => Err(unusable_repository(name, it)),
        None => Ok(None),
    }
}

/// A repository by the name that the manifest has for it.
fn known<'a>(stack: Option<&'a Stack>, name: &str) -> Result<&'a Repository, Problem> {
    let Some(stack) = stack else {
        let message = format!("without a manifest nobody knows the repository `{name}`");
        return Err(Problem::error("unknown-repository", message)
            .help("name it by its URL, or lay the dependency into `charts/`"));
    };
    let unknown = || match stack.unusable_repositories.get(name) {
        Some(unusable) => unusable_repository(name, unusable),
        None => {
            Problem::error("unknown-repository", format!("the manifest has no repository `{name}`"))
                .help(format!(
                    "`repositories: {{ {name}: https://… }}`; it may need a user and a password"
                ))
        }
    };
    stack.repositories.get(name).ok_or_else(unknown)
}

pub(super) fn unusable_repository(name: &str, unusable: &UnusableRepository) -> Problem {
    let message = format!("the repository `{name}` cannot be used: {}", unusable.why);
    let problem = Problem::error("unusable-repository", message);
    match &unusable.url {
        Some(_) => problem.help("its login and its keys count for all that comes from its address"),
        None => problem
            .help("its charts must be signed, and without its address nobody knows which they are"),
    }
}

pub(super) fn bad_address(address: &str, error: &pull::InvalidAddress) -> Problem {
    let address = pull::shown_address(address);
    let problem = Problem::error("wrong-address", format!("`{address}` names no chart: {error}"));
    problem.help(match error {
        pull::InvalidAddress::Credentials => {
            "`username` and `password` under `repositories` hold them, or `--username` and `--password-stdin`"
        }
        _ => "`oci://HOST/PATH/CHART`, `git+https://HOST/REPO//PATH?ref=TAG` or `https://….tgz`",
    })
}
