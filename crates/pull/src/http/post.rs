//! Something sent to a server, once: what broke off may have arrived.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use tokio::time::timeout;

use super::download::{authorization, refused};
use super::exchange::{Sent, exchange};
use super::{Error, Shown};
use crate::{Access, Session, shown};

/// What is sent.
pub(crate) struct Post<'a> {
    /// As progress calls it.
    pub(crate) what: &'a str,
    /// Of the server that the access belongs to.
    pub(crate) url: Url,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
}

/// Succeeds where the server takes it.
pub(crate) async fn post(session: &Session, access: &Access, post: &Post<'_>) -> Result<(), Error> {
    let url = shown::without_secrets(&post.url);
    if session.offline {
        return Err(Error::Offline { url });
    }
    let _permit = session.permit().await;
    let _shown = Shown::begin(session, post.what);
    let mut headers = HeaderMap::new();
    let header = |text: &str| text.parse().expect("media types make a header");
    headers.insert(CONTENT_TYPE, header(post.content_type));
    headers.insert(ACCEPT, header("application/json"));
    let sent = Sent {
        method: Method::POST,
        url: post.url.clone(),
        headers,
        body: Some(post.body),
        authorization: access.login.as_ref().map(authorization).transpose()?,
        travels: false,
    };
    let limit = session.patience.total;
    let answer = timeout(limit, exchange(session, access, &post.url, &sent)).await;
    let response = answer
        .map_err(|_| Error::TooSlow { url: url.clone(), limit })?
        .map_err(|failed| failed.error)?;
    match response.status().is_success() {
        true => Ok(()),
        false => Err(refused(url, response).await.error),
    }
}
