//! What has come of a file, across attempts: it grows only with bytes of the same state of the file.

use reqwest::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    LAST_MODIFIED,
};

use super::Validators;

/// The most room that is made on a server's word alone.
const TRUSTED: u64 = 64 << 20;

#[derive(Default)]
pub(super) struct Partial {
    pub(super) bytes: Vec<u8>,
    pub(super) validators: Validators,
    pub(super) content_type: Option<String>,
    /// How it was packed for the way.
    pub(super) encoding: Option<String>,
    /// Its whole length, if the server said.
    pub(super) total: Option<u64>,
    ranges: bool,
}

impl Partial {
    /// Where to go on, and the state of which the rest must be (`If-Range`): only strong validators identify bytes.
    pub(super) fn resume(&self) -> Option<(usize, &str)> {
        let Validators { etag, last_modified } = &self.validators;
        let strong = etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        let state = if etag.is_some() { strong } else { last_modified.as_deref() };
        (self.ranges && !self.bytes.is_empty()).then_some((self.bytes.len(), state?))
    }

    /// A whole answer begins.
    pub(super) fn begin(&mut self, headers: &HeaderMap, length: Option<u64>) {
        let ranges = text(headers, &ACCEPT_RANGES).is_some_and(|units| units == "bytes");
        *self = Self {
            bytes: Vec::with_capacity(length.unwrap_or(0).min(TRUSTED) as usize),
            validators: validators(headers),
            content_type: text(headers, &CONTENT_TYPE),
            encoding: text(headers, &CONTENT_ENCODING),
            total: length,
            ranges,
        };
    }

    /// Whether a partial answer begins where our bytes end and belongs to the same whole.
    pub(super) fn goes_on(&self, headers: &HeaderMap) -> bool {
        let range = text(headers, &CONTENT_RANGE).unwrap_or_default();
        let Some((first, total)) = range.strip_prefix("bytes ").and_then(|range| {
            let (range, total) = range.split_once('/')?;
            let (first, _last) = range.split_once('-')?;
            Some((first.parse::<usize>().ok()?, total.parse::<u64>().ok()))
        }) else {
            return false;
        };
        let same_whole = total.is_none() || self.total.is_none() || total == self.total;
        let same_state = match (&self.validators.etag, text(headers, &ETAG)) {
            (Some(had), Some(has)) => *had == has,
            _ => true,
        };
        first == self.bytes.len() && same_whole && same_state
    }

    /// Whether all has come that the server promised.
    pub(super) fn is_whole(&self) -> bool {
        self.total.is_none_or(|total| total == self.bytes.len() as u64)
    }
}

fn validators(headers: &HeaderMap) -> Validators {
    Validators { etag: text(headers, &ETAG), last_modified: text(headers, &LAST_MODIFIED) }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[track_caller]
    fn begun(lines: &[(&'static str, &str)], bytes: &[u8]) -> Partial {
        let mut partial = Partial::default();
        partial.begin(&headers(lines), Some(10));
        partial.bytes.extend(bytes);
        partial
    }

    #[test]
    fn only_what_can_be_known_again_is_resumed() {
        let check = |lines: &[(&'static str, &str)], expect: Option<(usize, &str)>| {
            assert_eq!(begun(lines, b"1234").resume(), expect, "{lines:?}");
        };
        let ranges = ("accept-ranges", "bytes");
        check(&[ranges, ("etag", "\"a\"")], Some((4, "\"a\"")));
        check(&[ranges, ("last-modified", "today")], Some((4, "today")));
        check(&[ranges, ("etag", "W/\"a\""), ("last-modified", "today")], None);
        check(&[ranges], None);
        check(&[("accept-ranges", "none"), ("etag", "\"a\"")], None);
        assert_eq!(begun(&[ranges, ("etag", "\"a\"")], b"").resume(), None);
    }

    #[test]
    fn the_rest_must_fit() {
        let check = |lines: &[(&'static str, &str)], expect: bool| {
            let partial = begun(&[("etag", "\"a\"")], b"1234");
            assert_eq!(partial.goes_on(&headers(lines)), expect, "{lines:?}");
        };
        check(&[("content-range", "bytes 4-9/10")], true);
        check(&[("content-range", "bytes 4-9/*"), ("etag", "\"a\"")], true);
        check(&[("content-range", "bytes 3-9/10")], false);
        check(&[("content-range", "bytes 4-9/11")], false);
        check(&[("content-range", "bytes 4-9/10"), ("etag", "\"b\"")], false);
        check(&[("content-range", "4-9/10")], false);
        check(&[], false);
    }

    #[test]
    fn a_promised_length_makes_no_room_beyond_reason() {
        let mut partial = Partial::default();
        partial.begin(&HeaderMap::new(), Some(u64::MAX));
        assert!(partial.bytes.capacity() <= TRUSTED as usize);
    }
}
