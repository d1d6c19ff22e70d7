//! One repository of a registry over HTTP: requests with the login that it asks for, tried again where that may help.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::Mutex;
use tokio::time;

use super::{Error, authorize, challenge, connect, error};
use crate::{Access, Login, Session};

/// Tries of one request, and how long the first pause is; each further one is twice as long.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);
/// A server may ask for this much patience.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Pull,
    Push,
}

/// A repository, and what it let us in with.
pub(crate) struct Registry<'run> {
    pub(super) access: &'run Access,
    /// The host, as the address names it.
    pub(super) name: String,
    pub(super) client: Client,
    session: &'run Session,
    repository: String,
    base: Url,
    authorization: Mutex<Option<HeaderValue>>,
}

/// A request that can be made again.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<&'a [u8]>,
    pub(super) action: Action,
    /// What is asked for, as messages say it.
    pub(super) what: &'a str,
}

/// How often something was tried, shared by all that makes up one answer.
pub(super) struct Tries(u32);

impl<'run> Registry<'run> {
    /// Of an address `HOST[:PORT]/PATH` or a host alone. No socket is opened yet, and offline none ever.
    pub(crate) fn of(
        session: &'run Session,
        address: &str,
        access: &'run Access,
        what: &str,
    ) -> Result<Self, Error> {
        if session.offline {
            return Err(Error::Offline { what: what.to_owned() });
        }
        let (name, repository) = address.split_once('/').unwrap_or((address, ""));
        let unreachable = |reason: String| Error::Unreachable { registry: name.to_owned(), reason };
        // Docker's registry answers elsewhere than where it is named (distribution/reference).
        let host = if name == "docker.io" { "registry-1.docker.io" } else { name };
        let scheme = if access.plain_http { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{host}/v2/"))
            .map_err(|error| unreachable(error.to_string()))?;
        if access.skip_tls_verify {
            session.watch.warn(&format!("nobody checks the certificate of `{name}`"));
        }
        Ok(Self {
            access,
            name: name.to_owned(),
            client: connect::client(access).map_err(unreachable)?,
            session,
            repository: repository.to_owned(),
            base,
            authorization: Mutex::default(),
        })
    }

    /// A URL of the repository: `manifests/1.0.0`.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let prefix = if self.repository.is_empty() { "/v2/" } else { "/v2" };
        let repository = if self.repository.is_empty() { "" } else { "/" };
        url.set_path(&format!("{prefix}{repository}{}{}{path}", self.repository, repository));
        url
    }

    /// A URL that the registry named, if it is one of its own or may be another's.
    pub(super) fn resolve(&self, from: &Url, text: &str) -> Result<Url, Error> {
        let url = from
            .join(text)
            .ok()
            .filter(|url| url.scheme() == self.base.scheme() || url.scheme() == "https");
        url.ok_or_else(|| self.lie(format!("it leads to `{}`", error::words(text))))
    }

    pub(super) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// The answer, which is a success; 404 and others are errors.
    pub(super) async fn ask(&self, ask: &Ask<'_>, tries: &mut Tries) -> Result<Response, Error> {
        let mut authorized = false;
        loop {
            let authorization = self.authorization.lock().await.clone();
            let mut request = self.client.request(ask.method.clone(), ask.url.clone());
            request = request.headers(ask.headers.clone());
            if let Some(body) = ask.body {
                request = request.body(body.to_vec());
            }
            if let Some(value) = authorization.filter(|_| self.is_own(&ask.url)) {
                request = request.header("authorization", value);
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => {
                    self.again(tries, self.failed(&error), None).await?;
                    continue;
                }
            };
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            if status == StatusCode::UNAUTHORIZED && !authorized && self.is_own(response.url()) {
                authorized = true;
                let mut challenges = response.headers().get_all("www-authenticate").iter();
                let challenge = challenges.find_map(|value| challenge::parse(value.to_str().ok()?));
                let challenge = challenge.ok_or_else(|| self.refused(ask.action))?;
                let value = authorize::answer(self, challenge, ask.action).await?;
                *self.authorization.lock().await = Some(value);
                continue;
            }
            let patience = response.headers().get("retry-after").and_then(seconds);
            let error = self.error(response, ask).await;
            if !is_passing(status) {
                return Err(error);
            }
            self.again(tries, error, patience).await?;
        }
    }

    /// The body of an answer, no longer than `limit`; what was cut off is asked for again from where it ended.
    pub(super) async fn get(
        &self,
        mut ask: Ask<'_>,
        limit: usize,
        came: impl Fn(usize),
    ) -> Result<(HeaderMap, Vec<u8>), Error> {
        let mut tries = Tries(0);
        let mut body = Vec::new();
        loop {
            if !body.is_empty() {
                let range = format!("bytes={}-", body.len());
                ask.headers.insert("range", range.parse().expect("digits make a header"));
            }
            let mut response = self.ask(&ask, &mut tries).await?;
            if response.status() != StatusCode::PARTIAL_CONTENT || !continues(&response, body.len())
            {
                body.clear();
            }
            loop {
                match response.chunk().await {
                    Ok(Some(piece)) => {
                        if body.len() + piece.len() > limit {
                            let what = ask.what;
                            return Err(self.lie(format!("{what} is longer than {limit} bytes")));
                        }
                        body.extend_from_slice(&piece);
                        came(body.len());
                    }
                    Ok(None) => return Ok((response.headers().clone(), body)),
                    Err(error) => {
                        self.again(&mut tries, self.failed(&error), None).await?;
                        break;
                    }
                }
            }
        }
    }

    /// A request to somebody else, as it is: its status and body.
    pub(super) async fn plain(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<(StatusCode, Vec<u8>), Error> {
        let mut tries = Tries(0);
        loop {
            let request = request.try_clone().expect("the body is in memory");
            let answer = async {
                let mut response = request.send().await?;
                let body = read(&mut response, limit).await?;
                Ok((response.status(), body))
            };
            match answer.await {
                Ok((status, _)) if is_passing(status) && tries.0 + 1 < TRIES => {
                    tries.0 += 1;
                    time::sleep(PAUSE).await;
                }
                Ok(answer) => return Ok(answer),
                Err(error) => self.again(&mut tries, self.failed(&error), None).await?,
            }
        }
    }

    /// Waits for the next try, or gives the error back: what will be the same again is not tried.
    async fn again(
        &self,
        tries: &mut Tries,
        error: Error,
        patience: Option<Duration>,
    ) -> Result<(), Error> {
        tries.0 += 1;
        if tries.0 >= TRIES || matches!(error, Error::Untrusted { .. } | Error::Lie { .. }) {
            return Err(error);
        }
        let pause = patience.unwrap_or(PAUSE * 2_u32.pow(tries.0 - 1)).min(LONGEST_PAUSE);
        self.session.watch.warn(&format!("{error}; trying again"));
        time::sleep(pause).await;
        Ok(())
    }

    fn failed(&self, error: &reqwest::Error) -> Error {
        let registry = self.name.clone();
        if let Some(reason) = connect::distrust(error) {
            return Error::Untrusted { registry, reason };
        }
        let reason = connect::reason(error);
        if error.is_redirect() { self.lie(reason) } else { Error::Unreachable { registry, reason } }
    }

    async fn error(&self, mut response: Response, ask: &Ask<'_>) -> Error {
        let (registry, what) = (self.name.clone(), ask.what.to_owned());
        let status = response.status();
        let body = read(&mut response, 64 << 10).await.unwrap_or_default();
        let words = message(&body).map(|words| format!(": {words}")).unwrap_or_default();
        match status.as_u16() {
            401 => self.refused(ask.action),
            403 => Error::Denied { registry, what, words },
            404 => Error::Absent { registry, what },
            code => Error::Answer { registry, what, code, words },
        }
    }

    /// The scope of a token for the repository.
    pub(super) fn scope(&self, action: Action) -> Option<String> {
        let actions = match action {
            Action::Pull => "pull",
            Action::Push => "pull,push",
        };
        let repository = &self.repository;
        (!repository.is_empty()).then(|| format!("repository:{repository}:{actions}"))
    }

    pub(super) fn refused(&self, action: Action) -> Error {
        let registry = self.name.clone();
        match &self.access.login {
            None => self.login_needed(action),
            Some(Login::Basic { username, .. }) => {
                Error::LoginRefused { registry, user: username.clone() }
            }
            Some(Login::Bearer { .. }) => {
                Error::LoginRefused { registry, user: "a bearer token".to_owned() }
            }
        }
    }

    pub(super) fn login_needed(&self, action: Action) -> Error {
        let verb = if action == Action::Pull { "pulling" } else { "pushing" };
        let what = if self.repository.is_empty() {
            "anything".to_owned()
        } else {
            format!("{verb} `{}`", self.repository)
        };
        Error::LoginNeeded { registry: self.name.clone(), what }
    }

    pub(super) fn lie(&self, problem: String) -> Error {
        Error::Lie { registry: self.name.clone(), problem }
    }
}

impl Tries {
    pub(super) fn none() -> Self {
        Self(0)
    }
}

/// The bytes of an answer up to a limit; the rest is not read.
async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
        if body.len() == limit {
            break;
        }
    }
    Ok(body)
}

/// Whether the same request may succeed a moment later.
fn is_passing(status: StatusCode) -> bool {
    status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}

fn seconds(value: &HeaderValue) -> Option<Duration> {
    Some(Duration::from_secs(value.to_str().ok()?.trim().parse().ok()?))
}

/// Whether a part begins where we ended.
fn continues(response: &Response, at: usize) -> bool {
    let range = response.headers().get("content-range").and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}

/// What the registry says of its refusal (OCI distribution specification, error codes).
fn message(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = answer.get("errors")?.get(0)?;
    let text = |key: &str| first.get(key)?.as_str().filter(|text| !text.is_empty());
    Some(error::words(text("message").or_else(|| text("code"))?))
}
