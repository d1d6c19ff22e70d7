//! Why an object does not become ready: a stable code, how sure that is, and the cause in one sentence.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use stack::FailFast;

use super::Code;

/// What went wrong with one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: Code,
    #[serde(skip)]
    pub certainty: Certainty,
    /// One sentence without a period: what happened, with the controller's own words.
    pub cause: String,
}

impl Failure {
    pub fn new(code: Code, certainty: Certainty, cause: impl Into<String>) -> Self {
        Self { code, certainty, cause: cause.into() }
    }

    pub fn certain(code: Code, cause: impl Into<String>) -> Self {
        Self::new(code, Certainty::Certain, cause)
    }
}

/// `E-IMAGE-PULL: container `api` cannot pull …`
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.cause)
    }
}

/// Whether waiting on can help. The order is that of telling: what is more certain comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing changes without a person.
    Certain,
    /// Seldom mends; ends the wait after the grace that `failFast` gives it.
    Likely(Grace),
    /// May well mend (a node joins, a Job tries again): told while waiting and at the timeout, never ends the wait.
    Possible,
}

/// Which key of `failFast` says how long a likely failure may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grace {
    /// How often the container was started again so far.
    Restarts(u32),
    ImagePull,
    ConfigError,
}

/// Whether a failure that has lasted so long ends the wait. It lasts from when its code was first seen on the object until the
/// object is ready or shows another code: between two attempts to pull an image a pod shows none.
pub fn decide(failure: &Failure, lasted: Duration, fail_fast: &FailFast) -> bool {
    match failure.certainty {
        Certainty::Certain => true,
        Certainty::Likely(Grace::Restarts(restarts)) => restarts >= fail_fast.restarts,
        Certainty::Likely(Grace::ImagePull) => lasted >= fail_fast.image_pull,
        Certainty::Likely(Grace::ConfigError) => lasted >= fail_fast.config_error,
        Certainty::Possible => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_the_wait_ends() {
        let fail_fast = FailFast::default();
        let check = |certainty: Certainty, seconds: u64, expect: bool| {
            let failure = Failure::new(Code::Config, certainty, "");
            let lasted = Duration::from_secs(seconds);
            assert_eq!(
                decide(&failure, lasted, &fail_fast),
                expect,
                "{certainty:?} for {seconds} s"
            );
        };
        check(Certainty::Certain, 0, true);
        check(Certainty::Likely(Grace::Restarts(2)), 900, false);
        check(Certainty::Likely(Grace::Restarts(3)), 0, true);
        check(Certainty::Likely(Grace::ImagePull), 59, false);
        check(Certainty::Likely(Grace::ImagePull), 60, true);
        check(Certainty::Likely(Grace::ConfigError), 60, true);
        check(Certainty::Possible, 900, false);
    }
}
