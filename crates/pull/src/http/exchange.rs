//! One request of any kind through its redirects: who learns our login on the way, and where it may lead.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Response, Url};

use super::client::Needs;
use super::failed::{Failed, unanswered};
use super::{Error, redirect};
use crate::{Access, Session, shown};

/// A request that can be made again.
pub(crate) struct Sent<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<&'a [u8]>,
    /// Seen by the server that is asked, and by none that it redirects to unless it travels.
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) travels: bool,
}

/// The answer, whatever its status. `home` is the server that the user named, and `access` what is known of it.
pub(crate) async fn exchange(
    session: &Session,
    access: &Access,
    home: &Url,
    sent: &Sent<'_>,
) -> Result<Response, Failed> {
    let mut url = sent.url.clone();
    for _ in 0..=redirect::MOST {
        let response = once(session, access, home, sent, &url).await?;
        let location = response.headers().get(LOCATION);
        let follows = match response.status().as_u16() {
            301..=303 => matches!(sent.method, Method::GET | Method::HEAD),
            status => matches!(status, 307 | 308),
        };
        let Some(location) = location.filter(|_| follows) else { return Ok(response) };
        url = redirect::next(home, &url, location)?;
    }
    Err(Error::Redirects { url: shown::without_secrets(&sent.url) }.into())
}

async fn once(
    session: &Session,
    access: &Access,
    home: &Url,
    sent: &Sent<'_>,
    url: &Url,
) -> Result<Response, Failed> {
    let known = redirect::may_know_us(home, url, access.pass_credentials);
    let guarded = redirect::is_guarded(home, url);
    if guarded && redirect::host_address(url).is_some_and(redirect::is_link_local) {
        let reason = "that is an address of the machine's own network".to_owned();
        return Err(Error::Address { url: shown::without_secrets(url), reason }.into());
    }
    let uploads = sent.body.is_some_and(|body| !body.is_empty());
    let needs = Needs::new(access, known, guarded).uploading(uploads);
    let client = session.shared.clients.of(session, needs, url)?;
    let mut request =
        client.request(sent.method.clone(), url.clone()).headers(sent.headers.clone());
    if let Some(body) = sent.body {
        request = request.body(body.to_vec());
    }
    let is_asked = url.origin() == sent.url.origin();
    if let Some(value) = sent.authorization.as_ref().filter(|_| is_asked || sent.travels) {
        request = request.header(AUTHORIZATION, value.clone());
    }
    request.send().await.map_err(|error| unanswered(shown::without_secrets(url), &error))
}
