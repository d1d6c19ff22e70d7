//! What is done after an attempt that failed: wait and try again, or give up with the reason.

use std::sync::atomic::Ordering;
use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use tokio::time::{Instant, sleep};

use super::failure::Failure;
use super::request::{Effect, Request};
use super::retry::{self, Happened};
use super::send::{Shared, Unanswered};
use crate::error::Error;
use crate::status::Status;

/// The attempts of one request.
pub(super) struct Attempts {
    deadline: Instant,
    made: u32,
    /// Whether one of them may have been carried out without our knowing.
    uncertain: bool,
}

impl Attempts {
    pub(super) fn new(total: Duration) -> Self {
        Self { deadline: Instant::now() + total, made: 0, uncertain: false }
    }

    /// Returns when it is time for the next attempt, and fails when there is none.
    pub(super) async fn go_on(
        &mut self,
        shared: &Shared,
        request: &Request,
        unanswered: Unanswered,
    ) -> Result<(), Error> {
        self.made += 1;
        let (happened, error) = self.judge(shared, request, unanswered)?;
        self.uncertain |= writes(request)
            && matches!(happened, Happened::Cut | Happened::Answered { code: 500 | 502 | 504, .. });
        let reached = shared.reached.load(Ordering::Relaxed);
        let pause = retry::pause(happened, self.made, request.is_repeatable(), reached)
            .filter(|pause| Instant::now() + *pause < self.deadline && !is_final(&error));
        let Some(pause) = pause else { return Err(error) };
        shared.repeated.fetch_add(1, Ordering::Relaxed);
        sleep(pause).await;
        Ok(())
    }

    /// Fails where another attempt cannot help.
    fn judge(
        &self,
        shared: &Shared,
        request: &Request,
        unanswered: Unanswered,
    ) -> Result<(Happened, Error), Error> {
        let place = shared.place.clone();
        match unanswered {
            Unanswered::Guarded(error) => Err(*error),
            Unanswered::Refused(code, reply) => {
                let status = Status::read(code, &reply.text);
                let retry_after = retry_after(&reply.headers).or(status.retry_after);
                let error = shared.refused(request, status, self.uncertain);
                Ok((Happened::Answered { code, retry_after }, error))
            }
            Unanswered::Failed(Failure::Credentials(message)) => {
                Err(Error::Credentials { place, message })
            }
            Unanswered::Failed(Failure::Untrusted(message)) => {
                Err(Error::Untrusted { place, message })
            }
            Unanswered::Failed(Failure::Unsent(message)) => {
                Ok((Happened::Unsent, Error::Unreachable { place, message }))
            }
            Unanswered::Failed(Failure::Cut(message)) => {
                let error = Error::Cut {
                    place,
                    verb: request.verb,
                    subject: request.subject(),
                    message,
                    uncertain: writes(request),
                };
                Ok((Happened::Cut, error))
            }
        }
    }
}

fn writes(request: &Request) -> bool {
    request.effect() == Effect::Write
}

/// A 500 that stays as it is.
fn is_final(error: &Error) -> bool {
    error.status().is_some_and(Status::is_untyped)
}

/// Seconds; a date is not used by API servers.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
