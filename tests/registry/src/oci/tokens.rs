//! A token server as registries name them: a login in, a signed token for one repository out
//! (<https://distribution.github.io/distribution/spec/auth/>).

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};

use super::{IDENTITY_TOKEN, PASSWORD, USER};
use crate::hand::{self, Answer, Request};

/// What everybody may pull.
const PUBLIC: &str = "repository:public/";

pub(super) struct Server {
    /// What the registry's challenge says.
    pub(super) realm: String,
    /// What the registry knows tokens by, as a JSON Web Key Set.
    pub(super) keys: String,
    _server: hand::Server,
}

impl Server {
    pub(super) fn start() -> Self {
        let key = KeyPair::generate_for(&PKCS_ED25519).expect("the system gives random numbers");
        let public = BASE64URL_NOPAD.encode(key.der_bytes());
        let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "tests", "alg": "EdDSA", "x": public}]});
        let server = hand::Server::start(move |request| answer(&key, request));
        let realm = format!("http://{}/token", server.address);
        Self { realm, keys: keys.to_string(), _server: server }
    }
}

fn answer(key: &KeyPair, request: &Request) -> Answer {
    let both = BASE64.encode(format!("{USER}:{PASSWORD}").as_bytes());
    let by_password = request.header("authorization") == Some(&format!("Basic {both}"));
    let form = String::from_utf8_lossy(&request.body).into_owned();
    let by_identity = parameter(&form, "grant_type").as_deref() == Some("refresh_token")
        && parameter(&form, "refresh_token").as_deref() == Some(IDENTITY_TOKEN);
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let scope = parameter(query, "scope").or_else(|| parameter(&form, "scope"));
    let is_public = |scope: &String| scope.starts_with(PUBLIC) && scope.ends_with(":pull");
    let by_nobody =
        request.header("authorization").is_none() && scope.as_ref().is_some_and(is_public);
    if !by_password && !by_identity && !by_nobody {
        return Answer::new(401, "{}");
    }
    let token = token(key, scope.as_deref());
    // Both spellings are in use.
    let name = if by_identity { "access_token" } else { "token" };
    Answer::new(200, json!({ name: token }).to_string())
}

/// A parameter's value; of escapes only those that scopes and tokens need.
fn parameter(text: &str, name: &str) -> Option<String> {
    let value = text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.replace("%3A", ":").replace("%2F", "/").replace("%2C", ","))
}

/// A JSON Web Token that lets its holder do what the scope says.
fn token(key: &KeyPair, scope: Option<&str>) -> String {
    let access = |scope: &str| {
        let mut parts = scope.splitn(3, ':');
        let kind = parts.next()?;
        let name = parts.next()?;
        let actions: Vec<&str> = parts.next()?.split(',').collect();
        Some(json!({"type": kind, "name": name, "actions": actions}))
    };
    let access: Vec<Value> = scope.and_then(access).into_iter().collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let header = json!({"typ": "JWT", "alg": "EdDSA", "kid": "tests"});
    let claims = json!({
        "iss": "tests", "aud": "tests", "sub": USER, "jti": "1",
        "iat": now - 60, "nbf": now - 60, "exp": now + 300, "access": access,
    });
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(signed.as_bytes()).expect("the key can sign");
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}
