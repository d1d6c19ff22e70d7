//! Helm's provenance files: a clearsigned message that names an archive's digest, checked against a keyring and written
//! with a secret key.
//!
//! ```text
//! -----BEGIN PGP SIGNED MESSAGE-----
//! Chart.yaml, then a line `...`, then
//! files:
//!   api-1.2.3.tgz: sha256:…
//! -----BEGIN PGP SIGNATURE-----
//! ```

mod error;
mod keys;
mod message;
mod validity;

use pgp::composed::{ArmorOptions, CleartextSignedMessage};
use pgp::packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::ser::Serialize as _;
use pgp::types::{KeyVersion, Password, SigningKey, Timestamp};

pub use error::Error;

use crate::shown::plain;
use crate::{Digest, Secret};

/// The most bytes of a provenance file: a Chart.yaml and a signature are far smaller.
pub(crate) const LARGEST: u64 = 4 << 20;

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// As the key says it: `Example <charts@example.com>`; empty where it says nothing.
    pub user: String,
    /// Upper-case hex digits.
    pub fingerprint: String,
}

/// Checks that a key of the keyring signed exactly this archive under this name. The keyring holds public keys, binary or
/// armoured; everything that is not as it should be is an error.
pub fn verify(
    archive_name: &str,
    archive: &[u8],
    provenance: &[u8],
    keyring: &[u8],
) -> Result<Signer, Error> {
    verify_at(Timestamp::now(), archive_name, archive, provenance, keyring)
}

fn verify_at(
    now: Timestamp,
    archive_name: &str,
    archive: &[u8],
    provenance: &[u8],
    keyring: &[u8],
) -> Result<Signer, Error> {
    let message = message::read(provenance)?;
    let keys = keys::public(keyring)?;
    let signer = validity::signer(&message, &keys, now)?;
    // Only what was signed counts from here on.
    let expected = message::digest_of(&message.signed_text(), archive_name)?;
    let found = Digest::of(archive);
    if expected != found {
        return Err(Error::OtherDigest { archive: plain(archive_name), expected, found });
    }
    Ok(signer)
}

/// The secret key that somebody of a keyring has, as [`sign`] takes it; the name may be a part of one.
pub fn key_of(keyring: &[u8], name: &str) -> Result<Vec<u8>, Error> {
    keys::named(keyring, name)?.to_bytes().map_err(Error::unsigned)
}

/// Writes the provenance file of an archive. The key is binary or armoured; where there are several, the first signs.
pub fn sign(
    archive_name: &str,
    chart_yaml: &str,
    archive: &[u8],
    secret_key: &[u8],
    passphrase: Option<&Secret>,
) -> Result<String, Error> {
    let text = message::write(archive_name, chart_yaml, Digest::of(archive))?;
    let key = keys::secret(secret_key)?;
    let password = passphrase.map_or_else(Password::empty, |secret| secret.reveal().into());
    let primary_signs = validity::may_sign(&key.details);
    let subkey = key
        .secret_subkeys
        .iter()
        .find(|subkey| subkey.signatures.iter().any(|signature| signature.key_flags().sign()));
    let message = match subkey {
        Some(subkey) if !primary_signs => signed(&text, &subkey.key, &password),
        _ => signed(&text, &key.primary_key, &password),
    }?;
    message.to_armored_string(ArmorOptions::default()).map_err(Error::unsigned)
}

fn signed(
    text: &str,
    key: &impl SigningKey,
    password: &Password,
) -> Result<CleartextSignedMessage, Error> {
    if key.version() != KeyVersion::V4 {
        return Err(Error::Unsigned("only keys of version 4 can sign what Helm reads".to_owned()));
    }
    let configured = || -> pgp::errors::Result<SignatureConfig> {
        let hash = key.hash_alg();
        let mut config = SignatureConfig::v4(SignatureType::Text, key.algorithm(), hash);
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::now()))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
        ];
        let issuer = SubpacketData::IssuerKeyId(key.legacy_key_id());
        config.unhashed_subpackets = vec![Subpacket::regular(issuer)?];
        Ok(config)
    };
    let config = configured().map_err(Error::unsigned)?;
    CleartextSignedMessage::new(text, config, key, password).map_err(Error::unsigned)
}

/// The issuer that a signature names.
fn issuer(signature: &Signature) -> String {
    if let Some(fingerprint) = signature.issuer_fingerprint().first() {
        return format!("{fingerprint:X}");
    }
    signature
        .issuer_key_id()
        .first()
        .map_or_else(|| "unknown".to_owned(), |id| id.to_string().to_uppercase())
}

#[cfg(test)]
mod tests;
