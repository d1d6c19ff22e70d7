//! Which proxy leads to a server, with the rules of Go's `HTTPS_PROXY` and `NO_PROXY`
//! (golang.org/x/net/http/httpproxy).

use std::net::IpAddr;

use http::Uri;

/// Values of the environment's variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https: Option<String>,
    /// `NO_PROXY` or `no_proxy`.
    pub none: Option<String>,
}

impl Proxy {
    /// None for what is on this computer or named by `none`.
    pub(super) fn of_server(&self, server: &Uri) -> Option<String> {
        let proxy = self.https.as_ref().filter(|proxy| !proxy.is_empty())?;
        let host = server.host()?.trim_start_matches('[').trim_end_matches(']');
        let host = host.to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return None;
        }
        let port = server.port_u16().unwrap_or(443);
        let excepted = |rule: &str| excepts(rule.trim(), &host, address, port);
        let none = self.none.as_deref().unwrap_or_default();
        (!none.split(',').any(excepted)).then(|| proxy.clone())
    }
}

/// `*`, an address, `10.0.0.0/8`, `example.com` (with what is below it), `.example.com` (only that), each but the first with
/// `:port` or without.
fn excepts(rule: &str, host: &str, address: Option<IpAddr>, port: u16) -> bool {
    if rule == "*" {
        return true;
    }
    if let Some((network, bits)) = rule.split_once('/') {
        let network = network.parse::<IpAddr>().ok();
        return match (network, bits.parse(), address) {
            (Some(network), Ok(bits), Some(address)) => is_within(address, network, bits),
            _ => false,
        };
    }
    let bare = |rule: &str| rule.trim_start_matches('[').trim_end_matches(']').to_owned();
    if let Ok(alone) = bare(rule).parse::<IpAddr>() {
        return address == Some(alone);
    }
    let name = match rule.rsplit_once(':') {
        Some((name, of_port)) => match of_port.parse::<u16>() {
            Ok(of_port) if of_port == port => name,
            _ => return false,
        },
        None => rule,
    };
    if let Ok(alone) = bare(name).parse::<IpAddr>() {
        return address == Some(alone);
    }
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(&name);
    match name.strip_prefix('.') {
        Some("") => false,
        Some(_) => host.ends_with(name),
        None if name.is_empty() => false,
        None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions() {
        let check = |none: &str, server: &str, proxied: bool| {
            let proxy =
                Proxy { https: Some("http://proxy:3128".to_owned()), none: Some(none.to_owned()) };
            let found = proxy.of_server(&server.parse().unwrap()).is_some();
            assert_eq!(found, proxied, "{server} with {none}");
        };
        check("", "https://api.example.com:6443", true);
        check("", "https://127.0.0.1:6443", false);
        check("", "https://[::1]:6443", false);
        check("", "https://localhost", false);
        check("*", "https://api.example.com", false);
        check("other.org, example.com", "https://api.example.com", false);
        check("example.com", "https://example.com", false);
        check("ample.com", "https://example.com", true);
        check(".example.com", "https://example.com", true);
        check(".example.com", "https://api.EXAMPLE.com", false);
        check("*.example.com", "https://api.example.com", false);
        check("example.com:443", "https://example.com", false);
        check("example.com:443", "https://example.com:6443", true);
        check("10.0.0.0/8", "https://10.2.3.4:6443", false);
        check("10.0.0.0/8", "https://11.2.3.4:6443", true);
        check("0.0.0.0/0", "https://11.2.3.4", false);
        check("10.0.0.0/99", "https://10.0.0.0", true);
        check("fd00::/8", "https://[fd00::7]:6443", false);
        check("10.2.3.4", "https://10.2.3.4:6443", false);
        check("10.2.3.4:6443", "https://10.2.3.4:6443", false);
        check(",.,:,/", "https://10.2.3.4:6443", true);
    }

    #[test]
    fn without_a_proxy_there_is_none() {
        let server = "https://api.example.com".parse().unwrap();
        assert_eq!(Proxy::default().of_server(&server), None);
        let empty = Proxy { https: Some(String::new()), none: None };
        assert_eq!(empty.of_server(&server), None);
    }
}
