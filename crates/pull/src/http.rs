//! Asking servers for files: whose login goes where, which redirects are followed, how long we wait, what is tried again.

mod client;
mod download;
mod error;
mod exchange;
mod failed;
mod guard;
mod partial;
mod patience;
mod post;
mod proxies;
mod redirect;

use reqwest::Url;

pub use error::Error;
pub use patience::Patience;

pub(crate) use client::Clients;
pub(crate) use download::{Shown, get};
pub(crate) use exchange::{Sent, exchange};
pub(crate) use failed::{Again, Failed, again, cut};
pub(crate) use patience::retry_after;
pub(crate) use post::{Post, post};

use crate::{Access, shown};

/// A file that is asked for.
pub(crate) struct Request<'a> {
    /// As progress calls it.
    pub(crate) what: &'a str,
    pub(crate) url: Url,
    pub(crate) access: &'a Access,
    /// Whose login and certificate the access holds; nobody else sees them.
    pub(crate) home: Url,
    /// The most bytes that are taken, unpacked ones too.
    pub(crate) limit: u64,
    /// Whether the server may pack the file for the way.
    pub(crate) packed: bool,
    /// What we have; the server need not send it again.
    pub(crate) have: Option<&'a Validators>,
}

/// By what a server knows one state of a file again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

pub(crate) enum Answer {
    /// What we have is still the file.
    Unchanged,
    Found(Found),
}

pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    pub(crate) validators: Validators,
    pub(crate) content_type: Option<String>,
}

/// Reads an address as it is asked for: without a user in it, of a scheme that we speak.
pub(crate) fn address(text: &str) -> Result<Url, Error> {
    let invalid =
        |reason: &str| Error::Address { url: shown::address(text), reason: reason.to_owned() };
    let mut url = Url::parse(text).map_err(|error| invalid(&error.to_string()))?;
    if !redirect::is_ours(&url) {
        return Err(invalid("only http and https are spoken here"));
    }
    shown::strip_user(&mut url);
    Ok(url)
}
