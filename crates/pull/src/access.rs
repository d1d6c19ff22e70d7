//! How a repository or registry lets us in: who we are, whom we trust, and how far our name may travel.

use std::fmt;

/// What a connection to one repository or registry needs. The default is an anonymous one over verified TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    pub login: Option<Login>,
    /// PEM; trusted beside what the system trusts.
    pub ca: Option<Vec<u8>>,
    pub certificate: Option<ClientCertificate>,
    /// The login also goes to other hosts that an index names; never asked for by default (CVE-2021-32690).
    pub pass_credentials: bool,
    /// A registry without TLS. Addresses that say `http://` need no such word.
    pub plain_http: bool,
    /// Any certificate will do.
    pub skip_tls_verify: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Login {
    Basic { username: String, password: Secret },
    Bearer { token: Secret },
}

/// What we show a server that asks for a certificate: both as PEM.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientCertificate {
    pub certificate: Vec<u8>,
    pub key: Secret,
}

/// A text that no message may show.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_what_holds_it() {
        let login = Login::Basic { username: "ci".into(), password: Secret::new("hunter2hunter2") };
        let access = Access { login: Some(login), ..Access::default() };
        assert!(!format!("{access:?}").contains("hunter2"));
    }
}
