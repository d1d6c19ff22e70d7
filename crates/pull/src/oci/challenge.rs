//! How a registry asks who we are: the header `WWW-Authenticate` (RFC 9110, 11.6.1).

/// The first challenge that we can meet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    /// A token is to be had at `realm`, for `service` and `scope`.
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

/// None where the header holds no challenge of a kind that we know.
pub(super) fn parse(header: &str) -> Option<Challenge> {
    let mut rest = header.trim_start_matches([' ', ',']);
    let mut basic = false;
    while !rest.is_empty() {
        let (scheme, after) = word(rest)?;
        let (parameters, after) = parameters(after);
        rest = after;
        if scheme.eq_ignore_ascii_case("basic") {
            basic = true;
        }
        if scheme.eq_ignore_ascii_case("bearer") {
            let named = |name: &str| {
                let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
            };
            let realm = named("realm")?;
            return Some(Challenge::Bearer {
                realm,
                service: named("service"),
                scope: named("scope"),
            });
        }
    }
    basic.then_some(Challenge::Basic)
}

/// `name=value` pairs up to the next scheme, which is a word without `=`.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let pair = word(rest).and_then(|(name, after)| {
            let (value, after) = value(after.trim_start().strip_prefix('=')?.trim_start())?;
            Some((name.to_owned(), value, after))
        });
        let Some((name, value, after)) = pair else { return (found, rest) };
        found.push((name, value));
        rest = after;
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    let end = text.find(|letter| !fits(letter)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A word or a quoted string, in which `\` takes the next letter as it is.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return Some((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut letters = quoted.chars();
    loop {
        match letters.next()? {
            '"' => return Some((value, letters.as_str())),
            '\\' => value.push(letters.next()?),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expect: Option<Challenge>) {
        assert_eq!(parse(header), expect, "{header}");
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
        Some(Challenge::Bearer { realm: realm.to_owned(), service, scope })
    }

    #[test]
    fn challenges_of_registries() {
        check(r#"Basic realm="a registry""#, Some(Challenge::Basic));
        check("basic", Some(Challenge::Basic));
        check(
            r#"Bearer realm="https://auth.example.com/token",service="r",scope="repository:a/b:pull,push""#,
            bearer("https://auth.example.com/token", Some("r"), Some("repository:a/b:pull,push")),
        );
        check(
            r#"BEARER  realm = https://a/t , Service="x""#,
            bearer("https://a/t", Some("x"), None),
        );
        check(r#"Basic realm="x", Bearer realm="https://a/t""#, bearer("https://a/t", None, None));
        check(r#"Bearer realm="a\"b""#, bearer("a\"b", None, None));
    }

    #[test]
    fn what_is_cut_off_does_no_harm() {
        let header = r#"Basic realm="é\"", Bearer realm = "https://a/t", scope=x, Digest a=b"#;
        for (end, _) in header.char_indices() {
            drop(parse(&header[..end]));
        }
    }

    #[test]
    fn what_is_no_challenge_is_passed_over() {
        for header in
            ["", ",", "Negotiate", "Bearer", r#"Bearer realm="open"#, "=", "\"", "Bearer realm"]
        {
            check(header, None);
        }
    }
}
