//! Branches, tags and shortened commits into commits.

use super::Error;
use super::program::FAR;
use super::repository::{Hash, LISTING, Repository};
use crate::Session;

/// 40 hex digits, or 64 where a repository counts by SHA-256.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn commit(
    session: &Session,
    url: &str,
    reference: Option<&str>,
) -> Result<String, Error> {
    let repository = Repository::shared(session, url)?;
    let Some(reference) = reference else {
        let listed = list(&repository, &["HEAD"])?;
        return named(&listed, "HEAD").map(str::to_owned).ok_or(Error::Empty);
    };
    let absent = || Error::NoReference(reference.escape_debug().to_string());
    if reference.is_empty()
        || reference.starts_with('-')
        || reference.contains(|letter: char| letter.is_control() || letter.is_whitespace())
    {
        return Err(absent());
    }
    // As git itself looks for them, tags before branches; an annotated tag is followed to its commit.
    let names =
        [reference.to_owned(), format!("refs/tags/{reference}"), format!("refs/heads/{reference}")];
    let mut asked: Vec<String> =
        names.iter().flat_map(|name| [name.clone(), format!("{name}^{{}}")]).collect();
    // Any commit tells by what the repository counts.
    asked.push("HEAD".to_owned());
    let listed = list(&repository, &asked.iter().map(String::as_str).collect::<Vec<_>>())?;
    let is_whole = |name: &&String| *name == "HEAD" || name.starts_with("refs/");
    let found = names
        .iter()
        .filter(is_whole)
        .find_map(|name| named(&listed, &format!("{name}^{{}}")).or_else(|| named(&listed, name)));
    if let Some(commit) = found {
        return Ok(commit.to_owned());
    }
    if !is_shortened(reference) {
        return Err(absent());
    }
    drop(repository);
    let hash = Hash::of(named(&listed, "HEAD").unwrap_or_default());
    let repository = Repository::alone(session, url, hash)?;
    repository.complete(&reference.to_ascii_lowercase())?.ok_or_else(absent)
}

/// From as many digits on as git shortens to.
fn is_shortened(text: &str) -> bool {
    (4..64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `COMMIT\tNAME` lines. A server may list more than was asked for.
fn list(repository: &Repository<'_>, names: &[&str]) -> Result<String, Error> {
    let mut arguments = vec!["ls-remote", "--quiet", "--upload-pack=git-upload-pack", "--"];
    arguments.push(repository.url());
    arguments.extend(names);
    let listed = repository.git("list the references", &arguments, Vec::new(), LISTING, FAR)?;
    Ok(String::from_utf8_lossy(&listed).into_owned())
}

fn named<'a>(listed: &'a str, name: &str) -> Option<&'a str> {
    let lines = listed.lines().filter_map(|line| line.split_once('\t'));
    let mut commits = lines.filter(|(_, it)| *it == name).map(|(commit, _)| commit);
    commits.find(|commit| is_commit(commit))
}
