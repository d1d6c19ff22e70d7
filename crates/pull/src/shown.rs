//! What of foreign words and addresses a message may show.

use reqwest::Url;

/// The most characters of a server's text that a message repeats.
const LONGEST: usize = 200;

/// An address without user, password and query, which may hold a token.
pub(crate) fn without_secrets(url: &Url) -> String {
    let mut shown = url.clone();
    strip_user(&mut shown);
    shown.set_fragment(None);
    if shown.query().is_some() {
        shown.set_query(Some("…"));
    }
    shown.to_string().replace("%E2%80%A6", "…")
}

/// The same of a text that may be no address: what could be a user in it is `***`.
pub fn address(text: &str) -> String {
    let (scheme, rest) = text.split_at(text.find("://").map_or(0, |at| at + 3));
    // A password may hold what ends a host; then the text is no address.
    let is_address = Url::parse(text).is_ok_and(|url| url.has_host());
    let end = rest.find(['/', '?', '#']).filter(|_| is_address).unwrap_or(rest.len());
    let mut users = rest[..end].match_indices('@').map(|(at, _)| at);
    let user = users.rfind(|at| !rest[*at..].starts_with("@sha256:"));
    let rest = user.map_or(rest.to_owned(), |at| format!("***{}", &rest[at..]));
    plain(&format!("{scheme}{}", without_query(&rest)))
}

/// An address that was read already, with `…` for its query; what stands behind `#` is no part of it.
pub(crate) fn without_query(address: &str) -> String {
    let address = address.split('#').next().unwrap_or(address);
    match address.split_once('?') {
        Some((place, _)) => format!("{place}?…"),
        None => address.to_owned(),
    }
}

pub(crate) fn strip_user(url: &mut Url) {
    // Fails for addresses that cannot have a user, which then have none.
    let _no_user = url.set_username("").and_then(|()| url.set_password(None));
}

/// One line of a foreign text without control characters and of bounded length.
pub(crate) fn plain(text: &str) -> String {
    cut(&one_line(text), LONGEST)
}

/// A foreign text on one line, without characters that are not seen.
pub(crate) fn one_line(text: &str) -> String {
    let letters = text.trim().chars();
    let letters = letters.map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    letters.filter(|letter| !is_hidden(*letter)).collect()
}

/// The beginning of a text, with `…` where there is more.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Control characters, and those that turn the direction of writing or are not seen at all.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What a server said with an error, if it said it in words.
pub(crate) fn said(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let kind = content_type.unwrap_or_default();
    if !(kind.starts_with("text/plain") || kind.starts_with("application/json")) {
        return None;
    }
    let text = plain(&String::from_utf8_lossy(body));
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_what_may_be_secret() {
        let check = |url: &str, expect: &str| {
            assert_eq!(without_secrets(&url.parse().unwrap()), expect);
        };
        check("https://ci:hunter2@h.example.com/a.tgz", "https://h.example.com/a.tgz");
        check("https://h:8443/a.tgz?X-Signature=abc#x", "https://h:8443/a.tgz?…");
        check("https://h/charts", "https://h/charts");
    }

    #[test]
    fn what_may_be_no_address_is_shown_without_secrets_too() {
        let check = |text: &str, expect: &str| assert_eq!(address(text), expect);
        check("https://ci:hunter2@h/a.tgz?token=x", "https://***@h/a.tgz?…");
        check("https://h/a@b.tgz", "https://h/a@b.tgz");
        check("https://u:p/w@h/a.tgz", "https://***@h/a.tgz");
        check("https://u:p?w@h", "https://***@h");
        check("oci://h/x@sha256:00", "oci://h/x@sha256:00");
        check("h/x?token=t\u{1b}", "h/x?…");
        check("git@h:charts", "***@h:charts");
    }

    #[test]
    fn foreign_words_stay_on_their_line() {
        assert_eq!(plain(" no\u{1b}[31m such\r\nthing "), "no[31m such  thing");
        assert_eq!(plain("a\u{202e}b"), "ab");
        assert_eq!(plain(&"é".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn a_page_is_no_message() {
        assert_eq!(said(Some("text/html"), b"<html>"), None);
        assert_eq!(said(Some("text/plain; charset=utf-8"), b"denied\n").as_deref(), Some("denied"));
        assert_eq!(said(None, b"denied"), None);
    }
}
