//! A registry's refusal: what it means, in the registry's own words where it has any.

use reqwest::Response;

use super::Error;
use super::registry::{self, Action, Ask, Failure, Registry};
use crate::http::{self, Again};
use crate::{Login, shown};

/// How much of a refusal is read.
const SAID: usize = 64 << 10;

/// What an answer without success means, and whether the same request may succeed a moment later.
pub(super) async fn of(registry: &Registry<'_>, mut response: Response, ask: &Ask<'_>) -> Failure {
    let status = response.status().as_u16();
    let again = match status {
        408 | 429 | 500.. => Again::After(http::retry_after(response.headers())),
        _ => Again::Never,
    };
    let said = registry::read(&mut response, SAID).await.ok().and_then(|body| message(&body));
    let words = said.map(|words| format!(": {words}")).unwrap_or_default();
    let (name, what) = (registry.name.clone(), ask.what.to_owned());
    let error = match status {
        401 => of_login(registry, ask.action),
        403 => Error::Denied { registry: name, what, words },
        404 => Error::Absent { registry: name, what },
        code => Error::Answer { registry: name, what, code, words },
    };
    Failure { error, again }
}

/// What it means that the registry does not let us in.
pub(super) fn of_login(registry: &Registry<'_>, action: Action) -> Error {
    let name = registry.name.clone();
    let user = match &registry.access.login {
        Some(Login::Basic { username, .. }) => username.clone(),
        Some(Login::Bearer { .. }) => "a bearer token".to_owned(),
        None => {
            let what = match (registry.repository.as_str(), action) {
                ("", _) => "anything".to_owned(),
                (repository, Action::Pull) => format!("pulling `{repository}`"),
                (repository, Action::Push) => format!("pushing `{repository}`"),
            };
            return Error::LoginNeeded { registry: name, what };
        }
    };
    Error::LoginRefused { registry: name, user }
}

/// What the registry says of its refusal (OCI distribution specification, error codes).
fn message(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let first = answer.get("errors")?.get(0)?;
    let text = |key: &str| first.get(key)?.as_str().filter(|text| !text.is_empty());
    Some(shown::plain(text("message").or_else(|| text("code"))?))
}
