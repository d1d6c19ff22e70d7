//! When a request that failed is sent again.

use std::time::Duration;

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    Answered {
        code: u16,
        retry_after: Option<Duration>,
    },
    /// No connection: the server never saw it.
    Unsent,
    /// The connection ended or nothing came in time: the server may have done it.
    Cut,
}

/// How long to wait before the next attempt; none when there is none. `attempt` counts those made; `reached` says that this
/// server has answered before, so that its silence is likely to pass.
pub(crate) fn pause(
    happened: Happened,
    attempt: u32,
    is_repeatable: bool,
    reached: bool,
) -> Option<Duration> {
    let backoff = BACKOFF.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    let backoff = backoff.min(LONGEST_BACKOFF);
    let up_to = |attempts: u32| (attempt < attempts).then_some(backoff);
    match happened {
        // The server says that it did not start: the total deadline alone ends this.
        Happened::Answered { code: 429, retry_after } => {
            Some(retry_after.unwrap_or(backoff).min(LONGEST_RETRY_AFTER))
        }
        Happened::Answered { code: 503, retry_after: Some(wait) } => {
            Some(wait.min(LONGEST_RETRY_AFTER))
        }
        Happened::Answered { code: 502..=504, .. } | Happened::Cut if is_repeatable => up_to(5),
        // Often for good: an unknown field under strict server-side apply is one.
        Happened::Answered { code: 500, .. } if is_repeatable => up_to(3),
        Happened::Unsent if reached => up_to(9),
        Happened::Unsent => up_to(2),
        Happened::Answered { .. } | Happened::Cut => None,
    }
}

const BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses() {
        let check = |happened, attempt, repeatable, reached, expect: Option<u64>| {
            let pause = pause(happened, attempt, repeatable, reached);
            assert_eq!(pause.map(|it| it.as_millis()), expect.map(u128::from), "{happened:?}");
        };
        let answered = |code, seconds: Option<u64>| Happened::Answered {
            code,
            retry_after: seconds.map(Duration::from_secs),
        };
        check(answered(429, None), 1, false, true, Some(100));
        check(answered(429, Some(2)), 40, false, true, Some(2_000));
        check(answered(429, Some(u64::MAX)), 1, false, true, Some(30_000));
        check(answered(429, None), u32::MAX, false, true, Some(5_000));
        check(answered(503, Some(1)), 1, false, true, Some(1_000));
        check(answered(503, None), 1, false, true, None);
        check(answered(503, None), 4, true, true, Some(800));
        check(answered(503, None), 5, true, true, None);
        check(answered(500, None), 1, true, true, Some(100));
        check(answered(500, None), 3, true, true, None);
        check(answered(500, None), 1, false, true, None);
        check(answered(409, None), 1, true, true, None);
        check(answered(422, Some(1)), 1, true, true, None);
        check(Happened::Cut, 1, true, true, Some(100));
        check(Happened::Cut, 1, false, true, None);
        check(Happened::Unsent, 1, false, false, Some(100));
        check(Happened::Unsent, 2, false, false, None);
        check(Happened::Unsent, 8, false, true, Some(5_000));
    }
}
