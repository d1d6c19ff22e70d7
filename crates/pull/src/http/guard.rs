//! Names of hosts that a server or an index sends us to: those that lead to the machine's own network are refused.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::redirect::is_link_local;

/// Resolves as the system does and refuses link-local addresses.
pub(super) struct Guard;

/// What was refused; found again among the causes of a failed connection.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is an address of the machine's own network")]
pub(super) struct Refused(String);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            if found.iter().any(|address| is_link_local(address.ip())) {
                return Err(Refused(name.as_str().to_owned()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
