//! `repositories`, evaluated: those that a selected release names must be right, the others are only offered.

use std::collections::BTreeSet;

use source::{Problem, Span, Tree};
use stack::{ChartRef, Provenance, Repository, Stack, UnusableRepository};

use crate::expression::{Evaluator, Scope};
use crate::types::{self, StringOr};
use crate::{paths, typed};

/// What addresses of charts and repositories may begin with.
const SCHEMES: [&str; 7] = ["https", "http", "oci", "git+https", "git+http", "git+ssh", "git+file"];

/// Keys of which the git program, which speaks for us there, takes no notice.
const NOT_FOR_GIT: [&str; 9] = [
    "username",
    "password",
    "token",
    "caFile",
    "certFile",
    "keyFile",
    "passCredentials",
    "plainHttp",
    "skipTlsVerify",
];

/// The repositories of the manifest by name. One that no selected release names and that cannot be evaluated (its
/// password is not given here) is no problem; that it is there is kept, lest its charts be taken without its keys.
pub(crate) fn evaluate(evaluator: &mut Evaluator<'_>, stack: &mut Stack) {
    let named = stack.selected().filter_map(|(release, _)| match &release.chart {
        ChartRef::Repository { repository, .. } => Some(repository.clone()),
        ChartRef::Local { .. } | ChartRef::Address { .. } => None,
    });
    let used: BTreeSet<String> = named.collect();
    for (name, raw) in evaluator.material.repositories.clone() {
        let before = evaluator.problems.len();
        if let Some(repository) = repository(evaluator, &name, &raw) {
            stack.repositories.insert(name.to_string(), repository);
        } else if !used.contains(&*name) {
            let found = evaluator.problems.get(before);
            let why = found.map_or("it cannot be evaluated".to_owned(), |it| it.message.clone());
            let asks_for_signatures = raw.get("provenance").is_some();
            let url = url(evaluator, &raw);
            let unusable = UnusableRepository { url, asks_for_signatures, why };
            stack.unusable_repositories.insert(name.to_string(), unusable);
        }
        if !used.contains(&*name) {
            evaluator.problems.truncate(before);
        }
    }
}

/// The address alone, where it can be known. Problems are left behind.
fn url(evaluator: &mut Evaluator<'_>, raw: &Tree) -> Option<String> {
    let filled = evaluator.fill(raw.get("url").unwrap_or(raw), &Scope::default());
    let tree = filled.tree.filter(|_| filled.complete)?;
    let url = tree.as_str()?;
    address(url, None).is_ok().then(|| url.to_owned())
}

/// None when a problem was recorded.
fn repository(evaluator: &mut Evaluator<'_>, name: &str, raw: &Tree) -> Option<Repository> {
    let filled = evaluator.fill(raw, &Scope::default());
    let tree = filled.tree.filter(|_| filled.complete)?;
    let read = match typed::read::<types::Repository>("repositories", name, &tree) {
        Ok(StringOr::Short(url)) => types::LongRepository { url: Some(url), ..Default::default() },
        Ok(StringOr::Long(long)) => long,
        Err(problems) => {
            evaluator.problems.extend(problems);
            return None;
        }
    };
    let place = |key: &str| tree.get(key).unwrap_or(&tree).span.as_ref();
    let Some(url) = read.url else {
        let problem = Problem::error("missing-key", format!("repository `{name}` has no `url`"));
        evaluator.problems.push(problem.at(tree.key_span.as_ref(), "`url` is missing here"));
        return None;
    };
    let before = evaluator.problems.len();
    let mut keep = |problem: Problem| evaluator.problems.push(problem);
    if let Err(problem) = address(&url, place("url")) {
        keep(problem);
    }
    let half = match (&read.username, &read.password) {
        (Some(_), None) => Some(("username", "password")),
        (None, Some(_)) => Some(("password", "username")),
        _ => None,
    };
    if let Some((key, lacking)) = half {
        keep(
            Problem::error(
                "missing-key",
                format!("repository `{name}` has a `{key}`, but no `{lacking}`"),
            )
            .at(place(key), format!("`{lacking}` is missing beside it")),
        );
    }
    if read.token.is_some() && read.password.is_some() {
        let message = format!("repository `{name}` has a password and a token");
        keep(Problem::error("wrong-value", message).at(place("token"), "one of the two is enough"));
    }
    if read.key_file.is_some() != read.cert_file.is_some() {
        let (key, lacking) =
            if read.key_file.is_some() { ("keyFile", "certFile") } else { ("certFile", "keyFile") };
        let message = format!("repository `{name}` has a `{key}`, but no `{lacking}`");
        keep(
            Problem::error("missing-key", message)
                .at(place(key), format!("`{lacking}` is missing beside it")),
        );
    }
    if url.starts_with("git+") {
        for key in NOT_FOR_GIT.into_iter().filter(|key| tree.get(key).is_some()) {
            let message = format!("`{key}` has no effect on the git repository `{name}`");
            keep(
                Problem::error("wrong-value", message)
                    .at(place(key), "git takes this from its own configuration")
                    .help("a credential helper or ssh agent knows the login, `http.sslCAInfo` whom to trust"),
            );
        }
    }
    for secret in [&read.password, &read.token].into_iter().flatten() {
        evaluator.keep_secret(secret);
    }
    let mut file = |key: &str, path: Option<String>| file(evaluator, path?, place(key));
    let repository = Repository {
        ca_file: file("caFile", read.ca_file),
        cert_file: file("certFile", read.cert_file),
        key_file: file("keyFile", read.key_file),
        url,
        username: read.username,
        password: read.password,
        token: read.token,
        pass_credentials: read.pass_credentials,
        plain_http: read.plain_http,
        skip_tls_verify: read.skip_tls_verify,
        provenance: provenance(evaluator, read.provenance, place("provenance")),
    };
    (evaluator.problems.len() == before).then_some(repository)
}

/// Whose signature counts; paths as seen from the repository's root.
pub(crate) fn provenance(
    evaluator: &mut Evaluator<'_>,
    read: Option<types::Provenance>,
    place: Option<&Span>,
) -> Provenance {
    let read = read.unwrap_or_default();
    Provenance {
        keyring: read.keyring.and_then(|path| file(evaluator, path, place)),
        cosign_key: read.cosign_key.and_then(|path| file(evaluator, path, place)),
    }
}

fn file(evaluator: &mut Evaluator<'_>, path: String, place: Option<&Span>) -> Option<String> {
    match paths::normalize(&evaluator.material.directory, &path) {
        Ok(path) => Some(path),
        Err(why) => {
            let problem = Problem::error("invalid-path", format!("file `{path}` {why}"));
            evaluator.problems.push(problem.at(place, "named here"));
            None
        }
    }
}

/// An address that charts could come from, and that may be shown: plans, lock files and messages hold it.
pub(crate) fn address(url: &str, place: Option<&Span>) -> Result<(), Problem> {
    let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
    if !SCHEMES.contains(&scheme) || rest.is_empty() {
        let shown = url.escape_debug();
        return Err(Problem::error("wrong-address", format!("`{shown}` is no address of charts"))
            .at(place, "named here")
            .help("it begins with `https://`, `oci://`, `git+https://` or `git+ssh://`"));
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let is_secret = |user: &str| scheme != "git+ssh" || user.contains(':');
    if user.is_some_and(is_secret) && !authority.contains("@sha256:") {
        return Err(Problem::error("wrong-address", "an address holds a user or password")
            .at(place, "addresses are shown in plans and lock files")
            .help("write `repositories: { NAME: { url: …, username: …, password: … } }`"));
    }
    Ok(())
}
