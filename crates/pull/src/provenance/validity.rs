//! Which key made a signature, and whether that key may: its own signatures say until when and what for.

use pgp::composed::{
    CleartextSignedMessage, SignedKeyDetails, SignedPublicKey, SignedPublicSubKey,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType};
use pgp::types::{Duration, KeyDetails as _, Tag, Timestamp};

use super::{Error, Signer, issuer};
use crate::shown::plain;

/// Clocks differ.
const SKEW: u32 = 24 * 60 * 60;

/// The key that signed the message; of several signatures one must be valid in every way.
pub(super) fn signer(
    message: &CleartextSignedMessage,
    keys: &[SignedPublicKey],
    now: Timestamp,
) -> Result<Signer, Error> {
    let mut first = None;
    for signature in message.signatures().iter().take(16) {
        match signed_by(message, signature, keys, now) {
            Ok(signer) => return Ok(signer),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(Error::BadSignature))
}

fn signed_by(
    message: &CleartextSignedMessage,
    signature: &Signature,
    keys: &[SignedPublicKey],
    now: Timestamp,
) -> Result<Signer, Error> {
    use HashAlgorithm::{Sha3_256, Sha3_512, Sha256, Sha384, Sha512};
    match signature.hash_alg() {
        Some(Sha256 | Sha384 | Sha512 | Sha3_256 | Sha3_512) => {}
        Some(weak) => return Err(Error::WeakHash(weak.to_string())),
        None => return Err(Error::BadSignature),
    }
    if !matches!(signature.typ(), Some(SignatureType::Text | SignatureType::Binary)) {
        return Err(Error::BadSignature);
    }
    let text = message.signed_text();
    let mut error = Error::UnknownKey(issuer(signature));
    for key in keys {
        let checked = if is_issuer(signature, &key.primary_key) {
            let verified = signature.verify(&key.primary_key, text.as_bytes());
            verified.map_err(|_| Error::BadSignature).and_then(|()| primary(key, signature, now))
        } else if let Some(subkey) =
            key.public_subkeys.iter().find(|subkey| is_issuer(signature, &subkey.key))
        {
            let verified = signature.verify(&subkey.key, text.as_bytes());
            verified
                .map_err(|_| Error::BadSignature)
                .and_then(|()| self::subkey(key, subkey, signature, now))
        } else {
            continue;
        };
        match checked {
            Ok(()) => return Ok(named(key)),
            Err(why) => error = why,
        }
    }
    Err(error)
}

/// A signature that names nobody is nobody's.
fn is_issuer(signature: &Signature, key: &impl pgp::types::KeyDetails) -> bool {
    let (id, fingerprint) = (key.legacy_key_id(), key.fingerprint());
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        return signature.issuer_key_id().iter().any(|it| **it == id);
    }
    fingerprints.iter().any(|it| **it == fingerprint)
}

fn named(key: &SignedPublicKey) -> Signer {
    let user = key.details.users.iter().find(|user| user.is_primary());
    let user = user.or(key.details.users.first());
    let user = user.map(|user| plain(&String::from_utf8_lossy(user.id.id()))).unwrap_or_default();
    Signer { user, fingerprint: fingerprint(key) }
}

fn fingerprint(key: &SignedPublicKey) -> String {
    format!("{:X}", key.fingerprint())
}

fn primary(key: &SignedPublicKey, signature: &Signature, now: Timestamp) -> Result<(), Error> {
    let binding = alive(key, now)?;
    may(binding.key_flags()).then_some(()).ok_or_else(|| Error::MayNotSign(fingerprint(key)))?;
    in_time(signature, key.created_at(), now)
}

fn subkey(
    key: &SignedPublicKey,
    subkey: &SignedPublicSubKey,
    signature: &Signature,
    now: Timestamp,
) -> Result<(), Error> {
    alive(key, now)?;
    let name = || format!("{:X}", subkey.key.fingerprint());
    let is_revocation = |it: &&Signature| it.typ() == Some(SignatureType::SubkeyRevocation);
    if subkey.signatures.iter().any(|it| is_revocation(&it)) {
        return Err(Error::Revoked(name()));
    }
    let bindings = subkey
        .signatures
        .iter()
        .filter(|binding| binding.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok());
    let binding = newest(bindings).ok_or_else(|| Error::MayNotSign(name()))?;
    // The subkey must have agreed: else it could be anybody's.
    let agreed = binding
        .embedded_signature()
        .is_some_and(|back| back.verify_primary_key_binding(&subkey.key, &key.primary_key).is_ok());
    if !binding.key_flags().sign() || !agreed {
        return Err(Error::MayNotSign(name()));
    }
    if has_ended(subkey.key.created_at(), binding.key_expiration_time(), now) {
        return Err(Error::ExpiredKey(name()));
    }
    in_time(signature, subkey.key.created_at(), now)
}

/// What the key says of itself last, if it is neither revoked nor expired.
fn alive(key: &SignedPublicKey, now: Timestamp) -> Result<&Signature, Error> {
    if !key.details.revocation_signatures.is_empty() {
        return Err(Error::Revoked(fingerprint(key)));
    }
    let direct = key.details.direct_signatures.iter();
    let direct = direct.filter(|signature| signature.verify_key(&key.primary_key).is_ok());
    let mut is_revoked = false;
    let mut own: Vec<&Signature> = direct.collect();
    for user in &key.details.users {
        let by_key = |signature: &&Signature| {
            signature.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok()
        };
        let by_key: Vec<&Signature> = user.signatures.iter().filter(by_key).collect();
        let revocation = |it: &&&Signature| it.typ() == Some(SignatureType::CertRevocation);
        if by_key.iter().any(|it| revocation(&it)) {
            is_revoked = true;
        } else {
            own.extend(by_key);
        }
    }
    let Some(newest) = newest(own) else {
        let name = fingerprint(key);
        return Err(if is_revoked { Error::Revoked(name) } else { Error::MayNotSign(name) });
    };
    if has_ended(key.created_at(), newest.key_expiration_time(), now) {
        return Err(Error::ExpiredKey(fingerprint(key)));
    }
    Ok(newest)
}

fn newest<'a>(signatures: impl IntoIterator<Item = &'a Signature>) -> Option<&'a Signature> {
    signatures.into_iter().max_by_key(|signature| signature.created())
}

fn in_time(signature: &Signature, key_created: Timestamp, now: Timestamp) -> Result<(), Error> {
    let created = signature.created().ok_or(Error::BadSignature)?;
    let is_future = |time: Timestamp| time.as_secs() > now.as_secs().saturating_add(SKEW);
    if is_future(created) || is_future(key_created) || created < key_created {
        return Err(Error::OfTheFuture);
    }
    if has_ended(created, signature.signature_expiration_time(), now) {
        return Err(Error::ExpiredSignature);
    }
    Ok(())
}

/// Nothing and 0 seconds both mean never.
fn has_ended(created: Timestamp, lasts: Option<Duration>, now: Timestamp) -> bool {
    let lasts = lasts.map_or(0, Duration::as_secs);
    lasts != 0 && created.as_secs().saturating_add(lasts) <= now.as_secs()
}

/// Keys that say nothing of what they are for may sign, as old ones do.
fn may(flags: KeyFlags) -> bool {
    flags.sign() || flags == KeyFlags::default()
}

/// Whether a primary key signs messages itself.
pub(super) fn may_sign(details: &SignedKeyDetails) -> bool {
    let users = details.users.iter().flat_map(|user| &user.signatures);
    users.chain(&details.direct_signatures).any(|signature| may(signature.key_flags()))
}
