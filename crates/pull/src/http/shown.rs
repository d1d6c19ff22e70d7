//! What of a server's words and addresses a message may show.

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

pub(super) fn strip_user(url: &mut Url) {
    // Fails for addresses that cannot have a user, which then have none.
    let _no_user = url.set_username("").and_then(|()| url.set_password(None));
}

/// One line of a foreign text without control characters and of bounded length.
pub(crate) fn plain(text: &str) -> String {
    let text = text.trim();
    let letters = text.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter });
    let mut shown: String = letters.filter(|letter| !is_hidden(*letter)).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Control characters, and those that turn the direction of writing or are not seen at all.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What a server said with an error, if it said it in words.
pub(super) fn said(content_type: Option<&str>, body: &[u8]) -> Option<String> {
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
