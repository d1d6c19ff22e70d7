//! What a failed exchange was: its deepest cause in words, and whether asking again may help.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use super::guard::Refused;
use super::{Error, shown};

/// A failed attempt.
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

/// Whether another attempt makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// After a pause, which the server may have asked for.
    After(Option<Duration>),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
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
