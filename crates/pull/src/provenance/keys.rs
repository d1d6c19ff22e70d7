//! Keyrings: public and secret keys, as gpg exports them.

use pgp::composed::{Deserializable, SignedPublicKey, SignedSecretKey};

use super::Error;
use crate::shown::plain;

/// More than any keyring of signers holds.
const KEYS: usize = 10_000;

/// The public keys of a keyring. What cannot be read in it is passed over: it makes fewer signatures valid, never more.
pub(super) fn public(keyring: &[u8]) -> Result<Vec<SignedPublicKey>, Error> {
    if keyring.get(8..12) == Some(b"KBXf") {
        return Err(Error::NoKeys(": it is a keybox of gpg".to_owned()));
    }
    let keys = all::<SignedPublicKey>(keyring);
    if keys.is_empty() { Err(Error::NoKeys(String::new())) } else { Ok(keys) }
}

/// The one secret key that somebody of this name has: who is called exactly so, else whose name holds the text, as Helm and
/// gpg choose (pkg/provenance/sign.go).
pub(super) fn named(keyring: &[u8], name: &str) -> Result<SignedSecretKey, Error> {
    let mut found: Vec<(String, SignedSecretKey)> = Vec::new();
    let keys = all::<SignedSecretKey>(keyring);
    if keys.is_empty() {
        return Err(Error::NoSecretKey { why: "holds no secret key that can be used".to_owned() });
    }
    for key in keys {
        let users = key.details.users.iter();
        let users = users.map(|user| String::from_utf8_lossy(user.id.id()).into_owned());
        let mut holding: Vec<String> = users.filter(|user| user.contains(name)).collect();
        if holding.iter().any(|user| user == name) {
            return Ok(key);
        }
        if let Some(user) = holding.pop() {
            found.push((user, key));
        }
    }
    if found.len() > 1 {
        let names: Vec<String> =
            found.iter().map(|(user, _)| format!("`{}`", plain(user))).collect();
        let why = format!("has several keys with `{}`: {}", plain(name), names.join(", "));
        return Err(Error::NoSecretKey { why });
    }
    let why = || format!("has no secret key of `{}`", plain(name));
    found.pop().map(|(_, key)| key).ok_or_else(|| Error::NoSecretKey { why: why() })
}

/// The first secret key.
pub(super) fn secret(bytes: &[u8]) -> Result<SignedSecretKey, Error> {
    let keys = all::<SignedSecretKey>(bytes);
    keys.into_iter().next().ok_or_else(|| Error::Unsigned("there is no secret key".to_owned()))
}

fn all<K: Deserializable>(bytes: &[u8]) -> Vec<K> {
    let Some(text) = armoured(bytes) else {
        return K::from_bytes_many(bytes).map(readable).unwrap_or_default();
    };
    // Exports may have been written one behind the other.
    let blocks = text.match_indices("-----BEGIN ").map(|(start, _)| &text[start..]);
    let keys = blocks.take(KEYS).filter_map(|block| K::from_string_many(block).ok());
    keys.flat_map(|(keys, _)| readable(keys)).take(KEYS).collect()
}

fn readable<K>(keys: impl Iterator<Item = pgp::errors::Result<K>>) -> Vec<K> {
    keys.take(KEYS).filter_map(Result::ok).collect()
}

fn armoured(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.contains("-----BEGIN ").then_some(text)
}
