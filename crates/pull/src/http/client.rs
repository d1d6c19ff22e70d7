//! Clients by what a connection needs: certificates, proxies, time. Each is made once per session and keeps connections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Identity, Url};

use super::Error;
use super::guard::Guard;
use super::proxies::Proxies;
use crate::{Access, ClientCertificate, Session};

/// The clients of a session.
#[derive(Default)]
pub(crate) struct Clients {
    made: Mutex<BTreeMap<Needs, Client>>,
    /// Servers of which the user knows that nobody checks their certificates.
    unchecked: Mutex<BTreeSet<String>>,
}

/// What tells one client from another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needs {
    ca: Option<Vec<u8>>,
    certificate: Option<ClientCertificate>,
    skip_tls_verify: bool,
    guarded: bool,
    /// What is sent takes its time, and no answer can come before.
    uploads: bool,
}

impl Needs {
    /// `known`: whether the server may see who we are. `guarded`: whether somebody else named the address.
    pub(super) fn new(access: &Access, known: bool, guarded: bool) -> Self {
        Self {
            ca: access.ca.clone(),
            certificate: access.certificate.clone().filter(|_| known),
            // Whoever the user did not name has to show who they are.
            skip_tls_verify: access.skip_tls_verify && (!guarded || access.pass_credentials),
            guarded,
            uploads: false,
        }
    }

    pub(super) fn uploading(self, uploads: bool) -> Self {
        Self { uploads, ..self }
    }
}

impl Clients {
    pub(super) fn of(&self, session: &Session, needs: Needs, url: &Url) -> Result<Client, Error> {
        if needs.skip_tls_verify && url.scheme() == "https" {
            let server = server(url);
            let mut unchecked = self.unchecked.lock().unwrap_or_else(PoisonError::into_inner);
            if unchecked.insert(server.clone()) {
                session.watch.warn(&format!("nobody checks the certificate of `{server}`"));
            }
        }
        let mut clients = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&needs) {
            return Ok(client.clone());
        }
        let client = make(session, &needs)?;
        clients.insert(needs, client.clone());
        Ok(client)
    }
}

/// Host and port, without whoever logs in there.
fn server(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// Lets `ring` do the cryptography of TLS wherever the process has not chosen yet.
fn install_provider() {
    // Fails where another part of the process was first, with the same provider.
    drop(rustls::crypto::ring::default_provider().install_default());
}

fn make(session: &Session, needs: &Needs) -> Result<Client, Error> {
    install_provider();
    let authorities = authorities(needs)?;
    let made = builder(session, needs)?.tls_certs_merge(authorities.clone()).build();
    // A system without any authorities still speaks HTTP, and TLS with those that we were given.
    made.or_else(|_| builder(session, needs)?.tls_certs_only(authorities).build().map_err(setup))
}

fn builder(session: &Session, needs: &Needs) -> Result<ClientBuilder, Error> {
    let patience = session.patience;
    let mut builder = Client::builder()
        .user_agent(concat!("regatta/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(patience.connect)
        .tls_danger_accept_invalid_certs(needs.skip_tls_verify)
        .no_proxy();
    for proxy in Proxies::of(&session.environment).into_client().map_err(Error::Setup)? {
        builder = builder.proxy(proxy);
    }
    if !needs.uploads {
        builder = builder.read_timeout(patience.idle);
    }
    if needs.guarded {
        builder = builder.dns_resolver(Arc::new(Guard));
    }
    if let Some(ClientCertificate { certificate, key }) = &needs.certificate {
        let pem = [certificate, &b"\n"[..], key.reveal().as_bytes()].concat();
        let identity = Identity::from_pem(&pem).map_err(|_| {
            Error::Setup("the client certificate and its key are no PEM of one pair".to_owned())
        })?;
        builder = builder.identity(identity);
    }
    Ok(builder)
}

fn authorities(needs: &Needs) -> Result<Vec<Certificate>, Error> {
    let Some(pem) = &needs.ca else { return Ok(Vec::new()) };
    let invalid = || Error::Setup("the file of authorities holds no certificate as PEM".to_owned());
    let found = Certificate::from_pem_bundle(pem).map_err(|_| invalid())?;
    if found.is_empty() { Err(invalid()) } else { Ok(found) }
}

fn setup(error: reqwest::Error) -> Error {
    Error::Setup(format!("cannot speak TLS: {}", super::failed::cause(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_without_logins() {
        let check = |url: &str, expect: &str| assert_eq!(server(&url.parse().unwrap()), expect);
        check("https://ci:s3cret@charts.example.com:8443/a", "charts.example.com:8443");
        check("https://token@[::1]/a", "[::1]");
    }
}
