//! Logins that Helm and Docker keep, found where they look for them and written where they find them.
//!
//! Helm's file counts before Docker's (pkg/registry/client.go, NewClient). In each file a credential helper counts before
//! what stands there itself, as with Docker.

mod file;
mod helper;

use std::ffi::OsString;
use std::path::PathBuf;

use reqwest::Method;
use reqwest::header::HeaderMap;

use super::Error;
use super::registry::{Action, Ask, Registry};
use crate::{Access, Login, Secret, Session};

/// Where logins are kept. Nothing is read from the environment: whoever makes this has.
#[derive(Clone, Debug, Default)]
pub struct Logins {
    /// Helm's `registry/config.json`; `HELM_REGISTRY_CONFIG` names another.
    pub helm: PathBuf,
    /// Docker's `config.json`, in `DOCKER_CONFIG` or `~/.docker`.
    pub docker: Option<PathBuf>,
    /// `PATH`, where programs `docker-credential-NAME` are looked for.
    pub path: OsString,
}

impl Logins {
    /// The login for a registry `HOST[:PORT]`, if one is kept. What follows a host is passed over. May run a credential helper.
    pub fn find(&self, registry: &str) -> Result<Option<Login>, Error> {
        let server = server(registry);
        for path in [Some(&self.helm), self.docker.as_ref()].into_iter().flatten() {
            let file = file::read(path)?;
            let found = match file.helper(server) {
                // A file that came from another machine names a store that this one does not have.
                Some(helper) if !helper.is_own && !helper::is_there(&helper.name, &self.path) => {
                    file.login(server)?
                }
                Some(helper) => helper::get(&helper.name, server, &self.path)?,
                None => file.login(server)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// Keeps a login for a registry in Helm's file, after the registry has accepted it.
pub async fn login(
    session: &Session,
    logins: &Logins,
    registry: &str,
    (username, password): (&str, &Secret),
    access: &Access,
) -> Result<(), Error> {
    let login = Login::Basic { username: username.to_owned(), password: password.clone() };
    let access = Access { login: Some(login), ..access.clone() };
    check(session, registry, &access).await?;
    let server = server(registry);
    let mut file = file::read(&logins.helm)?;
    match file.helper(server) {
        Some(helper) => helper::store(&helper.name, server, username, password, &logins.path),
        None => {
            file.put(server, username, password);
            file.write()
        }
    }
}

/// Forgets the login for a registry in Helm's file; false where none was kept.
pub fn logout(logins: &Logins, registry: &str) -> Result<bool, Error> {
    let server = server(registry);
    let mut file = file::read(&logins.helm)?;
    if let Some(helper) = file.helper(server) {
        let known = helper::get(&helper.name, server, &logins.path)?.is_some();
        helper::erase(&helper.name, server, &logins.path)?;
        return Ok(known);
    }
    let known = file.remove(server);
    if known {
        file.write()?;
    }
    Ok(known)
}

async fn check(session: &Session, registry: &str, access: &Access) -> Result<(), Error> {
    let registry = host(registry);
    let what = format!("a login at `{registry}`");
    let registry = Registry::of(session, registry, access, &what)?;
    let ask = Ask {
        method: Method::GET,
        url: registry.url(""),
        headers: HeaderMap::new(),
        body: None,
        action: Action::Pull,
        what: &what,
    };
    registry.ask(&ask).await.map(drop)
}

/// The name under which a login is kept: the host, but Docker's registry has one of its own.
fn server(registry: &str) -> &str {
    match host(registry) {
        "docker.io" | "registry-1.docker.io" | "index.docker.io" => "https://index.docker.io/v1/",
        other => other,
    }
}

fn host(registry: &str) -> &str {
    let rest = registry.strip_prefix("oci://").unwrap_or(registry);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_kept_where_helm_and_docker_keep_them() {
        assert_eq!(server("r.example.com:5000"), "r.example.com:5000");
        assert_eq!(server("oci://r.example.com/charts"), "r.example.com");
        assert_eq!(server("docker.io"), "https://index.docker.io/v1/");
        assert_eq!(server("registry-1.docker.io"), "https://index.docker.io/v1/");
    }
}
