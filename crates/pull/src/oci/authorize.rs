//! What a registry's challenge is answered with: our login itself, or a token that a token server gives for it
//! (<https://distribution.github.io/distribution/spec/auth/>).

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use source::base64;

use super::challenge::Challenge;
use super::registry::{self, Action, Failure, Registry};
use super::{Error, refusal};
use crate::http::{self, Again, Sent};
use crate::{Login, shown};

/// The user name by which Docker's credential helpers say that the secret is an identity token.
const IDENTITY: &str = "<token>";

/// Tokens are some kilobytes.
const LARGEST: usize = 1 << 20;

/// The header that meets a challenge.
pub(super) async fn answer(
    registry: &Registry<'_>,
    challenge: Challenge,
    action: Action,
) -> Result<HeaderValue, Error> {
    match (&registry.access.login, challenge) {
        (Some(Login::Bearer { token }), _) => bearer(registry, token.reveal()),
        (Some(Login::Basic { username, password }), Challenge::Basic) => {
            basic(registry, username, password.reveal())
        }
        (None, Challenge::Basic) => Err(refusal::of_login(registry, action)),
        (login, Challenge::Bearer { realm, service, scope }) => {
            let scope = registry.scope(action).or(scope);
            let realm = trusted(registry, &realm)?;
            let wish = Wish { realm, service: service.as_deref(), scope: scope.as_deref(), action };
            let token = token(registry, login.as_ref(), &wish).await?;
            bearer(registry, &token)
        }
    }
}

/// A token and who gives it.
struct Wish<'a> {
    realm: Url,
    service: Option<&'a str>,
    scope: Option<&'a str>,
    action: Action,
}

/// The token server is the registry's to name, but not one that would hear our login without TLS.
fn trusted(registry: &Registry<'_>, realm: &str) -> Result<Url, Error> {
    let url = Url::parse(realm).ok().filter(|url| {
        url.scheme() == "https" || (url.scheme() == "http" && registry.access.plain_http)
    });
    url.ok_or_else(|| {
        let realm = shown::address(realm);
        registry.lie(format!("it sends us for a token to `{realm}`, which is no place with TLS"))
    })
}

async fn token(
    registry: &Registry<'_>,
    login: Option<&Login>,
    wish: &Wish<'_>,
) -> Result<String, Error> {
    let parameters = [("service", wish.service), ("scope", wish.scope)];
    let parameters = parameters.iter().filter_map(|(key, value)| Some((key, (*value)?)));
    let mut url = wish.realm.clone();
    let mut form = Url::parse("form:").expect("a scheme alone is a URL");
    let mut headers = HeaderMap::new();
    let (method, authorization) = match login {
        Some(Login::Basic { username, password }) if username == IDENTITY => {
            form.query_pairs_mut()
                .append_pair("grant_type", "refresh_token")
                .append_pair("client_id", "regatta")
                .append_pair("refresh_token", password.reveal())
                .extend_pairs(parameters);
            let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(CONTENT_TYPE, kind);
            (Method::POST, None)
        }
        login => {
            url.query_pairs_mut().extend_pairs(parameters);
            let authorization = match login {
                Some(Login::Basic { username, password }) => {
                    Some(basic(registry, username, password.reveal())?)
                }
                _ => None,
            };
            (Method::GET, authorization)
        }
    };
    let body = form.query().map(str::as_bytes);
    let (status, body) =
        exchange(registry, &Sent { method, url, headers, body, authorization, travels: false })
            .await?;
    match status {
        200 => {
            read(&body).ok_or_else(|| registry.lie("its token server gives no token".to_owned()))
        }
        400 | 401 | 403 => Err(refusal::of_login(registry, wish.action)),
        code => Err(Error::Answer {
            registry: registry.name.clone(),
            what: "a token".to_owned(),
            code,
            words: String::new(),
        }),
    }
}

/// What the token server answers in the end.
async fn exchange(registry: &Registry<'_>, sent: &Sent<'_>) -> Result<(u16, Vec<u8>), Error> {
    let attempt = async || {
        let mut response = registry.exchange(sent).await?;
        let status = response.status().as_u16();
        if matches!(status, 408 | 429 | 500..) {
            let (registry, what) = (registry.name.clone(), "a token".to_owned());
            let error = Error::Answer { registry, what, code: status, words: String::new() };
            return Err(Failure {
                error,
                again: Again::After(http::retry_after(response.headers())),
            });
        }
        let body = registry::read(&mut response, LARGEST).await;
        Ok((status, body.map_err(|error| registry::cut(&sent.url, &error))?))
    };
    let mut attempts = 0;
    loop {
        match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => registry.again(&mut attempts, failure).await?,
        }
    }
}

fn read(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |key: &str| answer.get(key)?.as_str().filter(|text| !text.is_empty());
    text("token").or_else(|| text("access_token")).map(str::to_owned)
}

fn basic(registry: &Registry<'_>, username: &str, password: &str) -> Result<HeaderValue, Error> {
    let both = base64::encode(format!("{username}:{password}").as_bytes());
    secret(registry, &format!("Basic {both}"))
}

fn bearer(registry: &Registry<'_>, token: &str) -> Result<HeaderValue, Error> {
    secret(registry, &format!("Bearer {token}"))
}

fn secret(registry: &Registry<'_>, text: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| registry.lie("the token for it holds control characters".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
