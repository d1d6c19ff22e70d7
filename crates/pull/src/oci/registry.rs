//! One repository of a registry over HTTP: requests with the login that it asks for, tried again where that may help.

use reqwest::header::{CONTENT_RANGE, HeaderMap, HeaderValue, RANGE, WWW_AUTHENTICATE};
use reqwest::{Method, Response, StatusCode, Url};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{Error, authorize, challenge, refusal};
use crate::http::{self, Failed, Sent};
use crate::{Access, Session, shown};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Pull,
    Push,
}

/// A repository, and what it let us in with.
pub(super) struct Registry<'run> {
    pub(super) access: &'run Access,
    /// The host, as the address names it.
    pub(super) name: String,
    /// The path; empty for the registry itself.
    pub(super) repository: String,
    session: &'run Session,
    base: Url,
    authorization: Mutex<Option<HeaderValue>>,
}

/// What is asked of a registry.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<&'a [u8]>,
    pub(super) action: Action,
    /// What is asked for, as messages say it.
    pub(super) what: &'a str,
}

impl<'run> Registry<'run> {
    /// Of an address `HOST[:PORT]/PATH` or a host alone. No socket is opened yet, and offline none ever.
    pub(super) fn of(
        session: &'run Session,
        address: &str,
        access: &'run Access,
        what: &str,
    ) -> Result<Self, Error> {
        if session.offline {
            return Err(Error::Offline { what: what.to_owned() });
        }
        let (name, repository) = address.split_once('/').unwrap_or((address, ""));
        // Docker's registry answers elsewhere than where it is named (distribution/reference).
        let host = if name == "docker.io" { "registry-1.docker.io" } else { name };
        let scheme = if access.plain_http { "http" } else { "https" };
        Ok(Self {
            access,
            name: name.to_owned(),
            session,
            repository: repository.to_owned(),
            base: http::address(&format!("{scheme}://{host}/v2/"))?,
            authorization: Mutex::default(),
        })
    }

    /// A URL of the repository: `manifests/1.0.0`; without one, of the registry.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let repository = &self.repository;
        let separator = if repository.is_empty() { "" } else { "/" };
        url.set_path(&format!("/v2/{repository}{separator}{path}"));
        url
    }

    /// A URL that the registry gave us to go on with.
    pub(super) fn resolve(&self, from: &Url, text: &str) -> Result<Url, Error> {
        let is_safe = |url: &Url| {
            url.scheme() == "https" || (url.scheme() == "http" && self.base.scheme() == "http")
        };
        let url = from.join(text).ok().filter(is_safe);
        url.ok_or_else(|| self.lie(format!("it leads to `{}`", shown::address(text))))
    }

    pub(super) fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// The headers of an answer, which is a success; 404 and others are errors.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<HeaderMap, Error> {
        let mut attempts = 0;
        loop {
            match self.ask_once(ask).await {
                Ok(headers) => return Ok(headers),
                Err(failure) => self.again(&mut attempts, failure).await?,
            }
        }
    }

    /// The same for what makes no sense a second time.
    pub(super) async fn ask_once(&self, ask: &Ask<'_>) -> Result<HeaderMap, Failure> {
        match timeout(self.session.patience.total, self.attempt(ask)).await {
            Ok(response) => Ok(response?.headers().clone()),
            Err(_) => Err(self.too_slow().into()),
        }
    }

    /// Headers and body of an answer, no longer than `limit`; what was cut off is asked for again from where it ended.
    pub(super) async fn get(
        &self,
        mut ask: Ask<'_>,
        limit: usize,
        came: impl Fn(usize),
    ) -> Result<(HeaderMap, Vec<u8>), Error> {
        let _permit = self.session.permit().await;
        let whole = async {
            let (mut attempts, mut body) = (0, Vec::new());
            loop {
                match self.go_on(&mut ask, &mut body, limit, &came).await {
                    Ok(headers) => return Ok((headers, body)),
                    Err(failure) => self.again(&mut attempts, failure).await?,
                }
            }
        };
        match timeout(self.session.patience.total, whole).await {
            Ok(result) => result,
            Err(_) => Err(self.too_slow()),
        }
    }

    async fn go_on(
        &self,
        ask: &mut Ask<'_>,
        body: &mut Vec<u8>,
        limit: usize,
        came: impl Fn(usize),
    ) -> Result<HeaderMap, Failure> {
        if !body.is_empty() {
            let range = format!("bytes={}-", body.len());
            ask.headers.insert(RANGE, range.parse().expect("digits make a header"));
        }
        let mut response = self.attempt(ask).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT || !continues(&response, body.len()) {
            body.clear();
        }
        while let Some(piece) = response.chunk().await.map_err(|error| cut(&ask.url, &error))? {
            if body.len() + piece.len() > limit {
                let what = ask.what;
                let problem = format!("the answer for {what} is longer than {limit} bytes");
                return Err(self.lie(problem).into());
            }
            body.extend_from_slice(&piece);
            came(body.len());
        }
        Ok(response.headers().clone())
    }

    /// One request, and a second where the registry wants to know who we are.
    async fn attempt(&self, ask: &Ask<'_>) -> Result<Response, Failure> {
        let response = self.send(ask).await?;
        if response.status() != StatusCode::UNAUTHORIZED || !self.is_own(response.url()) {
            return self.judge(response, ask).await;
        }
        let mut challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenge = challenges.find_map(|value| challenge::parse(value.to_str().ok()?));
        let challenge = challenge.ok_or_else(|| refusal::of_login(self, ask.action))?;
        let value = authorize::answer(self, challenge, ask.action).await?;
        *self.authorization.lock().await = Some(value);
        self.judge(self.send(ask).await?, ask).await
    }

    async fn send(&self, ask: &Ask<'_>) -> Result<Response, Failure> {
        let authorization = self.authorization.lock().await.clone();
        let sent = Sent {
            method: ask.method.clone(),
            url: ask.url.clone(),
            headers: ask.headers.clone(),
            body: ask.body,
            authorization: authorization.filter(|_| self.is_own(&ask.url)),
            travels: false,
        };
        self.exchange(&sent).await
    }

    /// A request to whomever, with what is known of this registry.
    pub(super) async fn exchange(&self, sent: &Sent<'_>) -> Result<Response, Failure> {
        let answer = http::exchange(self.session, self.access, &self.base, sent).await;
        answer.map_err(|failed| match failed.error {
            http::Error::Untrusted { reason, .. } if reason.contains("InvalidContentType") => {
                Error::PlainHttp { registry: self.name.clone() }.into()
            }
            error => Failure { error: error.into(), again: failed.again },
        })
    }

    async fn judge(&self, response: Response, ask: &Ask<'_>) -> Result<Response, Failure> {
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal::of(self, response, ask).await)
    }

    /// Waits for the next attempt, or gives the error back.
    pub(super) async fn again(&self, attempts: &mut u32, failure: Failure) -> Result<(), Error> {
        http::again(self.session, attempts, failure).await
    }

    fn too_slow(&self) -> Error {
        let (url, limit) = (self.base.to_string(), self.session.patience.total);
        http::Error::TooSlow { url, limit }.into()
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

    pub(super) fn lie(&self, problem: String) -> Error {
        Error::Lie { registry: self.name.clone(), problem }
    }
}

/// A failed attempt, and whether another makes sense.
pub(super) type Failure = Failed<Error>;

pub(super) fn cut(url: &Url, error: &reqwest::Error) -> Failure {
    http::cut(shown::without_secrets(url), error).map(Error::from)
}

/// The bytes of an answer up to a limit; the rest is not read.
pub(super) async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while body.len() < limit
        && let Some(piece) = response.chunk().await?
    {
        body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
    }
    Ok(body)
}

/// Whether a part begins where we ended.
fn continues(response: &Response, at: usize) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {at}-")))
}
