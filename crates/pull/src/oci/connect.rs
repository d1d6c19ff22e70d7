//! A client for HTTP from what is known of a registry: TLS, timeouts, and which redirects are followed.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Client, Identity, Url};

use crate::Access;

const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(60);
const REDIRECTS: usize = 5;

/// Proxies come from the environment, as everywhere. The error is the reason in words.
pub(super) fn client(access: &Access) -> Result<Client, String> {
    // Fails where somebody in this process was faster, with the same provider.
    drop(rustls::crypto::ring::default_provider().install_default());
    let mut builder = Client::builder()
        .user_agent(concat!("regatta/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(Policy::custom(judge))
        .referer(false);
    if let Some(ca) = &access.ca {
        let certificates =
            Certificate::from_pem_bundle(ca).map_err(|_| "its CA is no PEM certificate")?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(client) = &access.certificate {
        let pem = [&client.certificate, &b"\n"[..], client.key.reveal().as_bytes()].concat();
        let identity = Identity::from_pem(&pem)
            .map_err(|_| "its client certificate is no PEM certificate with a key")?;
        builder = builder.identity(identity);
    }
    if access.skip_tls_verify {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    builder.build().map_err(|error| reason(&error))
}

/// A redirect must not leave TLS, nor lead into the machine's own surroundings (169.254.169.254 gives cloud credentials).
fn judge(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().last().map(Url::scheme);
    if attempt.previous().len() > REDIRECTS {
        return attempt.error(format!("it redirects more than {REDIRECTS} times"));
    }
    if from == Some("https") && attempt.url().scheme() != "https" {
        return attempt.error("it redirects from TLS to plain HTTP");
    }
    if is_link_local(attempt.url()) {
        return attempt.error("it redirects to a link-local address");
    }
    attempt.follow()
}

fn is_link_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_unicast_link_local()
                || address.to_ipv4_mapped().is_some_and(|address| address.is_link_local())
        }
        Err(_) => false,
    }
}

/// The innermost cause in words; URLs, which may hold tokens, do not stand in it.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    super::error::words(&cause.to_string())
}

/// What TLS has against the server's certificate: trying again will not help.
pub(super) fn distrust(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .or_else(|| error.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(why)) = tls {
            return Some(format!("{why}"));
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_link_are_known() {
        let check = |url: &str, expect| {
            assert_eq!(is_link_local(&Url::parse(url).unwrap()), expect, "{url}");
        };
        check("http://169.254.169.254/latest", true);
        check("http://0xa9fea9fe/latest", true);
        check("https://[fe80::1]/", true);
        check("https://[::ffff:169.254.169.254]/", true);
        check("https://127.0.0.1/", false);
        check("https://r.example.com/", false);
    }
}
