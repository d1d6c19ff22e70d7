//! What a failed exchange was: its deepest cause in words, and whether asking again may help; and asking again.

use std::error::Error as StdError;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use tokio::time::sleep;

use super::Error;
use super::guard::Refused;
use crate::{Session, shown};

/// A failed attempt.
pub(crate) struct Failed<E = Error> {
    pub(crate) error: E,
    pub(crate) again: Again,
}

/// Whether another attempt makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After a pause, which the server may have asked for.
    After(Option<Duration>),
}

impl<E> From<E> for Failed<E> {
    fn from(error: E) -> Self {
        Self { error, again: Again::Never }
    }
}

impl<E> Failed<E> {
    pub(crate) fn map<F>(self, error: impl FnOnce(E) -> F) -> Failed<F> {
        Failed { error: error(self.error), again: self.again }
    }
}

/// Waits for the next attempt, or gives the error back: of the last attempt, or one after which another is pointless.
pub(crate) async fn again<E: Display>(
    session: &Session,
    attempts: &mut u32,
    failed: Failed<E>,
) -> Result<(), E> {
    *attempts += 1;
    let Failed { error, again } = failed;
    let Again::After(asked) = again else { return Err(error) };
    let Some(pause) = session.patience.pause(*attempts, asked) else { return Err(error) };
    session.watch.warn(&format!("{error}; asking again"));
    sleep(pause).await;
    Ok(())
}

/// A request that brought no answer.
pub(super) fn unanswered(url: String, error: &reqwest::Error) -> Failed {
    let reason =
        if error.is_timeout() { "it does not answer in time".into() } else { cause(error) };
    if causes(error).iter().any(|cause| cause.is::<rustls::Error>()) {
        return Error::Untrusted { url, reason }.into();
    }
    if causes(error).iter().any(|cause| cause.is::<Refused>()) {
        return Error::Unreachable { url, reason }.into();
    }
    Failed { error: Error::Unreachable { url, reason }, again: Again::After(None) }
}

/// An answer that did not come to its end.
pub(crate) fn cut(url: String, error: &reqwest::Error) -> Failed {
    let reason = if error.is_timeout() { "nothing more came".into() } else { cause(error) };
    Failed { error: Error::Cut { url, reason }, again: Again::After(None) }
}

/// The deepest cause, which says most.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let deepest = causes(error).last().map(ToString::to_string);
    shown::plain(&deepest.unwrap_or_default())
}

fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut causes = Vec::new();
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        // An input/output error that carries another does not name it as its source.
        let carried = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = carried.map(|carried| carried as &(dyn StdError + 'static)).or(cause.source());
    }
    causes
}
