//! Keyrings: public and secret keys, as gpg exports them.

use pgp::composed::{Deserializable, SignedPublicKey, SignedSecretKey};

use super::Error;

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
