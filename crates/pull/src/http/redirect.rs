//! Where a server may send us, and who may see our login: rules over addresses alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use reqwest::header::HeaderValue;

use super::Error;
use crate::shown;

/// How many redirects are followed for one file.
pub(super) const MOST: usize = 10;

/// Whether the login that belongs to `home` goes along to `url`: to the same scheme, host and port; with
/// `pass_credentials` anywhere, but never out of TLS.
pub(super) fn may_know_us(home: &Url, url: &Url, pass_credentials: bool) -> bool {
    let leaves_tls = home.scheme() == "https" && url.scheme() != "https";
    !leaves_tls && (pass_credentials || home.origin() == url.origin())
}

/// Where a redirect from `url` leads. It must not leave TLS: much of what servers say is not known by a digest.
pub(super) fn next(home: &Url, url: &Url, location: &HeaderValue) -> Result<Url, Error> {
    let refused = |to: String, reason: &str| Error::Redirect {
        url: shown::without_secrets(url),
        to,
        reason: reason.to_owned(),
    };
    let text = std::str::from_utf8(location.as_bytes());
    let Ok(mut to) = text.map_err(|_| ()).and_then(|text| url.join(text).map_err(|_| ())) else {
        let to = shown::plain(&String::from_utf8_lossy(location.as_bytes()));
        return Err(refused(to, "that is no address"));
    };
    shown::strip_user(&mut to);
    let shown = || shown::plain(&shown::without_secrets(&to));
    if !is_ours(&to) {
        return Err(refused(shown(), "only http and https are followed"));
    }
    if url.scheme() == "https" && to.scheme() != "https" {
        return Err(refused(shown(), "that leaves TLS"));
    }
    if is_guarded(home, &to) && host_address(&to).is_some_and(is_link_local) {
        return Err(refused(shown(), "that is an address of the machine's own network"));
    }
    Ok(to)
}

pub(super) fn is_ours(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some()
}

/// Whether an address was named by a server or an index and not by the user: then it must not lead to the services that
/// give a machine its credentials.
pub(super) fn is_guarded(home: &Url, url: &Url) -> bool {
    home.host() != url.host()
}

/// The host of an address if it is a number and no name.
pub(super) fn host_address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Addresses that mean something only on the machine's own link, where clouds answer for its identity; and the one that
/// Amazon uses for this beside them.
pub(super) fn is_link_local(address: IpAddr) -> bool {
    const AMAZON: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let is_local_4 = |address: Ipv4Addr| address.is_link_local();
    match address {
        IpAddr::V4(address) => is_local_4(address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address == AMAZON
                || address.to_ipv4().is_some_and(is_local_4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_login_stays_where_it_belongs() {
        let check = |home: &str, to: &str, expect: (bool, bool)| {
            let (home, to) = (url(home), url(to));
            let known = (may_know_us(&home, &to, false), may_know_us(&home, &to, true));
            assert_eq!(known, expect, "{home} {to}");
        };
        check("https://h/charts", "https://h/other/a.tgz", (true, true));
        check("https://h/charts", "https://h:443/a.tgz", (true, true));
        check("https://h/charts", "https://h:8443/a.tgz", (false, true));
        check("https://h/charts", "https://cdn.h/a.tgz", (false, true));
        check("https://h/charts", "https://h.evil/a.tgz", (false, true));
        check("https://h/charts", "http://h/a.tgz", (false, false));
        check("http://h/charts", "https://h/a.tgz", (false, true));
    }

    #[test]
    fn where_a_server_may_send_us() {
        let check = |location: &str, expect: Result<&str, &str>| {
            let location = HeaderValue::from_bytes(location.as_bytes()).unwrap();
            let to = next(&url("https://h/charts"), &url("https://h/charts/a.tgz"), &location);
            let to = to.map(String::from).map_err(|error| error.to_string());
            assert_eq!(to.as_deref().map_err(String::as_str), expect);
        };
        check("b.tgz", Ok("https://h/charts/b.tgz"));
        check("//cdn/b.tgz?x=1", Ok("https://cdn/b.tgz?x=1"));
        check("https://u:p@cdn/b.tgz", Ok("https://cdn/b.tgz"));
        check(
            "http://cdn/b.tgz",
            Err("`https://h/charts/a.tgz` redirects to `http://cdn/b.tgz`: that leaves TLS"),
        );
        check(
            "file:///etc/passwd",
            Err(
                "`https://h/charts/a.tgz` redirects to `file:///etc/passwd`: only http and https are followed",
            ),
        );
        for metadata in [
            "http://169.254.169.254/latest",
            "http://2852039166/latest",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[fd00:ec2::254]/latest",
        ] {
            let location = HeaderValue::from_static(metadata);
            let refused = next(&url("http://h"), &url("http://h/a.tgz"), &location).unwrap_err();
            assert!(refused.to_string().ends_with("machine's own network"), "{refused}");
        }
        check(
            "https://[",
            Err("`https://h/charts/a.tgz` redirects to `https://[`: that is no address"),
        );
    }

    #[test]
    fn a_repository_on_the_own_link_is_the_users_choice() {
        let home = url("http://169.254.1.1/charts");
        let location = HeaderValue::from_static("/other/a.tgz");
        assert!(next(&home, &home, &location).is_ok());
    }
}
