//! Go's `url.Parse`: scheme, user, host, path, query, fragment, or an opaque rest.

use std::net::{IpAddr, Ipv6Addr};

use super::escape::{Part, escaped, unescaped};
use crate::go::quote;
use crate::strings::find;

#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) user: Option<User>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl User {
    pub(super) fn escaped(&self) -> Vec<u8> {
        let mut out = escaped(&self.name, Part::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escaped(password, Part::User));
        }
        out
    }
}

/// The parts of a URL, or Go's words: `parse ":x": missing protocol scheme`.
pub(super) fn parse(text: &[u8]) -> Result<Url, String> {
    let (before, fragment) = cut(text, b"#");
    let failed = |text: &[u8], error: String| format!("parse {}: {error}", quote(text));
    let mut url = without_fragment(before).map_err(|error| failed(before, error))?;
    url.fragment = unescaped(fragment, Part::Fragment).map_err(|error| failed(text, error))?;
    Ok(url)
}

fn without_fragment(text: &[u8]) -> Result<Url, String> {
    let mut url = Url::default();
    if text.iter().any(u8::is_ascii_control) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, rest) = scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let (mut rest, query) = cut(rest, b"?");
    url.query = query.to_vec();
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b"/").0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
        let end = rest[2..].iter().position(|byte| *byte == b'/').map_or(rest.len(), |at| at + 2);
        (url.user, url.host) = authority(&url.scheme, &rest[2..end])?;
        rest = &rest[end..];
    }
    url.path = unescaped(rest, Part::Path)?;
    Ok(url)
}

/// What stands before a separator and after it; all and nothing where there is none.
fn cut<'a>(text: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    match find(text, separator) {
        Some(at) => (&text[..at], &text[at + separator.len()..]),
        None => (text, b""),
    }
}

fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..index], &text[index + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn authority(scheme: &[u8], text: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let Some(at) = text.iter().rposition(|byte| *byte == b'@') else {
        return Ok((None, host(scheme, text)?));
    };
    let host = host(scheme, &text[at + 1..])?;
    let userinfo = &text[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !userinfo.iter().all(valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(userinfo, b":");
    let password = userinfo.contains(&b':').then_some(password);
    let user = User {
        name: unescaped(name, Part::User)?,
        password: password.map(|password| unescaped(password, Part::User)).transpose()?,
    };
    Ok((Some(user), host))
}

fn host(scheme: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    match text.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return literal_address(text),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // Only web addresses are strict; lists such as `a:1,b:2` are common elsewhere.
    let strict = scheme == b"http" || scheme == b"https";
    let is_colon = |byte: &u8| *byte == b':';
    let colon =
        if strict { text.iter().position(is_colon) } else { text.iter().rposition(is_colon) };
    check_port(colon.map_or(b"", |colon| &text[colon..]))?;
    unescaped(text, Part::Host)
}

/// An IPv6 address in brackets, with a zone and a port where there are some.
fn literal_address(text: &[u8]) -> Result<Vec<u8>, String> {
    let Some(end) = text.iter().rposition(|byte| *byte == b']') else {
        return Err("missing ']' in host".to_owned());
    };
    let (name, port) = (&text[1..end], &text[end + 1..]);
    check_port(port)?;
    let zone = find(name, b"%25").unwrap_or(name.len());
    let mut address = unescaped(&name[..zone], Part::Host)?;
    address.extend(unescaped(&name[zone..], Part::Zone)?);
    check_address(&String::from_utf8_lossy(&address))?;
    Ok([b"[", address.as_slice(), b"]", port].concat())
}

fn check_address(address: &str) -> Result<(), String> {
    let (number, zone) = match address.split_once('%') {
        Some((number, zone)) => (number, Some(zone)),
        None => (address, None),
    };
    if zone.is_none() && matches!(number.parse(), Ok(IpAddr::V4(_))) {
        return Err("invalid IP-literal".to_owned());
    }
    if number.parse::<Ipv6Addr>().is_err() {
        return Err(format!(
            "invalid host: ParseAddr({}): unable to parse IP",
            quote(address.as_bytes())
        ));
    }
    if zone == Some("") {
        let shown = quote(address.as_bytes());
        return Err(format!("invalid host: ParseAddr({shown}): zone must be a non-empty string"));
    }
    Ok(())
}

/// Nothing, or a colon and digits, which may be none.
fn check_port(text: &[u8]) -> Result<(), String> {
    match text {
        [] => Ok(()),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(format!("invalid port {} after host", quote(text))),
    }
}
