//! Which proxies stand between us and the world, by the variables that every tool reads.

use std::collections::BTreeMap;

/// Addresses of proxies; the default is none. Only hosts that `except` does not name go through them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Proxies {
    /// For addresses with `http://`.
    pub(super) http: Option<String>,
    /// For addresses with `https://`.
    pub(super) https: Option<String>,
    /// Hosts, domains and networks behind commas, as in `NO_PROXY`.
    pub(super) except: String,
}

impl Proxies {
    /// From `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or `ALL_PROXY` where one is not set, in upper or lower case.
    pub(super) fn of(environment: &BTreeMap<String, String>) -> Self {
        let set = |name: &str| {
            let found = environment.get(name).or_else(|| environment.get(&name.to_lowercase()));
            found.filter(|value| !value.is_empty()).cloned()
        };
        Self {
            http: set("HTTP_PROXY").or_else(|| set("ALL_PROXY")),
            https: set("HTTPS_PROXY").or_else(|| set("ALL_PROXY")),
            except: set("NO_PROXY").unwrap_or_default(),
        }
    }

    /// As the client takes them; an address that is none is an error that does not repeat it, for it may hold a password.
    pub(super) fn into_client(self) -> Result<Vec<reqwest::Proxy>, String> {
        let except = || reqwest::NoProxy::from_string(&self.except);
        let mut proxies = Vec::new();
        if let Some(url) = &self.http {
            let proxy = reqwest::Proxy::http(url).map_err(|_| invalid("HTTP_PROXY"))?;
            proxies.push(proxy.no_proxy(except()));
        }
        if let Some(url) = &self.https {
            let proxy = reqwest::Proxy::https(url).map_err(|_| invalid("HTTPS_PROXY"))?;
            proxies.push(proxy.no_proxy(except()));
        }
        Ok(proxies)
    }
}

fn invalid(name: &str) -> String {
    format!("`{name}` holds no address of a proxy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_from_variables_of_either_case() {
        let environment = [
            ("http_proxy", "http://p:3128"),
            ("ALL_PROXY", "http://all:1"),
            ("NO_PROXY", "localhost,.example.com"),
            ("HTTPS_PROXY", ""),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expect = Proxies {
            http: Some("http://p:3128".into()),
            https: Some("http://all:1".into()),
            except: "localhost,.example.com".into(),
        };
        assert_eq!(Proxies::of(&environment.into()), expect);
        assert_eq!(Proxies::of(&BTreeMap::new()), Proxies::default());
    }

    #[test]
    fn a_bad_address_is_not_repeated() {
        let proxies = Proxies { http: Some("http://u:hunter2@:x".into()), ..Proxies::default() };
        let message = proxies.into_client().unwrap_err();
        assert_eq!(message, "`HTTP_PROXY` holds no address of a proxy");
    }
}
