//! Who holds a lock, as the Lease's `holderIdentity` spells it.

use std::fmt;

/// One process. Its text is what a Lease holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What tells computers (and, on one, spaces of process numbers) apart.
    pub host: String,
    pub process: u32,
    /// When the process started, in any form that differs for the next process of that number.
    pub started: String,
    /// The CI job.
    pub run: Option<String>,
}

impl Holder {
    /// None for what another program wrote.
    pub fn read(identity: &str) -> Option<Self> {
        let mut parts = identity.splitn(4, '/');
        let host = parts.next().filter(|host| !host.is_empty())?.to_owned();
        let process = parts.next()?.parse().ok()?;
        let started = parts.next()?.to_owned();
        Some(Self { host, process, started, run: parts.next().map(str::to_owned) })
    }

    /// `process 4711 on build-7 (https://ci.example.com/7)`
    pub fn words(&self) -> String {
        let run = self.run.as_ref().map(|run| format!(" ({run})")).unwrap_or_default();
        format!("process {} on {}{run}", self.process, self.host)
    }
}

/// `build-7/4711/12345/https://ci.example.com/7`
impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |text: &str| text.replace('/', "-");
        write!(formatter, "{}/{}/{}", plain(&self.host), self.process, plain(&self.started))?;
        match &self.run {
            Some(run) => write!(formatter, "/{run}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities() {
        let check = |identity: &str, words: Option<&str>| {
            let holder = Holder::read(identity);
            assert_eq!(holder.as_ref().map(Holder::words).as_deref(), words);
            if let Some(holder) = holder {
                assert_eq!(holder.to_string(), identity);
            }
        };
        check("build-7/4711/12345", Some("process 4711 on build-7"));
        check(
            "build-7/4711/12345/https://ci.example.com/7",
            Some("process 4711 on build-7 (https://ci.example.com/7)"),
        );
        check("build-7/4711/", Some("process 4711 on build-7"));
        check("somebody", None);
        check("a/b/c", None);
        check("/1/2", None);
        check("", None);
    }
}
