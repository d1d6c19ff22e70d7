//! A repository or registry that the command line names: by address, or as the manifest calls it.

use manifest::Purpose;
use pull::{Access, Source};
use stack::{Repository, Selection};

use super::{Remote, access, wanted};
use crate::args::{self, Manifest, Server};
use crate::report::Failure;
use crate::shell::Shell;
use crate::workspace::{self, Workspace};

/// What a manifest knows of a repository; paths in it are of the workspace.
pub(super) type Known = (Workspace, Repository);

/// An address, and what the manifest knows of it.
pub struct Place {
    pub url: String,
    known: Option<Known>,
}

impl Place {
    /// None where the name is no address and the manifest has no such repository.
    pub fn find(name: &str, flags: &Manifest, shell: &Shell) -> Result<Option<Self>, Failure> {
        if name.contains("://") {
            return Ok(Some(Self { url: name.to_owned(), known: None }));
        }
        let known = of_manifest(name, flags, shell)?;
        Ok(known.map(|known| Self { url: known.1.url.clone(), known: Some(known) }))
    }

    /// The address as messages show it.
    pub fn shown(&self) -> String {
        pull::shown_address(&self.url)
    }

    /// Who we are there.
    pub fn access(
        &self,
        source: &Source,
        flags: &Server,
        remote: &Remote,
        shell: &Shell,
    ) -> Result<Access, Failure> {
        access(self.known.as_ref(), source, flags, remote, shell)
    }
}

/// Flags count before the manifest, and both before a login that is kept.
pub(super) fn access(
    known: Option<&Known>,
    source: &Source,
    flags: &Server,
    remote: &Remote,
    shell: &Shell,
) -> Result<Access, Failure> {
    let below = match known {
        Some((workspace, repository)) => {
            wanted::access(workspace, Some(repository), source, remote)?
        }
        None => Access::default(),
    };
    let mut access = access::access(flags, below, shell)?;
    if access.login.is_none() {
        access.login = remote.kept_login(source)?;
    }
    Ok(access)
}

/// A repository that the manifest calls so, in the chosen environment or in all that have it.
pub(super) fn of_manifest(
    name: &str,
    flags: &Manifest,
    shell: &Shell,
) -> Result<Option<Known>, Failure> {
    let file = args::Workspace { file: flags.file.clone() };
    let workspace = match workspace::find(&file, shell) {
        Ok(workspace) => workspace,
        Err(failure) if flags.file.is_some() => return Err(failure),
        Err(_) => return Ok(None),
    };
    let environments = if flags.environment.is_empty() {
        let mut all = workspace.environments()?;
        all.retain(|one| !one.is_abstract);
        all
    } else {
        let flags = args::Environments { environment: flags.environment.clone(), instance: None };
        workspace.choose(&flags)?
    };
    // No release is looked at, so what they lack is no obstacle.
    let nothing =
        Selection { releases: vec![String::new()], skip_needs: true, ..Selection::default() };
    let wanted = workspace::Wanted { selection: nothing, ..workspace::Wanted::default() };
    let mut found: Vec<Repository> = Vec::new();
    let mut first_failure = None;
    for environment in &environments {
        match workspace.read(environment, &wanted, Purpose::Inspect, shell) {
            Ok(read) => match read.stack.repositories.get(name) {
                Some(one) if !found.contains(one) => found.push(one.clone()),
                Some(_) => {}
                None => {
                    let unusable = read.stack.unusable_repositories.get(name);
                    let why = unusable.map(|it| vec![wanted::unusable_repository(name, it)]);
                    first_failure = first_failure.or(why);
                }
            },
            Err(problems) => first_failure = first_failure.or(Some(problems)),
        }
    }
    match (found.pop(), first_failure) {
        (Some(_), _) if !found.is_empty() => {
            let message =
                format!("the repository `{name}` differs from environment to environment");
            Err(Failure::usage(message).help("choose one with `-e`"))
        }
        (Some(repository), _) => Ok(Some((workspace, repository))),
        (None, Some(problems)) => Err(problems.into()),
        (None, None) => Ok(None),
    }
}
