//! How long we wait for servers, and when we ask again.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Bounds of time and number; the default suits the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// Between one part of an answer and the next.
    pub idle: Duration,
    /// For one file, all attempts together.
    pub total: Duration,
    /// How often a file is asked for before giving up.
    pub attempts: u32,
    /// Before the second attempt; doubles with each, and half of it is left to chance.
    pub first_pause: Duration,
    /// A server that wants us to wait longer has refused.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(600),
            attempts: 4,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Patience {
    /// How long to wait after that many failed attempts, if one more is worth it. `asked` is what the server wants.
    pub(crate) fn pause(&self, failed: u32, asked: Option<Duration>) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let doubled = self.first_pause.saturating_mul(1 << failed.saturating_sub(1).min(16));
        let pause = spread(doubled.min(self.longest_pause));
        match asked {
            Some(asked) if asked > self.longest_pause => None,
            Some(asked) => Some(pause.max(asked)),
            None => Some(pause),
        }
    }
}

/// Between half and all of a time, so that many clients do not come back at once.
fn spread(pause: Duration) -> Duration {
    let half = pause / 2;
    let chance = RandomState::new().hash_one(0_u8) % 1024;
    half + half.mul_f64(chance as f64 / 1024.0)
}

/// What `Retry-After` asks for: seconds, or a date, which counts from the server's own.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| DateTimeParser::new().parse_timestamp(text).ok();
    let wait = date(asked)?.duration_since(date(text(DATE)?)?);
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        connect: Duration::ZERO,
        idle: Duration::ZERO,
        total: Duration::ZERO,
        attempts: 4,
        first_pause: Duration::from_millis(100),
        longest_pause: Duration::from_secs(2),
    };

    #[test]
    fn pauses_grow_and_end() {
        for (failed, longest) in [(1, 100), (2, 200), (3, 400)] {
            let longest = Duration::from_millis(longest);
            let pause = PATIENCE.pause(failed, None).unwrap();
            assert!(pause >= longest / 2 && pause <= longest, "{failed}: {pause:?}");
        }
        assert_eq!(PATIENCE.pause(4, None), None);
    }

    #[test]
    fn a_server_may_ask_for_more_within_reason() {
        assert_eq!(PATIENCE.pause(1, Some(Duration::from_secs(1))), Some(Duration::from_secs(1)));
        assert_eq!(PATIENCE.pause(1, Some(Duration::from_secs(3))), None);
    }

    #[test]
    fn what_servers_ask_for() {
        let check = |after: &str, date: &str, expect: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            headers.insert(DATE, date.parse().unwrap());
            assert_eq!(retry_after(&headers), expect.map(Duration::from_secs), "{after} {date}");
        };
        check("7", "", Some(7));
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        check("Sun, 06 Nov 1994 08:49:47 GMT", now, Some(10));
        check("Sun, 06 Nov 1994 08:49:07 GMT", now, Some(0));
        check("Sun, 06 Nov 1994 08:49:47 GMT", "today", None);
        check("-1", now, None);
        check("99999999999999999999", now, None);
    }
}
