//! URLs taken apart and put together: `urlParse`, `urlJoin`.

mod escape;
mod parse;

use gotmpl::{CallError, Functions, MapRef, Str, Value};

use crate::Dialect;
use crate::go;
use crate::strings::find;
use escape::{Part, escaped};
use parse::{User, parse};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("urlParse", url_parse);
    functions.add("urlJoin", url_join);
}

fn url_parse(text: Str) -> Result<Value, CallError> {
    let url = parse(text.as_bytes())
        .map_err(|error| CallError::message(format!("unable to parse url: {error}")))?;
    let hostname = hostname(&url.host).to_vec();
    let userinfo = url.user.as_ref().map_or_else(Vec::new, User::escaped);
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ];
    Ok(Value::map(parts.map(|(name, part)| (name, Value::Str(part.into())))))
}

/// The host without port and brackets.
fn hostname(host: &[u8]) -> &[u8] {
    let colon = host.iter().rposition(|byte| *byte == b':');
    let host = match colon {
        Some(colon) if host[colon + 1..].iter().all(u8::is_ascii_digit) => &host[..colon],
        _ => host,
    };
    host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
}

fn url_join(parts: MapRef) -> Result<Str, CallError> {
    let scheme = part(&parts, "scheme")?;
    let host = part(&parts, "host")?;
    let path = part(&parts, "path")?;
    let query = part(&parts, "query")?;
    let opaque = part(&parts, "opaque")?;
    let fragment = part(&parts, "fragment")?;
    let user = user(&part(&parts, "userinfo")?)?;

    let mut out = Vec::new();
    if !scheme.is_empty() {
        out.extend_from_slice(scheme.as_bytes());
        out.push(b':');
    }
    if opaque.is_empty() {
        if !host.is_empty() || user.is_some() || !scheme.is_empty() && !path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = user {
            out.extend_from_slice(&user.escaped());
            out.push(b'@');
        }
        out.extend_from_slice(&escaped(host.as_bytes(), Part::Host));
        out.extend_from_slice(&joined_path(&path, !host.is_empty(), out.is_empty()));
    } else {
        out.extend_from_slice(opaque.as_bytes());
    }
    if !query.is_empty() {
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
    }
    if !fragment.is_empty() {
        out.push(b'#');
        out.extend_from_slice(&escaped(fragment.as_bytes(), Part::Fragment));
    }
    Ok(out.into())
}

/// The path with what keeps it apart from a host before it, and from a scheme where nothing is before it.
fn joined_path(path: &Str, after_host: bool, first: bool) -> Vec<u8> {
    let escaped = match path.as_bytes() {
        b"*" => b"*".to_vec(),
        path => escaped(path, Part::Path),
    };
    let segment = escaped.split(|byte| *byte == b'/').next().unwrap_or_default();
    let before: &[u8] = if after_host && !escaped.is_empty() && !escaped.starts_with(b"/") {
        b"/"
    } else if first && find(segment, b":").is_some() {
        b"./"
    } else {
        b""
    };
    [before, &escaped].concat()
}

/// A text of the map; empty where it has none.
fn part(parts: &MapRef, name: &str) -> Result<Str, CallError> {
    match parts.get(name.as_bytes()) {
        None => Ok("".into()),
        Some(Value::Str(text)) => Ok(text),
        Some(Value::Nil) => Err(CallError::message(go::NIL_DEREFERENCE)),
        Some(other) => Err(CallError::message(format!(
            "unable to parse {name} key, must be of type string, but {} found",
            go::kind_name(&other)
        ))),
    }
}

fn user(userinfo: &Str) -> Result<Option<User>, CallError> {
    if userinfo.is_empty() {
        return Ok(None);
    }
    let url = [b"proto://", userinfo.as_bytes(), b"@host"].concat();
    let parsed = parse(&url).map_err(|error| {
        CallError::message(format!("unable to parse userinfo in dict: {error}"))
    })?;
    Ok(parsed.user)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> String {
        match url_parse(url.into()) {
            Ok(value) => go::print_value(&value).to_string(),
            Err(CallError::Message(text)) => format!("error: {text}"),
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn taken_apart() {
        insta::assert_snapshot!(parsed("proto://auth@host:80/path?query#fragment"),
            @"map[fragment:fragment host:host:80 hostname:host opaque: path:/path query:query scheme:proto userinfo:auth]");
        insta::assert_snapshot!(parsed("MAILTO:a@b"),
            @"map[fragment: host: hostname: opaque:a@b path: query: scheme:mailto userinfo:]");
        insta::assert_snapshot!(parsed("http://[fe80::1%25en0]:80/%41?"),
            @"map[fragment: host:[fe80::1%en0]:80 hostname:fe80::1%en0 opaque: path:/A query: scheme:http userinfo:]");
        insta::assert_snapshot!(parsed("http://a:b:c/"),
            @r#"error: unable to parse url: parse "http://a:b:c/": invalid port ":b:c" after host"#);
        insta::assert_snapshot!(parsed(":x"),
            @r#"error: unable to parse url: parse ":x": missing protocol scheme"#);
        insta::assert_snapshot!(parsed("/%zz#f"),
            @r#"error: unable to parse url: parse "/%zz": invalid URL escape "%zz""#);
    }

    #[test]
    fn put_together() {
        let check = |parts: &[(&str, &str)], expect: &str| {
            let map = Value::map(parts.iter().map(|(name, part)| (*name, Value::from(*part))));
            let Value::Map(map) = map else { unreachable!("a map was made") };
            assert_eq!(url_join(map).unwrap().to_text(), expect);
        };
        check(
            &[
                ("host", "h:80"),
                ("path", "/p q"),
                ("scheme", "http"),
                ("query", "a=b"),
                ("fragment", "f"),
            ],
            "http://h:80/p%20q?a=b#f",
        );
        check(&[("path", "a:b")], "./a:b");
        check(&[("host", "h"), ("path", "p"), ("userinfo", "u:p%20w")], "//u:p%20w@h/p");
        check(&[("scheme", "mailto"), ("opaque", "a@b")], "mailto:a@b");
        check(&[("scheme", "s")], "s:");
    }
}
