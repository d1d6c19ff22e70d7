//! Archives that an index says lie in a registry: `oci://HOST/PATH/CHART:VERSION`.

use super::Error;
use crate::oci::{self, At, Fetched};
use crate::{Access, Named, Narrowed, Session, Source, http, shown};

pub(super) fn is_one(url: &str) -> bool {
    url.starts_with("oci://")
}

/// The registry is not the repository: it learns the login only with `pass_credentials`.
pub(super) async fn fetch(session: &Session, url: &str, access: &Access) -> Result<Fetched, Error> {
    let invalid =
        |reason: &str| http::Error::Address { url: shown::address(url), reason: reason.to_owned() };
    let Named { source, narrowed } =
        Source::parse(url).map_err(|error| invalid(&error.to_string()))?;
    let (Source::Oci { address }, Some(narrowed)) = (source, narrowed) else {
        return Err(invalid("it names no version").into());
    };
    let at = match narrowed {
        Narrowed::Digest(digest) => At::Digest(digest),
        narrowed => At::Version(narrowed.to_string()),
    };
    let access = if access.pass_credentials { access.clone() } else { stranger(access) };
    Ok(oci::fetch(session, &address, &at, &access).await?)
}

fn stranger(access: &Access) -> Access {
    Access { login: None, certificate: None, skip_tls_verify: false, ..access.clone() }
}
