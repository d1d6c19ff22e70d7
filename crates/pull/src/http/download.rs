//! One file: attempts until it is whole, each going through the redirects and on from where the last one ended.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::{
    ACCEPT_ENCODING, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use reqwest::{Method, Response, StatusCode};
use source::base64;
use tokio::time::timeout;

use super::exchange::{Sent, exchange};
use super::failed::{Again, Failed, again, cut};
use super::partial::Partial;
use super::{Answer, Error, Found, Request, patience, redirect};
use crate::{Login, Session, shown};

/// How much of an error page is looked at.
const SAID: usize = 4096;

/// Asks for a file until it is there, has not changed, or asking is pointless.
pub(crate) async fn get(session: &Session, request: &Request<'_>) -> Result<Answer, Error> {
    let url = || shown::without_secrets(&request.url);
    if session.offline {
        return Err(Error::Offline { url: url() });
    }
    let _permit = session.permit().await;
    let _shown = Shown::begin(session, request.what);
    let limit = session.patience.total;
    match timeout(limit, whole(session, request)).await {
        Ok(result) => result,
        Err(_) => Err(Error::TooSlow { url: url(), limit }),
    }
}

/// Tells the watch of the end however a download ends.
pub(crate) struct Shown<'a>(&'a Session, &'a str);

impl<'a> Shown<'a> {
    pub(crate) fn begin(session: &'a Session, what: &'a str) -> Self {
        session.watch.began(what);
        Self(session, what)
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.watch.ended(self.1);
    }
}

async fn whole(session: &Session, request: &Request<'_>) -> Result<Answer, Error> {
    let (mut attempts, mut partial) = (0, Partial::default());
    loop {
        match attempt(session, request, &mut partial).await {
            Ok(true) => return Ok(Answer::Unchanged),
            Ok(false) => return found(request, partial).map(Answer::Found),
            Err(failed) => again(session, &mut attempts, failed).await?,
        }
    }
}

/// One attempt; true where the server says that nothing has changed.
async fn attempt(
    session: &Session,
    request: &Request<'_>,
    partial: &mut Partial,
) -> Result<bool, Failed> {
    let sent = sent(request, partial)?;
    let mut response = exchange(session, request.access, &request.home, &sent).await?;
    let url = shown::without_secrets(response.url());
    match response.status() {
        StatusCode::OK => partial.begin(response.headers(), response.content_length()),
        StatusCode::PARTIAL_CONTENT if partial.goes_on(response.headers()) => {}
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            *partial = Partial::default();
            let reason = "the rest does not fit what came before".to_owned();
            return Err(Failed { error: Error::Cut { url, reason }, again: Again::After(None) });
        }
        StatusCode::NOT_MODIFIED if request.have.is_some() => return Ok(true),
        _ => return Err(refused(url, response).await),
    }
    let too_large = || Error::TooLarge { url: url.clone(), limit: request.limit };
    if partial.total.is_some_and(|total| total > request.limit) {
        return Err(too_large().into());
    }
    while let Some(bytes) = response.chunk().await.map_err(|error| cut(url.clone(), &error))? {
        if (partial.bytes.len() + bytes.len()) as u64 > request.limit {
            return Err(too_large().into());
        }
        partial.bytes.extend_from_slice(&bytes);
        session.watch.came(request.what, partial.bytes.len() as u64, partial.total);
    }
    if partial.is_whole() {
        return Ok(false);
    }
    let reason = "its length is not what was promised".to_owned();
    Err(Failed { error: Error::Cut { url, reason }, again: Again::After(None) })
}

/// The file as a request, with our login where it belongs.
fn sent(request: &Request<'_>, partial: &Partial) -> Result<Sent<'static>, Error> {
    let access = request.access;
    let known = redirect::may_know_us(&request.home, &request.url, access.pass_credentials);
    let login = access.login.as_ref().filter(|_| known);
    Ok(Sent {
        method: Method::GET,
        url: request.url.clone(),
        headers: headers(request, partial),
        body: None,
        authorization: login.map(authorization).transpose()?,
        travels: access.pass_credentials,
    })
}

pub(super) fn authorization(login: &Login) -> Result<HeaderValue, Error> {
    let words = match login {
        Login::Basic { username, password } => {
            let both = format!("{username}:{}", password.reveal());
            format!("Basic {}", base64::encode(both.as_bytes()))
        }
        Login::Bearer { token } => format!("Bearer {}", token.reveal()),
    };
    let mut value = HeaderValue::try_from(words)
        .map_err(|_| Error::Setup("the token holds what no header can carry".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What we have and what we want of a file, but for who we are.
fn headers(request: &Request<'_>, partial: &Partial) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name, value: &str| {
        // What a server gave as a header is one.
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    set(ACCEPT_ENCODING, if request.packed { "gzip" } else { "identity" });
    if let Some((from, state)) = partial.resume() {
        set(RANGE, &format!("bytes={from}-"));
        set(IF_RANGE, state);
    } else if let Some(have) = request.have {
        if let Some(etag) = &have.etag {
            set(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &have.last_modified {
            set(IF_MODIFIED_SINCE, date);
        }
    }
    headers
}

/// An answer that is no file: what it means, with the server's own words.
pub(super) async fn refused(url: String, mut response: Response) -> Failed {
    let status = response.status();
    let again = match status.as_u16() {
        408 | 429 | 500.. => Again::After(patience::retry_after(response.headers())),
        _ => Again::Never,
    };
    let mut body = Vec::new();
    while let Ok(Some(bytes)) = response.chunk().await
        && body.len() < SAID
    {
        body.extend_from_slice(&bytes);
    }
    let kind = response.headers().get(reqwest::header::CONTENT_TYPE);
    let said = shown::said(kind.and_then(|kind| kind.to_str().ok()), &body);
    Failed { error: Error::Status { url, status: status.as_u16(), said }, again }
}

fn found(request: &Request<'_>, partial: Partial) -> Result<Found, Error> {
    let Partial { bytes, validators, content_type, encoding, .. } = partial;
    let is_packed = request.packed && encoding.as_deref() == Some("gzip");
    let bytes = if is_packed { unpack(request, &bytes)? } else { bytes };
    Ok(Found { bytes, validators, content_type })
}

fn unpack(request: &Request<'_>, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let url = || shown::without_secrets(&request.url);
    let mut unpacked = Vec::new();
    let mut bounded = GzDecoder::new(bytes).take(request.limit.saturating_add(1));
    bounded
        .read_to_end(&mut unpacked)
        .map_err(|error| Error::Packed { url: url(), reason: error.to_string() })?;
    if unpacked.len() as u64 > request.limit {
        return Err(Error::TooLarge { url: url(), limit: request.limit });
    }
    Ok(unpacked)
}
